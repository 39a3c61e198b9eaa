"""The envelope: groups, counts, references, and what is missing from it."""

import pytest

from adapters.wire.edifact import read

UNB = b"UNB+UNOA:3+A+B+260101:0900+R'"
UNG = b"UNG+PAXLST+A+B+260101:0900+G1+UN+D:05B'"
ONE = b"UNH+1+PAXLST:D:05B:UN'UNT+2+1'"
TWO = b"UNH+2+PAXLST:D:05B:UN'UNT+2+2'"


@pytest.mark.parametrize(
    ("payload", "messages", "told"),
    [
        (UNB + ONE + b"UNZ+1+R'", 1, []),
        (UNB + b"UNZ+0+R'", 0, [("edifact.no-message", "UNB", None)]),
        (UNB + b"BGM+745'UNZ+1+R'", 0,
         [("edifact.no-message", "UNB", None), ("edifact.segment-misplaced", "BGM", None),
          ("edifact.messages-lost", "UNZ", "1")]),
        (UNB + b"UNZ+0+R'" + UNB + ONE + b"UNZ+1+R'", 1, []),
        (UNB + UNG + ONE + TWO + b"UNE+2+G1'UNZ+1+R'", 2, []),
        (UNB + UNG + ONE + b"UNE+1+G1'" + UNG + TWO + b"UNE+1+G1'UNZ+2+R'", 2, []),
        (UNB + ONE + b"UNZ+2+R'", 1, [("edifact.messages-lost", "UNZ", "1")]),
        (UNB + ONE + TWO + b"UNZ+1+R'", 2, [("edifact.count-wrong", "UNZ", "1")]),
        (UNB + UNG + ONE + b"UNE+1+G1'" + UNG + TWO + b"UNE+1+G1'UNZ+3+R'", 2,
         [("edifact.messages-lost", "UNZ", "1")]),
        (UNB + UNG + ONE + TWO + b"UNE+1+G1'UNZ+1+R'", 2, [("edifact.count-wrong", "UNE", "1")]),
        (UNB + ONE + b"UNZ+1+S'", 1, [("edifact.reference-differs", "UNZ", "2")]),
        (UNB + UNG + ONE + TWO + b"UNE+2+G1'UNZ+2+R'", 2, [("edifact.count-wrong", "UNZ", "1")]),
        (UNB + UNG + ONE + b"UNE+9+G2'UNZ+1+R'", 1,
         [("edifact.messages-lost", "UNE", "1"), ("edifact.reference-differs", "UNE", "2")]),
        (UNB + UNG + ONE + b"UNZ+1+R'", 1, [("edifact.truncated", None, None)]),
        (UNB + UNG + ONE + UNG + TWO + b"UNE+1+G1'UNZ+2+R'", 2,
         [("edifact.truncated", None, None)]),
        (UNB + ONE + b"UNE+1+G1'UNZ+1+R'", 1, [("edifact.segment-misplaced", "UNE", None)]),
        (UNB + ONE, 1, [("edifact.truncated", None, None)]),
        (UNB + UNG + ONE, 1,
         [("edifact.truncated", None, None), ("edifact.truncated", None, None)]),
        (UNB[:-1], 0, [("edifact.truncated", "UNB", None)]),
        (UNB + ONE + b"UNZ+1+R", 1, [("edifact.terminator-missing", "UNZ", None)]),
        (UNB + b"BGM+745'" + ONE + b"CNT+42:1'" + TWO + b"UNZ+2+R'", 2,
         [("edifact.segment-misplaced", "BGM", None), ("edifact.segment-misplaced", "CNT", None)]),
        (UNB + b"UNT+2+1'" + ONE + b"UNZ+1+R'", 1, [("edifact.segment-misplaced", "UNT", None)]),
        (b"head " + UNB + ONE + b"UNZ+1+R'\r\nNNNN\r\n", 1,
         [("edifact.dirt", None, None), ("edifact.dirt", None, None)]),
        (b"\xef\xbb\xbf" + UNB + ONE + b"UNZ+1+R'\r\n \x03", 1, []),
        (ONE + b"UNE+1+1'UNZ+1+R'", 1, []),
        (UNB + ONE + b"UNZ+1+R'" + TWO, 2, []),
    ],
)  # fmt: skip
def test_the_envelope_is_told_as_it_is(payload, messages, told):
    """Counts, references and missing parts each have a code; the messages are read all the same."""
    reading = read(payload)
    assert len(list(reading.messages)) == messages
    found = [(one.code, one.where.segment, one.where.element) for one in reading.problems]
    assert found == told
    for problem in reading.problems:
        assert problem.where.byte is not None
        if problem.where.segment:
            assert payload[problem.where.byte :].startswith(problem.where.segment.encode())


def test_a_message_outside_of_any_interchange_is_rejected_by_its_own_problem():
    """Its neighbours inside the interchange are not concerned."""
    inside, outside = read(UNB + ONE + b"UNZ+1+R'" + TWO).messages
    assert inside.problems == ()
    assert [(one.code, one.severity) for one in outside.problems] == [
        ("edifact.unb-missing", "error")
    ]
    assert not outside.interchange.enveloped


@pytest.mark.parametrize(
    ("una", "code", "found"),
    [(b"UNA:+\\*'", "edifact.una-wrong", ":+\\*'"), (b"UNA^*.? $", "edifact.una-unlike", "^*.? $")],
)
def test_an_una_that_does_not_fit_is_a_warning_with_what_is_used(una, code, found):
    """It says what was announced and what the interchange was read with."""
    (problem,) = read(una + UNB + ONE + b"UNZ+1+R'").problems
    assert (problem.code, problem.found, problem.severity) == (code, found, "warning")
    assert problem.expected.startswith(":+.")
    assert problem.where.byte == 0


def test_tags_that_are_wrapped_are_found():
    """A line break inside a service tag does not hide the segment."""
    payload = (UNB + ONE + b"UNZ+1+R'").replace(b"UNH", b"U\r\nNH").replace(b"UNZ", b"UN\nZ")
    reading = read(payload)
    assert reading.problems == ()
    (found,) = reading.messages
    assert found.reference == "1"


def test_released_terminators_begin_no_segment():
    """`?'UNT+` in a text is text."""
    payload = UNB + b"UNH+1+PAXLST:D:05B:UN'FTX+AAI+++A?'UNT+9+9'UNT+3+1'UNZ+1+R'"
    reading = read(payload)
    (found,) = reading.messages
    assert reading.problems == found.problems == ()
    assert found.segments[1][4:] == [["A'UNT"], ["9"], ["9"]]


def test_una_in_a_text_begins_no_interchange():
    """A segment `UNA` inside of a message is a segment."""
    payload = UNB + b"UNH+1+PAXLST:D:05B:UN'UNA+1'UNB+2'UNT+4+1'UNZ+1+R'"
    reading = read(payload)
    assert reading.problems == ()
    assert [len(one.segments) for one in reading.messages] == [4]


def test_text_around_an_interchange_is_placed_where_it_begins():
    """Blanks before it do not count; the ranges put aside hold all of it."""
    payload = b"\r\n  head \r\n" + UNB + ONE + b"UNZ+1+R'\r\n tail"
    reading = read(payload)
    at = [payload[one.where.byte :][:4] for one in reading.problems]
    assert at == [b"head", b"tail"]
    assert [payload[low:high].strip() for low, high in reading.aside] == [b"head", b"tail"]


def test_lost_messages_are_an_error_where_a_profile_makes_wrong_counts_warnings():
    """UNZ states three, one was read: whatever UNT counts are, two messages are missing."""
    reading = read(UNB + ONE + b"UNZ+3+R'", {"edifact.count-wrong": "warning"})
    (problem,) = reading.problems
    assert (problem.code, problem.severity, problem.found, problem.expected) == (
        "edifact.messages-lost", "error", "3", "1",
    )  # fmt: skip
    assert problem.text == (
        "UNZ states 3, the number of messages in the interchange is 1: some were lost"
    )


def test_what_stands_in_the_place_of_a_message_is_named():
    """Nothing between UNB and UNZ, BGM without UNH, a file that begins with BGM: each is told."""
    for payload, words in (
        (UNB + b"UNZ+0+R'", "there is no UNH, nothing is between UNB and UNZ"),
        (UNB + b"BGM+745'UNT+3+1'UNZ+1+R'", "the first segment after UNB is 'BGM'"),
        (b"BGM+745'UNT+3+1'", "the file begins with 'BGM': there is no UNB and no UNH in it"),
        (b"%PDF", "there is no UNB and no UNH in it"),
    ):
        assert words in read(payload).problems[0].text
