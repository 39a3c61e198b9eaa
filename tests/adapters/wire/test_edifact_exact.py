"""Nothing is lost: bytes to segments to the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.edifact import read
from adapters.wire.edifact_exact import dump, dump_all, trace_of

HEAD, TAIL = b"UNB+UNOA:4+A+B+260101:0900+R'", b"UNZ+1+R'"


@pytest.mark.parametrize(
    ("body", "insertions"),
    [
        (b"BGM+745'", 0),
        (b"BGM+745'\r\nNAD+FL'\r\n", 2),
        (b"BG\r\nM+745'", 1),
        (b"NAD +FL'", 1),
        (b"FTX+?A??'", 1),
        (b"''BGM'", 1),
        (b"ATT+M*F?*'", 0),
        (b"RFF+VA:1:'NAD+BY++'", 0),
    ],
)
def test_what_segments_do_not_hold_is_a_list_of_insertions(body, insertions):
    """Line breaks, blanks, empty segments and needless release characters; nothing else."""
    raw = b"UNH+1+PAXLST:D:05B:UN'" + body + b"UNT+3+1'"
    (found,) = read(HEAD + raw + TAIL).messages
    trace = trace_of(found)
    assert len(trace.insertions) == insertions
    assert trace.whole is None
    assert dump(found, trace) == raw


PIECES = [
    b"NAD+FL+++A:B'", b"FTX+AAI+++x?+?'??'", b"\r\n", b"  ", b"?A", b"+", b":", b"'", b"*",
    b"\xc3\xa9",
    b"\xf6", b"\0", b"ATT+2++M*F'", b"LO\r\nC+1'", b"\x03", b"\x1a", b"?\r\n'",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_any_body_comes_back_from_its_segments(pieces):
    """However it was written, it is written so again."""
    payload = HEAD + b"UNH+1+PAXLST:D:05B:UN'" + b"".join(pieces) + b"UNT+3+1'" + TAIL
    assert dump_all(read(payload)) == payload


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-16-le"])
def test_two_bytes_a_character_come_back(codec):
    """The submission is written in the form it was sent in."""
    text = "UNB+UNOY:4+A+B+260101:0900+R'UNH+1+PAXLST:D'FTX+Łódź'\nUNT+3+1'UNZ+1+R'"
    payload = text.encode(codec)
    assert dump_all(read(payload)) == payload
