"""Whether what an adapter wrote can be read again, by readers that are not the project's own."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import orjson
from lxml import etree
from openpyxl import load_workbook

from broker.adapter import Artifact

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def faults(artifact: Artifact) -> Iterator[str]:
    """What is wrong with it as XML, JSON, EDIFACT or workbook."""
    content = artifact.content
    match artifact.content_type:
        case "application/xml":
            etree.fromstring(content)
        case "application/json":
            orjson.loads(content)
        case "application/edifact":
            yield from _of_interchange(content)
        case str(kind) if kind == WORKBOOK:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                if damaged := archive.testzip():
                    yield f"part {damaged!r} of the workbook is damaged"
            load_workbook(BytesIO(content))
        case other:
            yield f"nobody reads {other!r} here"


def _of_interchange(content: bytes) -> Iterator[str]:
    """Counts and references of an interchange, by its own separators."""
    text = content.replace(b"\0", b"").decode("latin-1")
    signs = f":+.? {text[-1:]}"  # without UNA some syntaxes end segments with another sign
    if text.startswith("UNA"):
        signs, text = text[3:9], text[9:]
    component, element, _decimal, release, _repetition, end = signs
    segments = [
        [_cut(one, component, release) for one in _cut(segment, element, release)]
        for segment in _cut(text, end, release)
    ]
    tail = segments.pop()
    if tail != [[""]]:
        yield f"{tail!r} stands after the last segment"
    tags = [segment[0][0] for segment in segments]
    if not tags or (tags[0], tags[-1]) != ("UNB", "UNZ"):
        yield f"an interchange from {tags[:1]} to {tags[-1:]}"
        return
    if segments[0][5][0] != segments[-1][2][0]:
        yield "UNZ has another reference than UNB"
    begins = [at for at, tag in enumerate(tags) if tag == "UNH"]
    counted = tags.count("UNG") or len(begins)
    if segments[-1][1][0] != str(counted):
        yield f"UNZ says {segments[-1][1][0]}, there are {counted}"
    for at in begins:
        length = tags[at:].index("UNT") + 1
        last = segments[at + length - 1]
        if last[1][0] != str(length):
            yield f"UNT says {last[1][0]}, there are {length}"
        if last[2][0] != segments[at][1][0]:
            yield "UNT has another reference than UNH"


def _cut(text: str, sign: str, release: str) -> list[str]:
    """The pieces between a sign, where it is not released."""
    if release == " ":
        return text.split(sign)
    pattern = rf"(?:{re.escape(release)}.|[^{re.escape(release)}{re.escape(sign)}])*"
    found, at = [], 0
    while True:
        piece = re.compile(pattern, re.DOTALL).match(text, at)
        assert piece is not None
        found.append(piece[0])
        at = piece.end() + 1
        if at > len(text):
            return found
