"""Character sets of EDIFACT: which there are, bytes to text, and text to bytes that can be sent.

Rules
    Nothing is lost: bytes are read with the declared set; bytes beyond ASCII that are UTF-8 as a
    whole are UTF-8, whatever was declared; what the set does not have is read as ISO 8859-1. Each
    time it is said which set was used.
    Bytes 80 to 9F are control characters in every part of ISO 8859, and no text has those: with
    them it is the set of Windows that has its letters in the same places (`directories/
    syntaxes.json`: windows).
    Sets of several bytes per character (UCS-2, ISO 2022) are turned into UTF-8 before anything
    looks for separators; places are counted back to the bytes that were sent.
    What a set cannot hold is spelled with letters it has (`directories/syntaxes.json`: Doc 9303),
    else without its accents, else as `?`; the writer says each time.
Knowingly not done
    Lower case and signs under UNOA are read without a word: they are sent every day.
"""

import codecs
import json
import re
import unicodedata
from array import array
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

_UTF_8, _LATIN_1 = "utf-8", "iso8859-1"
_MARKS = ((codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
_NUL_FIRST, _NUL_SECOND = b"\0U\0N", b"U\0N\0"
_PREFIX = 4096
_ESCAPE = b"\x1b"
_WIDE, _CONTROLS = re.compile(rb"[\x80-\xff]"), re.compile(rb"[\x80-\x9f]")
UNKNOWN = "?"


@cache
def syntaxes() -> dict[str, Any]:
    """What is known by syntax identifier (0001): character sets and default separators."""
    text = files("adapters.wire").joinpath("directories", "syntaxes.json").read_text("utf-8")
    known: dict[str, Any] = json.loads(text)
    return known


def codec_of(syntax: str) -> str | None:
    """The codec of a syntax identifier, None for one that nobody knows."""
    known = syntaxes()["charsets"].get(syntax)
    return known["codec"] if known else None


def set_named(syntax: str) -> str:
    """The character set of a syntax identifier as people name it."""
    known = syntaxes()["charsets"].get(syntax)
    return f"{syntax} ({known['name']})" if known else "ISO 646"


@dataclass(slots=True)
class Source:
    """A submission's bytes, in a form in which separators are single bytes.

    `data` are the bytes to cut, `codec` is "" where they are those that were sent.
    """

    payload: bytes
    data: bytes
    codec: str = ""
    _places: "array[int] | None" = field(default=None, repr=False)

    def place(self, at: int) -> int:
        """The byte of the payload that a byte of `data` came from."""
        if not self.codec:
            return at
        if self._places is None:
            self._places = _places(self.payload, self.codec)
        return self._places[min(self._number(at), len(self._places) - 1)]

    def _number(self, at: int) -> int:
        return len(self.data[:at].decode(_UTF_8, "ignore"))

    def restored(self, data: bytes) -> bytes:
        """Bytes of `data` as they were sent."""
        if not self.codec:
            return data
        mark = next((mark for mark, codec in _MARKS if codec == self.codec), b"")
        before = mark if mark and self.payload.startswith(mark) else b""
        return before + data.decode(_UTF_8).encode(self.codec)


def source_of(payload: bytes) -> Source:
    """The bytes as they are, or as UTF-8 where a character takes more than one of them."""
    codec = _wide_codec(payload)
    if codec:
        mark = next((mark for mark, name in _MARKS if name == codec), b"")
        text = payload[len(mark) :] if mark and payload.startswith(mark) else payload
        try:
            return Source(payload, text.decode(codec).encode(_UTF_8), codec)
        except UnicodeError:
            return Source(payload, payload)
    return Source(payload, payload)


def _wide_codec(payload: bytes) -> str:
    for mark, codec in _MARKS:
        if payload.startswith(mark):
            return codec
    prefix = payload[:_PREFIX]
    first, second = prefix.find(_NUL_FIRST), prefix.find(_NUL_SECOND)
    if first >= 0 and first % 2 == 0:
        return "utf-16-be"
    if second >= 0 and second % 2 == 0:
        return "utf-16-le"
    if b"UNOX" in prefix and _ESCAPE in payload:
        return codec_of("UNOX") or ""
    return ""


def _places(payload: bytes, codec: str) -> "array[int]":
    """Where each character begins; read byte by byte, once, when somebody asks."""
    decoder = codecs.getincrementaldecoder(codec)("ignore")
    mark = next((mark for mark, name in _MARKS if name == codec), b"")
    begin = len(mark) if mark and payload.startswith(mark) else 0
    places = array("Q", (begin,))
    for at in range(begin, len(payload)):
        places.extend([at + 1] * len(decoder.decode(payload[at : at + 1])))
    return places


def read_text(data: bytes, codec: str | None) -> tuple[str, str]:
    """The text of clean bytes and the codec that read it; ASCII is read at once."""
    if data.isascii():
        return data.decode("ascii"), codec or "ascii"
    windows: dict[str, str] = syntaxes()["windows"] if _CONTROLS.search(data) else {}
    sets = (windows.get(one, one) for one in (codec or _LATIN_1, _LATIN_1))
    for one in dict.fromkeys((_UTF_8, *sets, _LATIN_1)):
        try:
            return data.decode(one), one
        except UnicodeDecodeError:
            continue
    raise AssertionError  # ISO 8859-1 reads any byte


def first_wide(data: bytes, low: int, high: int) -> int:
    """Where the first byte beyond ASCII stands, else `low`."""
    found = _WIDE.search(data, low, high)
    return found.start() if found else low


def writable(value: str, syntax: str) -> str:
    """The value as this character set can hold it: equal to it when it can.

    UNOA has no lower case; other signs that it does not have are left, as everybody sends them.
    """
    codec = codec_of(syntax) or "ascii"
    if not _fits(value, codec):
        value = "".join(one if _fits(one, codec) else _spelled(one, codec) for one in value)
    return value.upper() if syntax == "UNOA" else value


def _fits(value: str, codec: str) -> bool:
    try:
        value.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _spelled(character: str, codec: str) -> str:
    known: dict[str, str] = syntaxes()["spelled"]
    upper = character.upper()
    if character in known or upper in known:
        spelled = known.get(character) or known[upper]
        return spelled if character == upper or character in known else spelled.lower()
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", character) if not unicodedata.combining(one)
    )
    return bare if bare and _fits(bare, codec) else UNKNOWN
