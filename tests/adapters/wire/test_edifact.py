"""The reader on real files and on whole submissions: verdicts, places, neighbours, any bytes."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wire.edifact import looks_like, not_understood, read
from adapters.wire.edifact_exact import dump_all
from broker.model.problem import rejects

HERE = Path(__file__).parent
VERDICTS: dict[str, Any] = yaml.safe_load((HERE / "edifact_verdicts.yaml").read_text("utf-8"))
TELEGRAM = (
    b"QU AAABBCC\r\n.DDDEEFF 010900\r\nUNB+UNOA:3+A+B+2\r\n60101:0900+R'U\r\nNH+1+PAX\r\n"
    b"LST:D:05B:UN'"
)
FOLDERS = ("edifact", "airline/paxlst", "airline/cusres-iapi", "airline/pnrgov", "customs/edifact")


def signs(by) -> str:
    return by.component + by.element + by.decimal + by.release + by.repetition + by.terminator


def interchange(*messages: str, reference: str = "R1") -> bytes:
    head = f"UNB+UNOB:3+SENDER:ZZ+STATE+260101:0900+{reference}'"
    return (head + "".join(messages) + f"UNZ+{len(messages)}+{reference}'").encode()


def message(reference: str, kind: str = "PAXLST", body: str = "BGM+745'") -> str:
    count = body.count("'") + 2
    return f"UNH+{reference}+{kind}:D:05B:UN:IATA'{body}UNT+{count}+{reference}'"


@pytest.mark.parametrize("name", VERDICTS)
def test_every_file_is_read_as_the_reviewed_table_says(name, corpus):
    """Separators, messages, problem codes and what stands at their bytes are those of the table."""
    payload = (corpus / "edifact" / name).read_bytes()
    said, reading = VERDICTS[name], read(payload)
    assert [one.syntax for one in reading.interchanges] == [said["syntax"]]
    assert signs(reading.interchanges[0].separators) == said["separators"]
    messages = list(reading.messages)
    assert [[one.type, one.reference, len(one.segments)] for one in messages] == said["messages"]
    problems = [*reading.problems, *(one for each in messages for one in each.problems)]
    expected = said.get("problems", [])
    assert [
        [one.message or 0, one.code, one.where.segment, one.where.element] for one in problems
    ] == [row[:4] for row in expected]
    for problem, row in zip(problems, expected, strict=True):
        assert payload[problem.where.byte :].startswith(row[4].encode()), row


def test_the_table_names_every_file_of_the_folder(corpus):
    """No sample is left without a verdict."""
    files = {file.name for file in (corpus / "edifact").iterdir()} - {"SOURCES.md"}
    assert files == set(VERDICTS)


def test_numbers_of_segments_are_those_that_were_measured_by_others(corpus):
    """Each file has as many segments as its collectors counted, service segments with them."""
    rows = (corpus / "edifact" / "SOURCES.md").read_text().splitlines()
    compared = 0
    for name in VERDICTS:
        row = next(row for row in rows if row.startswith(f"| {name} |"))
        reading = read((corpus / "edifact" / name).read_bytes())
        counted = sum(len(one.segments) for one in reading.messages)
        if reading.interchanges[0].enveloped:
            counted += 2 + 2 * len(reading.envelope.groups)
        counted += sum(one.code == "edifact.segment-misplaced" for one in reading.problems)
        assert re.search(rf"\b{counted} segments", row), (name, counted)
        compared += 1
    assert compared > 35


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_same_bytes_come_back_from_the_segments_of_every_file(folder, corpus):
    """Segments and the trace of what they do not hold lead back to the bytes that were sent."""
    files = [one for one in (corpus / folder).iterdir() if one.suffix in {".edi", ".txt", ".ped"}]
    assert files
    for file in files:
        payload = file.read_bytes()
        assert dump_all(read(payload)) == payload, file.name


def test_cleaned_telegrams_read_as_their_authors_cleaned_them(corpus):
    """A Type-B telegram has the segments of the file that its authors expect after cleaning."""
    folder = corpus / "airline" / "paxlst"
    for letter in "ABC":
        (dirty,) = read((folder / f"typeb_{letter}.txt").read_bytes()).messages
        (clean,) = read((folder / f"typeb_{letter}.expected.edi").read_bytes()).messages
        assert dirty.segments == clean.segments
        assert dirty.interchange.segment == clean.interchange.segment
        assert dirty.group.segment == clean.group.segment


def test_places_of_a_dirty_telegram_are_those_of_the_bytes_that_were_sent(corpus):
    """Each component of a wrapped telegram is found again at the byte that its place names."""
    payload = (corpus / "airline" / "paxlst" / "typeb_B.txt").read_bytes()
    (found,) = read(payload).messages
    compared = 0
    for number, segment in enumerate(found.segments, 1):
        for element, components in enumerate(segment):
            for component, value in enumerate(components, 1):
                at = found.place(number, element, component).byte
                clean = payload[at : at + 200].replace(b"\r\n", b"")
                assert clean.startswith(value.encode()), (segment, element, component)
                compared += 1
    assert compared > 80


def test_a_header_joined_to_the_interchange_is_put_aside(corpus):
    """An address line right before UNA is told and kept, and the list is read whole."""
    payload = (corpus / "airline" / "paxlst" / "typeb_header_joined.txt").read_bytes()
    reading = read(payload)
    assert [one.code for one in reading.problems] == ["edifact.dirt"]
    assert [payload[low:high] for low, high in reading.aside] == [b"CICA  .DIRTADV 033118"]
    (found,) = reading.messages
    assert (found.access_reference, found.sequence, found.flag) == ("AT1234/210710/0140", "02", "F")
    assert found.problems == ()


def test_header_values_are_given_as_they_are_said():
    """UNB, UNG and UNH are read element by element."""
    payload = (
        b"UNA:+.? 'UNB+UNOC:3+FROM:ZZ+TO:14+260101:0900+REF++APIS++1++1'"
        b"UNG+PAXLST+AIR:ZZ+STATE+260101:0901+G7+UN+D:05B'"
        b"UNH+M1+PAXLST:D:05B:UN:IATA+XY1/260101/0900+02:C'BGM+745'UNT+3+M1'UNE+1+G7'UNZ+1+REF'"
    )
    reading = read(payload)
    (one,) = reading.messages
    said = one.interchange
    assert (said.syntax, said.version, said.sender, said.sender_qualifier) == (
        "UNOC", "3", "FROM", "ZZ",
    )  # fmt: skip
    assert (said.recipient, said.recipient_qualifier, said.prepared) == ("TO", "14", "260101:0900")
    assert (said.reference, said.application, said.acknowledgement, said.test) == (
        "REF", "APIS", "1", "1",
    )  # fmt: skip
    group = one.group
    assert (group.type, group.sender, group.reference, group.version, group.release) == (
        "PAXLST", "AIR", "G7", "D", "05B",
    )  # fmt: skip
    assert (one.type, one.version, one.release, one.agency, one.association) == (
        "PAXLST", "D", "05B", "UN", "IATA",
    )  # fmt: skip
    assert (one.reference, one.sequence, one.flag) == ("M1", "02", "C")
    assert reading.problems == one.problems == ()


def test_a_broken_message_does_not_take_its_neighbours_along():
    """A message without UNT is told as truncated; those before and after it are whole."""
    broken = "UNH+2+PAXLST:D:05B:UN:IATA'BGM+745'"
    reading = read(interchange(message("1"), broken, message("3")))
    codes = [[one.code for one in each.problems] for each in reading.messages]
    assert codes == [[], ["edifact.truncated"], []]
    assert reading.problems == ()


def test_a_message_type_that_nobody_reads_is_one_problem_at_its_unh():
    """The problem names the type and what is understood, and stands at the type."""
    payload = interchange(message("1"), message("2", "ORDERS"))
    first, second = read(payload).messages
    problem = not_understood(second, ["PAXLST", "CUSRES"])
    assert (problem.code, problem.message, problem.found) == (
        "edifact.message-unknown",
        2,
        "ORDERS",
    )
    assert payload[problem.where.byte :].startswith(b"ORDERS:D")
    assert problem.where.segment == "UNH 1"
    assert problem.expected == "PAXLST, CUSRES"
    assert first.problems == ()


def test_several_interchanges_in_one_file_are_all_read():
    """Each has its own separators, messages are numbered over all of them."""
    other = b"UNA^*.? $UNB*UNOA^1*A*B*260101^0900*R2$UNH*9*ORDERS^D^97B^UN$UNT*2*9$UNZ*1*R2$"
    payload = interchange(message("1")) + b"\r\n" + other + interchange(message("1"))
    reading = read(payload)
    assert reading.problems == ()
    found = [(one.number, one.type, one.interchange.number) for one in reading.messages]
    assert found == [(1, "PAXLST", 1), (2, "ORDERS", 2), (3, "PAXLST", 3)]
    assert all(one.problems == () for one in reading.messages)


def test_an_interchange_that_breaks_off_does_not_hide_the_next():
    """A second UNB without UNZ before it: the first is told as truncated, both are read."""
    first = interchange(message("1")).partition(b"UNZ")[0]
    other = b"UNA^*.? $UNB*UNOA^1*A*B*260101^0900*R2$UNH*9*ORDERS^D^97B^UN$UNT*2*9$UNZ*1*R2$"
    reading = read(first + other)
    assert [one.code for one in reading.problems] == ["edifact.truncated"]
    assert [one.type for one in reading.messages] == ["PAXLST", "ORDERS"]


def test_cut_at_any_byte_what_is_there_is_read():
    """An interchange cut anywhere yields its whole messages, and never passes for a whole one."""
    payload = interchange(message("1"), message("2", body="BGM+745'NAD+FL+++O?'NEIL:AVA'"))
    for cut in range(len(payload) - 1):
        reading = read(payload[:cut])
        messages = list(reading.messages)
        whole = payload[:cut].count(b"UNT+3+1'") + payload[:cut].count(b"UNT+4+2'")
        assert len([one for one in messages if not rejects(one.problems)]) >= whole
        assert rejects(reading.problems)
    assert len(list(read(payload).messages)) == 2


def test_messages_may_be_asked_for_again_and_alone():
    """A large message is read twice by its adapter; one is had without its neighbours."""
    reading = read(interchange(*[message(str(one)) for one in range(1, 6)]))
    assert [one.reference for one in reading.messages] == ["1", "2", "3", "4", "5"]
    assert [one.reference for one in reading.messages] == ["1", "2", "3", "4", "5"]
    assert reading.message(4).reference == "4"


def test_severities_come_from_the_profile():
    """A code that the profile calls a warning does not reject."""
    payload = b"UNB+UNOA:3+A+B+260101:0900+R'UNH+1+PAXLST:D:05B:UN'UNT+9+1'UNZ+0+R'"
    assert rejects(read(payload).problems)
    said = {"edifact.count-wrong": "warning"}
    reading = read(payload, said)
    assert [one.severity for one in reading.problems] == ["warning"]
    assert not any(rejects(one.problems) for one in reading.messages)


@pytest.mark.parametrize(
    ("payload", "types", "enveloped"),
    [
        (b"UNA:+.? 'UNB+UNOA:4+A+B+260101:0900+R'UNH+1+PAXLST:D:05B:UN:IATA'", ("PAXLST",), True),
        (TELEGRAM, ("PAXLST",), True),
        (b"UNH+1+CUSRES:D:05B:UN'UNT+2+1'UNH+2+CONTRL:D:3:UN'", ("CUSRES", "CONTRL"), False),
        ("UNB+UNOY:4+A+B+260101:0900+R'UNH+1+CUSCAR:D:05B:UN'".encode("utf-16-le"), ("CUSCAR",),
         True),
        (b"UNB+UNOD'UNH+000001'ATR+NEW+PRIO:N'", (), True),
    ],
)  # fmt: skip
def test_a_glance_tells_which_messages_there_are(payload, types, enveloped):
    """Message types are seen in a prefix, behind a telegram's head and across its line breaks."""
    sight = looks_like(payload)
    assert (sight.types, sight.enveloped) == (types, enveloped)


@pytest.mark.parametrize(
    "payload",
    [b"", b"PK\x03\x04", b"<xml/>", b'{"UNB": 1}', b"UNTIL UNA UNB UNH", b"UNHAPPY", b"\0" * 100,
     b"# UNH and UNB, in a text; UNH. That is all", b"FFM/8\r\n1/XY1/01JAN/AAA"],
)  # fmt: skip
def test_what_is_no_edifact_is_neither_seen_nor_read(payload):
    """Other bytes give no sight, no message, and one error that says what was looked for."""
    assert looks_like(payload) is None
    reading = read(payload)
    assert list(reading.messages) == []
    assert [one.code for one in reading.problems if one.severity == "error"] == [
        "edifact.no-interchange"
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([
            b"UNA:+.? '", b"UNA", b"UNB+UNOA:3+A+B+1:2+R'", b"UNB", b"U",
            b"UNG+X+A+B+1:2+G+UN+D:1'",
            b"UNH+1+PAXLST:D:05B:UN'", b"UNH", b"UNT+2+1'", b"UNT", b"UNE+1+G'", b"UNZ+1+R'",
            b"UNZ",
            b"'", b"+", b":", b"?", b"??", b"?'", b"*", b"\r\n", b" ", b"\0", b"\xff", b"\xc3\xa9",
            b"\x1b", b"NAD+FL+++A:B'", b"$", b"UNB*UNOA:4*A*B*1:2*R$", b"\xef\xbb\xbf", b"\x01",
        ]),
        max_size=40,
    )
)  # fmt: skip
def test_any_sequence_of_pieces_is_read_and_comes_back(pieces):
    """Any order of service segments and signs gives messages and problems, and the same bytes."""
    payload = b"".join(pieces)
    reading = read(payload)
    for one in reading.messages:
        assert len(one.starts()) in {len(one.segments), 0}
        for number, segment in enumerate(one.segments, 1):
            for element in range(len(segment) + 1):
                assert 0 <= one.place(number, element).byte < len(payload)
    looks_like(payload)
    assert dump_all(reading) == payload


@given(st.binary(max_size=300))
def test_any_bytes_are_read(payload):
    """No bytes make an exception, and without a message there is a problem."""
    reading = read(payload)
    assert list(reading.messages) or reading.problems
