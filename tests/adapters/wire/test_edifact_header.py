"""UNA and its traps: which separators an interchange really has."""

import pytest

from adapters.wire.edifact_header import find_header

REST = b"SENDER+STATE+260101:0900+R'UNH+1+PAXLST:D:05B:UN'BGM+745'"
WRONG, UNLIKE = "edifact.una-wrong", "edifact.una-unlike"


def other(head: bytes, component: bytes, element: bytes, terminator: bytes) -> bytes:
    table = bytes.maketrans(b":+'", component + element + terminator)
    return head + REST.translate(table)


@pytest.mark.parametrize(
    ("payload", "signs", "fault"),
    [
        (b"UNA:+.? 'UNB+UNOA:3+" + REST, ":+.? '", ""),
        (b"UNA:+,? '\r\nUNB+UNOA:3+" + REST, ":+,? '", ""),
        (b"UNA:+.? ' UNB+UNOA:4+" + REST, ":+.? '", ""),
        (b"UNA:+.\r\n? 'UNB+UNOA:3+" + REST, ":+.? '", ""),
        (b"UNA:+.?*'UNB+UNOA:4+" + REST, ":+.?*'", ""),
        (b"UNA:+.?*'UNB+UNOC:3+" + REST, ":+.? '", ""),
        (b"UNA:+.?*'UNB+IATA:1+" + REST, ":+.? '", ""),
        (b"UNA:+.\\*'UNB+IATA:1+" + REST, ":+.\\ '", ""),
        (other(b"UNA:*.? $UNB*UNOA:4*", b":", b"*", b"$"), ":*.? $", ""),
        (other(b"UNA^*.? $UNB*UNOA^1*", b"^", b"*", b"$"), "^*.? $", ""),
        (other(b"UNA:-.? *UNB-IATA:1-", b":", b"-", b"*"), ":-.? *", ""),
        (other(b"UNA\x1f\x1d.? \x1cUNB\x1dUNOB\x1f3\x1d", b"\x1f", b"\x1d", b"\x1c"),
         "\x1f\x1d.? \x1c", ""),
        (other(b"UNA:+.? \nUNB+UNOA:3+", b":", b"+", b"\n"), ":+.? \n", ""),
        (other(b"UNA=*.? ~UNB*UN\nOA=3*", b"=", b"*", b"~"), "=*.? ~", ""),
        (b"UNB+UNOA:3+" + REST, ":+.? '", ""),
        (b"UNB+UNOA:4+" + REST, ":+.?*'", ""),
        (b"UNB+IATB:1+" + REST, ":+.? '", ""),
        (other(b"UNB+SIRE:4+", b":", b"+", b'"'), ':+,? "', ""),
        (b"UNA:+\\*'UNB+IATA:1+" + REST, ":+.\\ '", WRONG),
        (b"UNA:+\\*'\nUNB+IATA:1+" + REST, ":+.\\ '", WRONG),
        ("UNA:+.\\*\u2019 UNB+IATA:1+".encode() + REST, ":+.\\ '", WRONG),
        (b"UNA++.? 'UNB+UNOA:3+" + REST, ":+.? '", WRONG),
        (b"UNAABC123UNB+UNOA:3+" + REST, ":+.? '", WRONG),
        (b"UNA      UNB+UNOA:3+" + REST, ":+.? '", WRONG),
        (b"UNA:+\xff? 'UNB+UNOA:3+" + REST, ":+.? '", WRONG),
        (b"UNA:+.?\xff'UNB+UNOA:4+" + REST, ":+.? '", WRONG),
        (b"UNA^*.? $UNB+UNOA:3+" + REST, ":+.? '", UNLIKE),
        (other(b"UNA:+.? 'UNB*UNOA:3*", b":", b"*", b"'"), ":*.? '", UNLIKE),
        (other(b"UNA:+.? 'UNB+UNOA:3+", b":", b"+", b"$"), ":+.? $", UNLIKE),
        (other(b"UNB*UNOA^3*", b"^", b"*", b"$"), "^*.? $", UNLIKE),
        (other(b"UNB+UNOA:3+", b":", b"+", b"\n"), ":+.? \n", UNLIKE),
    ],
)  # fmt: skip
def test_separators_are_those_that_are_really_used(payload, signs, fault):
    """UNA is believed when UNB fits it; else the signs that make UNB parse, and it is told."""
    header = find_header(payload, 0, len(payload))
    by = header.separators
    used = by.component + by.element + by.decimal + by.release + by.repetition + by.terminator
    assert (used, header.fault, header.tag) == (signs, fault, "UNB")
    assert header.start == 0
    assert payload[header.at :].replace(b"\n", b"").startswith(b"UNB")


@pytest.mark.parametrize(
    ("payload", "tag", "signs"),
    [
        (b"UNH+1+PAXLST:D:02B:UN:IATA'", "UNH", ":+.? '"),
        (b"text\nUNH*1*PAXLST^D^02B'", "UNH", "^*.? '"),
        (b'UNH+1+PAXLST:D:05B:UN"BGM+745"', "UNH", ':+.? "'),
        (b"UNA:+.? '\nUNH+1+ORDERS:D:11A:UN'", "UNH", ":+.? '"),
        (b"UNA:+.? '\nBGM+999'\nUNH+1+ORDERS:D:11A:UN'", "UNH", ":+.? '"),
    ],
)
def test_a_message_without_interchange_is_found(payload, tag, signs):
    """UNH alone begins something too, with the signs around it."""
    header = find_header(payload, 0, len(payload))
    by = header.separators
    used = by.component + by.element + by.decimal + by.release + by.repetition + by.terminator
    assert (header.tag, used, header.fault) == (tag, signs, "")
    assert payload[header.at :].startswith(b"UNH")


@pytest.mark.parametrize(
    "payload",
    [b"UNA", b"UNA+1'", b"UNB", b"UNB+", b"UNBOUND", b"UNB+UNO", b"UNB UNOA:3", b"UNBAUNOA",
     b"UNH+1", b"UNH and more", b"XUNH+1+PAXLST:D'", b"UNA:+.? '" + b" " * 60 + b"UNB+UNOA:3+A'",
     b"UNB\xffUNOA\xff3", b"UNB++++++"],
)  # fmt: skip
def test_letters_that_only_happen_to_stand_begin_nothing(payload):
    """UNA, UNB and UNH count with what belongs to them only."""
    header = find_header(payload, 0, len(payload))
    assert header is None or header.tag == "UNB"
    assert header is None or payload[header.at :].startswith(b"UNB+UNOA")


def test_what_looks_like_a_beginning_again_and_again_is_given_up():
    """A megabyte of false beginnings is looked at for a short while only."""
    payload = b"UNA" * 300_000 + b"UNB+UNOA:3+" + REST
    assert find_header(payload, 0, len(payload)) is None
