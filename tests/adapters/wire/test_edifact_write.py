"""The writer: what is written is read back as it was meant, with counts and references right."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.edifact import Group, Interchange, Separators, read
from adapters.wire.edifact_write import MessageOut, Spelled, write

HEADER = Interchange(
    syntax="UNOW", version="4", sender="STATE", sender_qualifier="ZZ", recipient="AIR",
    prepared="260101:0900", reference="REF1", application="IAPI", test="1",
)  # fmt: skip
UNH = [["UNH"], ["1"], ["CUSRES", "D", "05B", "UN", "IATA"], ["REF"], ["01", "F"]]


def test_an_interchange_is_written_as_its_standard_says():
    """UNA where the separators are not the usual ones of the version, then all segments."""
    body = [UNH, [["BGM"], ["962"]], [["FTX"], ["AAP"], [""], [""], ["OK: 1+1='?"]]]
    assert write(HEADER, [MessageOut(body)]).decode() == (
        "UNA:+.? 'UNB+UNOW:4+STATE:ZZ+AIR+260101:0900+REF1++IAPI++++1'"
        "UNH+1+CUSRES:D:05B:UN:IATA+REF+01:F'BGM+962'FTX+AAP+++OK?: 1?+1=?'??'UNT+4+1'UNZ+1+REF1'"
    )


@pytest.mark.parametrize(
    ("syntax", "version", "separators", "una"),
    [
        ("UNOA", "3", Separators(), b"UNB"),
        ("UNOA", "4", Separators(repetition="*"), b"UNB"),
        ("UNOA", "4", Separators(), b"UNA:+.? 'UNB"),
        ("SIRE", "4", Separators(decimal=",", terminator='"'), b"UNB"),
        ("IATA", "1", Separators(), b"UNB"),
        ("UNOA", "3", Separators(element="*", terminator="$"), b"UNA:*.? $UNB"),
    ],
)
def test_una_is_written_where_it_is_needed(syntax, version, separators, una):
    """The separators that hold without UNA need none; and what is written is read back."""
    header = replace(HEADER, syntax=syntax, version=version, separators=separators)
    written = write(header, [MessageOut([UNH, [["BGM"], ["A*B+C:D'E\"F$G"]]])])
    assert written.startswith(una)
    reading = read(written)
    assert reading.problems == ()
    (found,) = reading.messages
    assert found.interchange.separators == separators
    assert found.segments[1] == [["BGM"], ["A*B+C:D'E\"F$G"]]


def test_counts_references_and_groups_are_made_right():
    """A trailer that is given is not believed, a missing reference is numbered."""
    messages = [
        MessageOut([[["UNH"], [""], ["CUSRES"]], [["BGM"], ["962"]], [["UNT"], ["9"], ["9"]]]),
        MessageOut([[["UNH"]]]),
    ]
    written = write(HEADER, messages, Group(type="CUSRES", reference="G1", version="D"))
    reading = read(written)
    found = list(reading.messages)
    assert reading.problems == ()
    assert [one.problems for one in found] == [(), ()]
    assert [one.reference for one in found] == ["1", "2"]
    assert (found[0].group.type, found[0].group.reference) == ("CUSRES", "G1")


def test_empty_values_at_the_end_are_not_written():
    """A trailing separator is an error of syntax version 4."""
    body = [UNH, [["DTM"], ["329", "", ""]], [["LOC"], ["91"], [""], ["", ""]]]
    assert b"'DTM+329'LOC+91'UNT" in write(HEADER, [MessageOut(body)])


def test_repetitions_are_written_where_the_separators_have_a_sign():
    """What was read with repetitions is written with them."""
    header = replace(HEADER, separators=Separators(repetition="*"))
    message = MessageOut([UNH, [["ATT"], ["2"], ["M*"]]], {(2, 2): [["M*"], ["F", "X"]]})
    written = write(header, [message])
    assert b"ATT+2+M?**F:X'" in written
    (found,) = read(written).messages
    assert found.repeats == message.repeats


def test_what_cannot_be_written_is_spelled_and_said():
    """Each value that was changed is named with its place, as it was and as it is written."""
    spelled: list[Spelled] = []
    body = [UNH, [["NAD"], ["FL"], [""], [""], ["Jörg", "Æ"]]]
    written = write(replace(HEADER, syntax="UNOB"), [MessageOut(body)], None, spelled)
    assert b"NAD+FL+++Joerg:AE'" in written
    assert spelled == [Spelled(1, 2, 4, 1, "Jörg", "Joerg"), Spelled(1, 2, 4, 2, "Æ", "AE")]


def test_without_a_release_character_separators_in_texts_become_blanks():
    """Nothing else could keep the segment whole."""
    header = replace(HEADER, separators=Separators(release=" "))
    (found,) = read(write(header, [MessageOut([UNH, [["FTX"], ["A+B'C"]]])])).messages
    assert found.segments[1] == [["FTX"], ["A B C"]]


VALUES = st.text(st.sampled_from("AZ019 ?+:'*é東/"), max_size=6)
SEGMENTS = st.lists(
    st.tuples(
        st.sampled_from(["NAD", "FTX", "DTM", "A12"]),
        st.lists(st.lists(VALUES, min_size=1, max_size=3), max_size=4),
    ).map(lambda said: [[said[0]], *said[1]]),
    max_size=6,
)


def trimmed(segment):
    cut = [list(components) for components in segment]
    for components in cut:
        while len(components) > 1 and not components[-1]:
            components.pop()
    while len(cut) > 1 and cut[-1] == [""]:
        cut.pop()
    return cut


@given(st.lists(SEGMENTS, max_size=3), st.sampled_from(" *"))
def test_what_is_written_is_read_back(bodies, repetition):
    """Any values come back as they were, without a problem, from any number of messages."""
    header = replace(HEADER, separators=Separators(repetition=repetition))
    messages = [
        MessageOut([[["UNH"], [str(number)], ["CUSRES", "D"]], *body])
        for number, body in enumerate(bodies, 1)
    ]
    reading = read(write(header, messages))
    assert [one.code for one in reading.problems] == ([] if bodies else ["edifact.no-message"])
    found = list(reading.messages)
    assert [one.problems for one in found] == [()] * len(bodies)
    assert [one.segments[1:-1] for one in found] == [
        [trimmed(segment) for segment in body] for body in bodies
    ]


def test_the_envelope_is_spelled_and_said_too():
    """A reference that the set does not hold is the same at both ends."""
    spelled: list[Spelled] = []
    header = replace(HEADER, syntax="UNOA", sender="Zoll", reference="Rü1")
    written = write(header, [MessageOut([UNH])], Group(reference="é"), spelled)
    assert read(written).problems == ()
    assert [(one.message, one.segment, one.element, one.written) for one in spelled] == [
        (0, 1, 2, "ZOLL"),
        (0, 1, 5, "RUE1"),
        (0, 2, 5, "E"),
    ]


def test_the_qualifiers_of_a_group_are_written_and_read_back():
    """Sender and recipient of UNG keep their qualifiers, as those of UNB do."""
    group = Group(sender="A B", sender_qualifier="ZZ", recipient="C", recipient_qualifier="1")
    (found,) = read(write(HEADER, [MessageOut([UNH])], group)).messages
    assert found.group is not None
    assert (found.group.sender, found.group.sender_qualifier) == ("A B", "ZZ")
    assert (found.group.recipient, found.group.recipient_qualifier) == ("C", "1")
