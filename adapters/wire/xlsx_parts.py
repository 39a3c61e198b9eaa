"""The zip of a workbook: what may be in it, and its parts, inflated within bounds.

Rules
    The central directory is read here, strictly, and everything is judged before anything is
    inflated: number and names of entries, sizes they declare, ratios, encryption, overlaps.
    What executes or reaches out is refused: macros, macro sheets, controls, links to other files.
    A part is inflated to the size it declares and no further; its check sum must be right. XML
    must be UTF-8 without a document type, so that no reader after this one expands an entity.
    Other readers get a new zip of the checked parts (`packed`): they cannot see it differently.
What does not belong
    Sheets and cells.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from broker.model.problem import Place, Problem

_END, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END_BYTES, _CENTRAL_BYTES, _LOCAL_BYTES = 22, 46, 30
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x2041
_COMMENT_BYTES_MAX = 0xFFFF
_SMALL = 1 << 20
_SHOWN_MAX = 20
_DAY = (1980, 1, 1, 0, 0, 0)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0", b"+ADw")

_SAVE_AGAIN = "open it in a spreadsheet program and save it again as a workbook (.xlsx)"
_REFUSED = (
    (re.compile(r"(^|/)vbaProject[^/]*\.bin$|(^|/)vbaData", re.IGNORECASE), "xlsx.macros",
     "holds macros", "save it as a workbook without macros (.xlsx)"),
    (re.compile(r"^xl/(macrosheets|dialogsheets|activeX|intlMacrosheets)/", re.IGNORECASE),
     "xlsx.macros", "holds macro sheets or controls", "remove them and save it again (.xlsx)"),
    (re.compile(r"^xl/externalLinks/", re.IGNORECASE), "xlsx.external-links",
     "links to other files", "replace the links by their values (Data, Edit links, Break link)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may hold; `ratio` is asked of entries beyond a megabyte only."""

    payload_bytes: int = 8 << 20
    entries: int = 512
    name_bytes: int = 255
    entry_bytes: int = 32 << 20
    total_bytes: int = 64 << 20
    ratio: int = 100


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the central directory: where its bytes stand, and what it says of itself."""

    name: str
    method: int
    flags: int
    crc: int
    packed_bytes: int
    inflated_bytes: int
    offset: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The checked directory of a workbook, by part name; nothing is inflated yet."""

    payload: bytes
    entries: Mapping[str, Entry]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def inflated(self, name: str) -> bytes | Problem:
        """The bytes of a part; a problem where they are not what the directory says."""
        entry = self.entries[name]
        data = _inflate(self.payload, entry)
        if data is None:
            return damaged(f"part {name!r} is not what the directory says of it")
        return _unplain(name, data) or data


def glance(payload: bytes, limits: Limits = LIMITS) -> Parts | None:
    """The directory alone, unjudged, for whoever only asks what a file seems to be."""
    if payload[:4] != _LOCAL or len(payload) > limits.payload_bytes:
        return None
    found = _directory(payload, limits)
    return None if isinstance(found, Problem) else Parts(payload, {one.name: one for one in found})


def is_archive(payload: bytes) -> bool:
    """Whether the bytes begin as a zip, or as a workbook of before 2007 or with a password."""
    return payload.startswith((_LOCAL, _OLE))


def open_parts(payload: bytes, limits: Limits = LIMITS) -> Parts | tuple[Problem, ...]:
    """The parts, or all that is wrong with the zip."""
    if len(payload) > limits.payload_bytes:
        text = f"the workbook has {len(payload)} bytes"
        return (_too_large(text, f"at most {limits.payload_bytes} bytes"),)
    if payload.startswith(_OLE):
        return (
            Problem(
                code="xlsx.encrypted",
                text="the file is protected by a password, or in the format of before 2007 (.xls)",
                expected="a workbook (.xlsx) without password",
                hint="remove the password and save it as a workbook (.xlsx)",
            ),
        )
    found = _directory(payload, limits)
    if isinstance(found, Problem):
        return (found,)
    problems = [*_each(found, limits), *_together(payload, found, limits)]
    if problems:
        return tuple(problems[:_SHOWN_MAX])
    return Parts(payload, {entry.name: entry for entry in found})


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these parts, deflated if asked; the same parts give the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DAY), data, method)
    return target.getvalue()


def damaged(text: str, byte: int | None = None) -> Problem:
    """What a spreadsheet program would have to repair."""
    return Problem(
        code="xlsx.damaged",
        text=text,
        where=Place(byte=byte),
        expected="a workbook (.xlsx) as spreadsheet programs write it",
        hint=_SAVE_AGAIN,
    )


def _too_large(text: str, expected: str) -> Problem:
    hint = "send less at once, or remove sheets and pictures that the form does not need"
    return Problem(code="xlsx.too-large", text=text, expected=expected, hint=hint)


def _directory(payload: bytes, limits: Limits) -> list[Entry] | Problem:
    """Every entry of the central directory, which must end the file."""
    at = payload.rfind(_END, max(0, len(payload) - _END_BYTES - _COMMENT_BYTES_MAX))
    if at < 0 or at + _END_BYTES > len(payload):
        return damaged("the file is no zip archive, or has been cut off")
    disk, start_disk, here, total, size, offset, comment = struct.unpack_from(
        "<4H2LH", payload, at + 4
    )
    if at + _END_BYTES + comment != len(payload) or disk or start_disk or here != total:
        return damaged("the zip archive does not end where it says", at)
    if total > limits.entries:
        return _too_large(f"the workbook has {total} parts", f"at most {limits.entries} parts")
    if offset + size != at:
        return damaged("the directory of the zip archive is not where it says", at)
    entries: list[Entry] = []
    for _ in range(total):
        entry, offset = _central(payload, offset, at)
        if entry is None:
            return damaged("the directory of the zip archive cannot be read", offset)
        entries.append(entry)
    return entries if offset == at else damaged("the directory of the zip archive is longer", at)


def _central(payload: bytes, at: int, end: int) -> tuple[Entry | None, int]:
    if at + _CENTRAL_BYTES > end or payload[at : at + 4] != _CENTRAL:
        return None, at
    head = struct.unpack_from("<6H3L5H2L", payload, at + 4)
    flags, method, crc, packed_bytes, inflated_bytes = head[2], head[3], *head[6:9]
    name_bytes, extra, comment, offset = head[9], head[10], head[11], head[15]
    start = at + _CENTRAL_BYTES
    after = start + name_bytes + extra + comment
    if after > end:
        return None, at
    name = payload[start : start + name_bytes].decode("utf-8", "replace")
    return Entry(name, method, flags, crc, packed_bytes, inflated_bytes, offset), after


def _each(entries: list[Entry], limits: Limits) -> list[Problem]:
    problems: list[Problem] = []
    for entry in entries:
        name, place = entry.name, Place(byte=entry.offset)
        if entry.flags & _ENCRYPTED:
            text, hint = f"part {name!r} is encrypted", "send it without a password"
            problems.append(Problem("xlsx.encrypted", text, where=place, hint=hint))
        if _unsafe(name, limits):
            text = f"part {name[:80]!r} has a name that leads elsewhere"
            problems.append(Problem("xlsx.path-unsafe", text, where=place, hint=_SAVE_AGAIN))
        if entry.inflated_bytes > limits.entry_bytes:
            text = f"part {name!r} has {entry.inflated_bytes} bytes"
            problems.append(_too_large(text, f"at most {limits.entry_bytes} bytes"))
        elif entry.inflated_bytes > max(_SMALL, limits.ratio * entry.packed_bytes):
            text = f"part {name!r} inflates {entry.packed_bytes} bytes to {entry.inflated_bytes}"
            problems.append(_too_large(text, f"at most {limits.ratio} times"))
        if entry.method not in {_STORED, _DEFLATED}:
            problems.append(damaged(f"part {name!r} is packed in an unusual way", entry.offset))
        problems += [
            Problem(code, f"the workbook {text} ({name})", where=place, hint=hint)
            for pattern, code, text, hint in _REFUSED
            if pattern.search(name)
        ]
    return problems


def _unsafe(name: str, limits: Limits) -> bool:
    return (
        not name
        or len(name.encode("utf-8", "replace")) > limits.name_bytes
        or name[0] == "/"
        or any(sign in name for sign in ("\\", ":", "\0"))
        or ".." in name.split("/")
    )


def _together(payload: bytes, entries: list[Entry], limits: Limits) -> list[Problem]:
    """What only all entries together show: their sum, repeated names, overlapping bytes."""
    total = sum(entry.inflated_bytes for entry in entries)
    if total > limits.total_bytes:
        text = f"the parts have {total} bytes together"
        return [_too_large(text, f"at most {limits.total_bytes} bytes")]
    if len({entry.name.lower() for entry in entries}) != len(entries):
        return [damaged("two parts have the same name")]
    end = 0
    for entry in sorted(entries, key=lambda one: one.offset):
        start = _data_at(payload, entry)
        if start is None or entry.offset < end:
            return [damaged(f"part {entry.name!r} is not where the directory says", entry.offset)]
        end = start + entry.packed_bytes
    return [damaged("the parts reach beyond the archive")] if end > len(payload) else []


def _data_at(payload: bytes, entry: Entry) -> int | None:
    """Where the bytes of an entry begin; None where its own head says something else."""
    at = entry.offset
    if at + _LOCAL_BYTES > len(payload) or payload[at : at + 4] != _LOCAL:
        return None
    name_bytes: int
    extra: int
    name_bytes, extra = struct.unpack_from("<2H", payload, at + 26)
    start = at + _LOCAL_BYTES
    if payload[start : start + name_bytes].decode("utf-8", "replace") != entry.name:
        return None
    return start + name_bytes + extra


def _inflate(payload: bytes, entry: Entry) -> bytes | None:
    start = _data_at(payload, entry)
    if start is None:
        return None
    data = payload[start : start + entry.packed_bytes]
    if entry.method == _DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = inflater.decompress(data, entry.inflated_bytes + 1)
        except zlib.error:
            return None
    right = len(data) == entry.inflated_bytes and zlib.crc32(data) == entry.crc
    return data if right else None


def _unplain(name: str, data: bytes) -> Problem | None:
    """Why a part is refused that may be read as XML, whatever it is called.

    A document type, or an encoding that could hide one. (Device settings are no XML, and begin
    with letters of two bytes.)
    """
    if b"<!DOCTYPE" in data:
        text = f"part {name!r} has a document type declaration"
        return Problem(code="xlsx.doctype", text=text, expected="XML without one", hint=_SAVE_AGAIN)
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    declared = _DECLARED.match(head)
    encoding = declared.group(1).lower() if declared else b"utf-8"
    if head.startswith(_WIDE) or encoding not in _ENCODINGS or _endless(head):
        return damaged(f"part {name!r} is not in UTF-8")
    return None


def _endless(head: bytes) -> bool:
    return head.startswith(b"<?xml") and b"?>" not in head
