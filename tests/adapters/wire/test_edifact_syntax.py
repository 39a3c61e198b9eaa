"""Cutting at separators, against a reader that looks at one character after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.edifact_syntax import (
    Separators,
    begins_segment,
    pieces_of,
    repeats_of,
    segments_of,
    signs_of,
    split,
    terminators,
)

USUAL = Separators()
REPEATING = Separators(repetition="*")
WITHOUT_RELEASE = Separators(release=" ")


def cut(text: str, by: Separators) -> list[list[list[str]]]:
    pieces = [piece for piece in pieces_of(text, by) if piece]
    return segments_of(pieces, by, released=by.release in text and by.release != " ")


def slowly(text: str, by: Separators) -> list[list[list[str]]]:
    """The same, one character after the other: what the standard says, and nothing clever."""
    segments, segment, components, value = [], [], [], ""
    blank, at = True, 0
    while at < len(text):
        one = text[at]
        at += 1
        if blank and one in " \t":
            continue
        if one == by.terminator:
            if not blank:
                segments.append([*segment, [*components, value]])
            segment, components, value, blank = [], [], "", True
            continue
        blank = False
        if one == by.release and by.release != " ":
            value += text[at : at + 1]
            at += 1
        elif one == by.element:
            segment, components, value = [*segment, [*components, value]], [], ""
        elif one == by.component:
            components, value = [*components, value], ""
        else:
            value += one
    if not blank:
        segments.append([*segment, [*components, value]])
    return segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BGM+745'", [[["BGM"], ["745"]]]),
        ("DTM+189:0101:201'", [[["DTM"], ["189", "0101", "201"]]]),
        ("NAD+MS+++A'", [[["NAD"], ["MS"], [""], [""], ["A"]]]),
        ("RFF+VA:1:'NAD+BY++'", [[["RFF"], ["VA", "1", ""]], [["NAD"], ["BY"], [""], [""]]]),
        ("A+x?+y'", [[["A"], ["x+y"]]]),
        ("A+x?:y?'z'", [[["A"], ["x:y'z"]]]),
        ("A+x??'B'", [[["A"], ["x?"]], [["B"]]]),
        ("A+x???'B'", [[["A"], ["x?'B"]]]),
        ("A+x??+y'", [[["A"], ["x?"], ["y"]]]),
        ("A+x???+y'", [[["A"], ["x?+y"]]]),
        ("A+x????'", [[["A"], ["x??"]]]),
        ("A+?AB? C'", [[["A"], ["AB C"]]]),
        ("A+?? ?'", [[["A"], ["? '"]]]),
        ("SRC'SRC'", [[["SRC"]], [["SRC"]]]),
        ("A'\tB' C+ x'", [[["A"]], [["B"]], [["C"], [" x"]]]),
        ("A?' B'", [[["A' B"]]]),
        ("A+x?", [[["A"], ["x"]]]),
        ("A''B'", [[["A"]], [["B"]]]),
        ("", []),
    ],
)
def test_texts_are_cut_as_the_standard_says(text, expected):
    """Release characters in all positions, empty values and blanks before tags."""
    assert cut(text, USUAL) == expected
    assert slowly(text, USUAL) == expected


@given(st.text(alphabet="AB?+:' \té", max_size=60))
def test_any_text_is_cut_as_a_slow_reader_cuts_it(text):
    """The quick way and one character after the other agree."""
    assert cut("A" + text, USUAL) == slowly("A" + text, USUAL)


@given(st.text(alphabet="AB\\^*$ ", max_size=60))
def test_other_separators_are_cut_in_the_same_way(text):
    """Nothing is special about the usual separators."""
    by = Separators(component="^", element="*", release="\\", terminator="$")
    assert cut("A" + text, by) == slowly("A" + text, by)


def test_without_a_release_character_a_question_mark_is_text():
    """A blank in its place means that there is none."""
    assert cut("A+x?+y'", WITHOUT_RELEASE) == [[["A"], ["x?"], ["y"]]]
    assert split("a?+b", "+", " ") == ["a?", "b"]


def test_repetitions_are_beside_the_first():
    """The segment holds the first repetition; all of them stand under segment and element."""
    text = "ATT+2++M*F:x*?*'COM+1'X*Y'"
    pieces = pieces_of(text, REPEATING)
    segments = segments_of(pieces, REPEATING, released=True)
    repeats = repeats_of(pieces, segments, REPEATING)
    assert segments == [[["ATT"], ["2"], [""], ["M"]], [["COM"], ["1"]], [["X*Y"]]]
    assert repeats == {(1, 3): [["M"], ["F", "x"], ["*"]]}


@pytest.mark.parametrize(
    ("signs", "possible"),
    [
        (":+.? '", True), (":+.?*'", True), ("^*.? $", True), (":+.\\ '", True),
        ("\x1f\x1d,? \x1c", True),
        (":+.? \n", True), (":+.  '", True),
        ("++.? '", False), (":+.?+'", False), ("A+.? '", False), (":1.? '", False),
        (": .? '", False),
        (":+.? \u2019", False), (":+.? \0", False), (":+.?  ", False),
    ],
)  # fmt: skip
def test_separators_are_different_signs(signs, possible):
    """No letter, digit, blank or sign that stands twice separates anything."""
    assert Separators(*signs).are_possible() is possible


@given(st.binary(max_size=60).map(lambda raw: bytes(b"A?'\r\n +"[one % 7] for one in raw)))
def test_terminators_in_dirty_bytes_are_those_of_the_clean_text(raw):
    """What stands before a terminator counts as if the line breaks were not there."""
    signs = signs_of(USUAL)
    ends = list(terminators(raw, 0, len(raw), signs))
    clean = raw.translate(None, b"\r\n").decode()
    live, released = [], False
    for at, one in enumerate(clean):
        if released or one != "'":
            released = one == "?" and not released
        else:
            live.append(at)
    assert [len(raw[:end].translate(None, b"\r\n")) for end in ends] == live


@pytest.mark.parametrize(
    ("data", "begins"),
    [(b"A'UNH", True), (b"A' \r\n\tUNH", True), (b"A?'UNH", False), (b"A??'UNH", True),
     (b"UNH", True), (b"  UNH", True), (b"A+UNH", False), (b"A?\r\n'UNH", False)],
)  # fmt: skip
def test_a_segment_begins_after_a_live_terminator(data, begins):
    """Blanks and line breaks may stand between, and a released terminator is none."""
    assert begins_segment(data, data.index(b"UNH"), 0, signs_of(USUAL)) is begins
