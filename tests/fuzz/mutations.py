"""What is done to a seed before it is fuzzed: steps that are data, so that a case can be told.

Rules
    A step is a name and three numbers; `at` is in 65,536ths of what it is applied to, so that it
    means something for every length, and the same step of the same bytes gives the same bytes.
    `part`: of a zip (a workbook), the member with this number, which is changed and packed again;
    -1, or no zip: the bytes themselves.
    No result is longer than the bound that is given.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

WHOLE = 65_536
GROWN_MAX = 300

TOKENS = (
    b"'", b"+", b":", b"?", b"*", b"\n", b"\r\n", b"UNH+1+PAXLST:D:02B:UN'", b"UNT+1+1'",
    b"UNZ+1+1'", b"UNB+UNOA:4+A+B+1:1+1'", b"UNA:+.? '", b"NAD+FL'", b"<", b">", b"</", b"/>",
    b"<!--", b"<![CDATA[", b"<!DOCTYPE x [<!ENTITY e 'e'>]>", b"&#0;", b"&e;", b"&#xD800;",
    b" xmlns=''", b'"', b"{", b"}", b"[", b"]", b",", b"{}", b"null", b"1e999", b"-0",
    b"\\ud800", b"\\u0000", b"9" * 400, b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"\xc3\xa9", b"\xe2\x80\xae", b" ", b"\t", b"A" * 600, b"=1+1",
    b"<c r='ZZZ9999999'><v>1</v></c>", b"PK\x05\x06", b"20261332", b"00000000",
)  # fmt: skip
"""What is put in between: the signs of each syntax, and what no syntax should carry."""

CUTS = {
    "segment": re.compile(rb"[^']*'?", re.DOTALL),
    "element": re.compile(rb"[^+']*[+']?", re.DOTALL),
    "component": re.compile(rb"[^:+']*[:+']?", re.DOTALL),
    "tag": re.compile(rb"<?[^<]*", re.DOTALL),
    "cell": re.compile(rb"(?:<c )?(?:(?!<c ).)*", re.DOTALL),
    "member": re.compile(rb"[^,]*,?", re.DOTALL),
    "line": re.compile(rb"[^\n]*\n?", re.DOTALL),
}
"""How a payload is cut into pieces that can be moved."""


class Step(NamedTuple):
    """One change: what, where (65,536ths), how far or which, and in which member of a zip."""

    what: str
    at: int
    by: int
    part: int = -1


def changed(payload: bytes, steps: Sequence[Step], size_max: int) -> bytes:
    """The bytes after all steps, in their order."""
    for step in steps:
        payload = _in_part(payload, step) if step.part >= 0 else _step(payload, step)
        payload = payload[:size_max]
    return payload


def _step(payload: bytes, step: Step) -> bytes:
    name, _, cut = step.what.partition(" ")
    return _PIECES[name](payload, step, cut) if cut else _BYTES[name](payload, step)


def _in_part(payload: bytes, step: Step) -> bytes:
    """One member of the zip changed; what is no zip any more is changed as a whole."""
    try:
        with ZipFile(BytesIO(payload)) as archive:
            members = [(one.filename, archive.read(one)) for one in archive.infolist()]
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
            zlib.error):  # fmt: skip
        return _step(payload, step)
    if not members:
        return _step(payload, step)
    target = step.part % len(members)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(members):
            info = ZipInfo(name)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, _step(content, step) if number == target else content)
    return out.getvalue()


def _place(payload: bytes, step: Step) -> int:
    return step.at * len(payload) // WHOLE


def _flip(payload: bytes, step: Step) -> bytes:
    at = _place(payload, step)
    if not payload:
        return payload
    return payload[:at] + bytes([payload[at] ^ 1 << step.by % 8]) + payload[at + 1 :]


def _cut(payload: bytes, step: Step) -> bytes:
    at = _place(payload, step)
    return payload[:at] + payload[at + step.by + 1 :]


def _truncate(payload: bytes, step: Step) -> bytes:
    return payload[: _place(payload, step)]


def _insert(payload: bytes, step: Step) -> bytes:
    at = _place(payload, step)
    return payload[:at] + TOKENS[step.by % len(TOKENS)] + payload[at:]


def _splice(payload: bytes, step: Step) -> bytes:
    """Bytes from elsewhere in the same payload, put in here."""
    at, origin = _place(payload, step), step.by * len(payload) // 256
    return payload[:at] + payload[origin : origin + 96] + payload[at:]


def _twice(payload: bytes, _step: Step) -> bytes:
    return payload + payload


def _pieces(payload: bytes, step: Step, cut: str) -> tuple[list[bytes], int]:
    pieces = [one for one in CUTS[cut].findall(payload) if one]
    return pieces, step.at * len(pieces) // WHOLE


def _swap(payload: bytes, step: Step, cut: str) -> bytes:
    pieces, at = _pieces(payload, step, cut)
    if pieces:
        other = (at + step.by + 1) % len(pieces)
        pieces[at], pieces[other] = pieces[other], pieces[at]
    return b"".join(pieces)


def _double(payload: bytes, step: Step, cut: str) -> bytes:
    pieces, at = _pieces(payload, step, cut)
    times = 2 if step.by < 200 else GROWN_MAX
    return b"".join((*pieces[:at], *pieces[at : at + 1] * times, *pieces[at + 1 :]))


def _drop(payload: bytes, step: Step, cut: str) -> bytes:
    pieces, at = _pieces(payload, step, cut)
    return b"".join((*pieces[:at], *pieces[at + 1 :]))


_BYTES: dict[str, Callable[[bytes, Step], bytes]] = {
    "flip": _flip,
    "cut": _cut,
    "truncate": _truncate,
    "insert": _insert,
    "splice": _splice,
    "twice": _twice,
}
_PIECES: dict[str, Callable[[bytes, Step, str], bytes]] = {
    "swap": _swap,
    "double": _double,
    "drop": _drop,
}
NAMES = (*_BYTES, *(f"{name} {cut}" for name in _PIECES for cut in CUTS))
"""Every step there is."""
