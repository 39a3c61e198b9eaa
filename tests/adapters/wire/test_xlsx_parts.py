"""The zip of a workbook: what is refused, and that what is read is what was checked."""

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.xlsx_parts import Limits, Parts, open_parts, packed
from broker.model.problem import Problem

PLAIN = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def codes(payload: bytes, limits: Limits | None = None) -> list[str]:
    opened = open_parts(payload, limits) if limits else open_parts(payload)
    return [] if isinstance(opened, Parts) else [problem.code for problem in opened]


def deflated(parts: dict[str, bytes]) -> bytes:
    return packed(parts, zipfile.ZIP_DEFLATED)


def patched(payload: bytes, old: bytes, new: bytes) -> bytes:
    assert old in payload
    return payload.replace(old, new)


def test_parts_are_read_as_they_were_written():
    """Names and bytes come back, whether stored or deflated."""
    for payload in (packed(PLAIN), deflated(PLAIN)):
        parts = open_parts(payload)
        assert isinstance(parts, Parts)
        assert {name: parts.inflated(name) for name in parts.entries} == PLAIN


HOSTILE = {
    "macros": ({"xl/vbaProject.bin": b"x"}, "xlsx.macros"),
    "macros elsewhere": ({"xl/other/VBAPROJECT.BIN": b"x"}, "xlsx.macros"),
    "macro sheet": ({"xl/macrosheets/sheet1.xml": b"<a/>"}, "xlsx.macros"),
    "controls": ({"xl/activeX/activeX1.xml": b"<a/>"}, "xlsx.macros"),
    "links": ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, "xlsx.external-links"),
    "parent folder": ({"xl/../../etc/passwd": b"x"}, "xlsx.path-unsafe"),
    "absolute path": ({"/xl/x.xml": b"x"}, "xlsx.path-unsafe"),
    "backslash": ({"xl\\x.xml": b"x"}, "xlsx.path-unsafe"),
    "drive": ({"C:x.xml": b"x"}, "xlsx.path-unsafe"),
    "long name": ({"x" * 300: b"x"}, "xlsx.path-unsafe"),
    "same name": ({"XL/Workbook.xml": b"x"}, "xlsx.damaged"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_a_workbook_must_not_hold_is_refused(case):
    """Macros, controls, links to files and names that lead elsewhere are told by their code."""
    more, code = HOSTILE[case]
    assert code in codes(deflated({**PLAIN, **more}))


def test_everything_wrong_is_told_at_once():
    """A workbook with macros and links hears of both."""
    more = {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<a/>"}
    assert codes(deflated({**PLAIN, **more})) == ["xlsx.macros", "xlsx.external-links"]


def test_a_bomb_is_refused_before_it_is_inflated():
    """What declares too many bytes, too high a ratio or too many entries is told so."""
    bomb = deflated({**PLAIN, "xl/a.xml": b"0" * (40 << 20)})
    assert codes(bomb) == ["xlsx.too-large"]
    ratio = deflated({**PLAIN, "xl/a.xml": b"0" * (4 << 20)})
    assert codes(ratio) == ["xlsx.too-large"]
    many = deflated({f"xl/{number}.xml": b"" for number in range(600)})
    assert codes(many) == ["xlsx.too-large"]
    total = packed({f"xl/{number}.xml": b"0" * 1000 for number in range(9)})
    assert codes(total, Limits(total_bytes=8000)) == ["xlsx.too-large"]
    assert codes(total, Limits(payload_bytes=100)) == ["xlsx.too-large"]


def test_a_part_that_hides_its_size_is_not_inflated_further():
    """An entry that declares fewer bytes than it inflates to is damaged, whatever its check sum."""
    data = b"0" * 100_000
    payload = deflated({"xl/a.xml": data})
    lying = patched(payload, struct.pack("<L", len(data)), struct.pack("<L", 10))
    lying = patched(
        lying, struct.pack("<L", zlib.crc32(data)), struct.pack("<L", zlib.crc32(b"0" * 10))
    )
    parts = open_parts(lying)
    assert isinstance(parts, Parts)
    found = parts.inflated("xl/a.xml")
    assert isinstance(found, Problem)
    assert found.code == "xlsx.damaged"


def test_parts_that_share_bytes_are_refused():
    """Two entries of the directory that point at the same bytes are no workbook."""
    payload = packed({"xl/a.xml": b"<a/>", "xl/b.xml": b"<b/>"})
    second = payload.rfind(b"PK\x01\x02")
    overlapping = payload[: second + 42] + struct.pack("<L", 0) + payload[second + 46 :]
    assert codes(overlapping) == ["xlsx.damaged"]


def test_a_protected_file_is_told_from_a_broken_one():
    """A password makes another kind of file, which is named as such; so is an encrypted entry."""
    assert codes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == ["xlsx.encrypted"]
    payload = bytearray(packed(PLAIN))
    payload[payload.rfind(b"PK\x01\x02") + 8] |= 1
    assert codes(bytes(payload)) == ["xlsx.encrypted"]


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://example.test/a.dtd"><a/>',
    ],
)
def test_a_document_type_is_refused(xml):
    """No part that is read may declare entities, whatever the part is called."""
    for name in ("xl/a.xml", "xl/a.bin"):
        parts = open_parts(packed({name: xml}))
        assert isinstance(parts, Parts)
        found = parts.inflated(name)
        assert isinstance(found, Problem)
        assert found.code == "xlsx.doctype"


@pytest.mark.parametrize(
    "xml",
    [
        "<!DOCTYPE a><a/>".encode("utf-16"),
        "<!DOCTYPE a><a/>".encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
        b"<?xml version='1.0'" + b" " * 2000 + b"encoding='UTF-7'?><a/>",
    ],
)
def test_an_encoding_that_could_hide_a_document_type_is_refused(xml):
    """XML that is not in UTF-8 is not searched, so it is not taken."""
    parts = open_parts(packed({"xl/a.xml": xml}))
    assert isinstance(parts, Parts)
    found = parts.inflated("xl/a.xml")
    assert isinstance(found, Problem)
    assert found.code == "xlsx.damaged"


@given(st.binary(max_size=300))
def test_any_bytes_give_parts_or_problems(payload):
    """No bytes raise, with or without the signature of a zip."""
    for one in (payload, b"PK\x03\x04" + payload, payload + packed(PLAIN)):
        opened = open_parts(one)
        assert isinstance(opened, Parts) or all(isinstance(each, Problem) for each in opened)


@given(st.data())
def test_any_changed_byte_gives_parts_or_problems(data):
    """A workbook with a few bytes changed is read, or told to be damaged; nothing else."""
    payload = bytearray(deflated(PLAIN))
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    opened = open_parts(bytes(payload))
    if isinstance(opened, Parts):
        for name in opened.entries:
            assert isinstance(opened.inflated(name), bytes | Problem)


def test_a_zip_reads_back_with_another_reader():
    """What is packed is a plain zip for everyone."""
    with zipfile.ZipFile(BytesIO(packed(PLAIN))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == PLAIN
        assert archive.testzip() is None
