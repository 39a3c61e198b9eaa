"""What is shown to people: whole, placed, and harmless to a terminal."""

import base64

import click

from broker.adapter import Draft, Reference
from broker.cli import shown
from broker.model.problem import Place, Problem, as_json


def test_a_problem_is_shown_with_all_it_knows():
    """Code, text, place, path, pointer, found, expected and hint, each on its line."""
    problem = Problem(
        code="wco.x", text="it is wrong", message=1, where=Place(line=3, column=7),
        path="Declaration.TypeCode", pointer="42A/D013", found="Q", expected="A or B", hint="do",
    )  # fmt: skip
    assert list(shown.problem_lines(as_json(problem)))[1:] == [
        "    at line 3, column 7",
        "    path Declaration.TypeCode (WCO pointer 42A/D013)",
        "    found: Q",
        "    expected: A or B",
        "    hint: do",
    ]


def test_places_are_in_the_senders_coordinates():
    """Whatever the syntax of the file: segment and element, sheet and cell, pointer."""
    assert shown.place_words({"message": 1, "segment": "NAD", "byte": 40}) == "segment NAD, byte 40"
    assert shown.place_words({"sheet": "Crew", "cell": "B7"}) == "sheet Crew, cell B7"
    assert shown.place_words({"json_pointer": "/a/0"}) == "json_pointer /a/0"
    assert shown.place_words({"json_pointer": ""}) == "json_pointer (the whole)"
    assert shown.place_words({"byte": 0}) == "byte 0"


def test_problems_are_shown_as_they_stand_in_the_file():
    """By message, then by the coordinates of the syntax; what is about the whole comes first."""

    def codes(*wheres):
        problems = [Problem(str(n), "x", message=m, where=w) for n, (m, w) in enumerate(wheres)]
        lines = shown.problems_lines(map(as_json, problems), "")
        return "".join(line.split()[1][0] for line in lines if ": x" in line)

    cells = [Place(sheet="S", cell=cell) for cell in ("B10", "AA2", "B2")]
    assert codes((2, Place(line=1)), (1, Place(line=9)), (1, Place(line=2, column=5)),
                 (1, Place(line=2, column=3))) == "3210"  # fmt: skip
    assert codes(*((1, cell) for cell in cells), (1, Place(sheet="S"))) == "3210"
    segments = [Place(segment="UNT 30", byte=90), Place(segment="NAD 4"), Place(byte=0)]
    assert codes(*((1, one) for one in segments)) == "210"
    pointers = [Place(json_pointer=one) for one in ("/a/10/b", "/a/2/b", "/a")]
    assert codes(*((1, one) for one in pointers)) == "210"


def test_control_characters_are_replaced():
    """Nothing that a sender wrote moves a cursor or changes a colour."""
    assert shown.clean("a\x1b[2Jb\x9bc\u202ed\n") == "a\ufffd[2Jb\ufffdc\ufffdd\n"


def test_an_event_is_told_in_a_line():
    """What it does, by which references, and how much it says."""
    body = {"TypeCode": "IMA", "GoodsShipment": {"Item": [{"ID": "1"}, {"ID": "2"}]}}
    draft = Draft("declaration", "put", (Reference("LRN", "QZ-1"),), body, "goods-declaration")
    assert shown.event_line(draft) == (
        "put of declaration (LRN QZ-1): goods-declaration, 3 values, 2 Item"
    )
    empty = Draft("", "answer", (), {}, "answer", part="crew")
    assert shown.event_line(empty) == "answer part 'crew' (no reference): answer, 0 values"


def test_a_native_reply_is_shown_in_its_own_syntax():
    """XML is indented; what only says so is shown as it is."""
    event = {"datacontenttype": "application/xml"}
    encoded = base64.b64encode(b"<a><b>1</b></a>").decode()
    assert "<a>\n  <b>1</b>\n</a>" in shown.content_of({**event, "data_base64": encoded})
    encoded = base64.b64encode(b"no markup").decode()
    assert shown.content_of({**event, "data_base64": encoded}) == "no markup"
    assert shown.content_of({"data": {"status": "held"}}) == '{\n  "status": "held"\n}'


def test_edifact_is_shown_a_segment_a_line():
    """The terminator is the last character, whatever it is."""
    encoded = base64.b64encode(b'UNB+SIRE:4+A+B"UNZ+1+A"').decode()
    event = {"datacontenttype": "application/edifact", "data_base64": encoded}
    assert shown.content_of(event) == 'UNB+SIRE:4+A+B"\nUNZ+1+A"'


def test_a_reply_of_several_artifacts_is_shown_by_name():
    """JSON as it is, of a workbook its type and size."""
    book = {"name": "result.xlsx", "content_type": "application/x-book",
            "content_base64": base64.b64encode(b"PK\0\0").decode()}  # fmt: skip
    listed = {"name": "result.json", "content_type": "application/json", "content": {"a": 1}}
    event = {"data": {"artifacts": [book, listed]}}
    assert shown.content_of(event) == (
        "[result.xlsx]\napplication/x-book, 4 bytes; --raw FOLDER keeps it\n"
        '[result.json]\n{\n  "a": 1\n}'
    )
    assert [one.content for one in shown.held_by(event)] == [b"PK\0\0", b'{"a":1}']


def test_a_status_tells_verdicts_outcomes_and_what_waits():
    """Each message with its problems, its outcomes, and what has no dossier yet."""
    problem = as_json(Problem("reference.unknown", "it means nothing", hint="check it"))
    said = {
        "messages": [
            {"number": 1, "reference": "QZ", "verdict": "accepted", "problems": [],
             "outcomes": [{"does": "put", "outcome": "declined", "problems": [problem]}],
             "unresolved": 1, "waits_for": [{"references": [["VISIT", "V-1"], ["VOYAGE", "V-1"]],
                                             "until": "2026-11-25T09:30:00.000Z"}]},
        ],
        "overall": "declined",
    }  # fmt: skip
    text = click.unstyle("\n".join(shown.status_lines(said)))
    assert "message 1, QZ: accepted" in text
    assert "put: declined" in text
    assert "reference.unknown: it means nothing" in text
    assert "waiting for VISIT V-1, VOYAGE V-1 to mean something, until 2026-11-25T09:30" in text
    assert "overall: declined" in text
