"""Single messages: counts, references, characters, dirt, limits; and places, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.edifact import Limits, read
from tests.limits import HANG_S

HEAD = b"UNB+%b:%b+A+B+260101:0900+R'"


def payload(body: bytes, syntax: bytes = b"UNOC", version: bytes = b"3", una: bytes = b"") -> bytes:
    message = b"UNH+1+PAXLST:D:05B:UN'" + body + b"UNT+%d+1'" % (body.count(b"'") + 2)
    return una + HEAD % (syntax, version) + message + b"UNZ+1+R'"


def only(raw: bytes, **limits: int):
    (found,) = read(raw, limits=Limits(**limits)).messages
    return found


def codes(found) -> list[str]:
    return [one.code for one in found.problems]


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        (b"UNT+3+1'", []),
        (b"UNT+0003+1'", []),
        (b"UNT+4+1'", ["edifact.count-wrong"]),
        (b"UNT++1'", ["edifact.count-wrong"]),
        (b"UNT+three+1'", ["edifact.count-wrong"]),
        (b"UNT+99999999999+1'", ["edifact.count-wrong"]),
        ("UNT+\u0663+1'".encode(), ["edifact.count-wrong", "edifact.characters-wrong"]),
        (b"UNT+3+2'", ["edifact.reference-differs"]),
        (b"UNT+3'", ["edifact.reference-differs"]),
        (b"UNT'", ["edifact.count-wrong", "edifact.reference-differs"]),
        (b"", ["edifact.truncated"]),
    ],
)
def test_the_trailer_is_compared_with_what_is_there(trailer, expected):
    """Count and reference of UNT each have a code of their own."""
    raw = HEAD % (b"UNOA", b"3") + b"UNH+1+PAXLST:D:05B:UN'BGM+745'" + trailer + b"UNZ+1+R'"
    assert codes(only(raw)) == expected


@pytest.mark.parametrize(
    ("syntax", "text", "read_as", "told"),
    [
        (b"UNOA", b"ABC", "ABC", False),
        (b"UNOA", b"lower@case", "lower@case", False),
        (b"UNOC", b"J\xf6rg", "Jörg", False),
        (b"UNOC", "Jörg".encode(), "Jörg", True),
        (b"UNOA", "Jörg".encode(), "Jörg", True),
        (b"UNOB", b"J\xf6rg", "Jörg", True),
        (b"UNOD", b"\xa3\xf3d\xbc", "Łódź", False),
        (b"UNOE", b"\xbc\xde\xe1\xda\xd2\xd0", "Москва", False),
        (b"UNOF", b"\xc1\xe8\xde\xed\xe1", "Αθήνα", False),
        (b"UNOJ", b"\xfa\xff", "ú\u00ff", True),
        (b"UNOL", b"10 \xa4", "10 €", False),
        (b"UNOC", b"\x8aIMEK \x9a\x80", "ŠIMEK š€", True),
        (b"UNOA", b"\x8eAN", "ŽAN", True),
        (b"UNOC", b"J\xf6rg\x81", "Jörg\x81", True),
        (b"UNOD", b"\xa3\x8d", "ŁŤ", True),
        (b"UNOK", b"\xfe\x9c", "şœ", True),
        (b"QQQQ", b"\x8e", "Ž", True),
        (b"UNOW", "Łódź".encode(), "Łódź", False),
        (b"QQQQ", b"J\xf6rg", "Jörg", True),
    ],
)  # fmt: skip
def test_texts_are_read_with_the_declared_set_or_told(syntax, text, read_as, told):
    """What the declared set cannot be is UTF-8, its set of Windows, or ISO 8859-1; it is told."""
    found = only(payload(b"FTX+AAI+++" + text + b"'", syntax))
    assert found.segments[1][4] == [read_as]
    assert ("edifact.characters-wrong" in codes(found)) is told
    assert all(one.severity == "warning" for one in found.problems)


def test_iso_2022_is_cut_by_characters_and_placed_by_bytes():
    """A byte of a two-byte character that looks like a separator is none."""
    text = "\u3042\u3044"  # its bytes in ISO 2022 hold `"` and `$`
    raw = payload(b"FTX+AAI+++" + text.encode("iso2022_jp_2") + b":X'", b"UNOX", b"4")
    found = only(raw)
    assert found.segments[1][4] == [text, "X"]
    assert raw[found.place(2, 4, 2).byte :].startswith(b"X'")


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le", "utf-16"])
def test_two_bytes_a_character_are_read_and_placed(codec):
    """UNOY with or without a byte order mark; places count the bytes that were sent."""
    text = payload(b"", b"UNOY", b"4").decode().replace("UNT+2", "FTX+AAI+++Łódź:X'UNT+3")
    raw = text.encode(codec)
    reading = read(raw)
    (found,) = reading.messages
    assert reading.problems == found.problems == ()
    assert found.segments[1][4] == ["Łódź", "X"]
    at = found.place(2, 4, 2).byte
    assert raw[at : at + 4] == "X'".encode("utf-16-be" if codec.endswith("be") else "utf-16-le")


@pytest.mark.parametrize(("syntax", "codec"), [(b"UNOY", "ascii"), (b"UNOA", "utf-16-le")])
def test_bytes_that_are_otherwise_than_declared_are_told(syntax, codec):
    """One byte a character under UNOY, or two under another set: read, and told."""
    reading = read(payload(b"", syntax).decode().encode(codec))
    assert [one.code for one in reading.problems] == ["edifact.characters-wrong"]
    assert [one.problems for one in reading.messages] == [()]


@pytest.mark.parametrize(
    ("sign", "name"),
    [("\0", "U+0000"), ("\x07", "U+0007"), ("\x1b", "U+001B"), ("\u202e", "U+202E")],
)
def test_control_characters_are_told_where_they_stand(sign, name):
    """NUL and marks that turn text around are named, with their segment."""
    found = only(payload(f"BGM+745'NAD+FL+++A{sign}B'".encode(), b"UNOW"))
    assert [(one.code, one.found, one.where.segment) for one in found.problems] == [
        ("edifact.characters-wrong", name, "NAD 3")
    ]


def test_line_breaks_in_segments_are_taken_out_and_told():
    """A hard wrap inside tag and value is mended; breaks after terminators say nothing."""
    mended = only(payload(b"BGM+745'\r\nNA\r\nD+FL+++SMI\r\nTH'\r\n"))
    assert mended.segments[2] == [["NAD"], ["FL"], [""], [""], ["SMITH"]]
    assert codes(mended) == ["edifact.dirt"]
    assert codes(only(payload(b"BGM+745'\r\n\r\n  NAD+FL'\r\n"))) == []


def test_a_release_character_at_the_end_is_told():
    """There is nothing that it could release."""
    raw = HEAD % (b"UNOA", b"3") + b"UNH+1+PAXLST:D:05B:UN'UNT+2+1?"
    found = only(raw)
    assert codes(found) == ["edifact.release-dangling"]
    assert found.segments[1] == [["UNT"], ["2"], ["1"]]


@pytest.mark.parametrize(
    ("rest", "tag"),
    [(b"R", "R"), (b"RFF", "RFF"), (b"RFF+AB", "RFF"), (b"FTX+AAI+++A?", "FTX"), (b"un", "un"),
     (b"\r\n RFF+", "RFF"), (b"FTX+AAI+++A?'", "FTX"), (b"RFF+AB\r\n", "RFF")],
)  # fmt: skip
def test_a_last_segment_without_its_end_is_told_once_as_cut(rest, tag):
    """It is kept as far as it came, named in the words, and has no other fault."""
    raw = HEAD % (b"UNOA", b"3") + b"UNH+1+PAXLST:D:05B:UN'BGM+745'" + rest
    found = only(raw)
    (problem,) = found.problems
    assert (problem.code, found.cut, len(found.segments)) == ("edifact.truncated", True, 3)
    assert f"its last segment, '{tag}', has no end" in problem.text
    assert problem.where.segment == f"{tag} 3"
    assert raw[problem.where.byte :].startswith(tag.encode())


@pytest.mark.parametrize("rest", [b"", b"\r\n", b"  ", b"UNT+3+1", b"UNT+3+1'", b"UNZ+1+R'"])
def test_a_message_that_ends_with_a_whole_segment_is_not_called_cut(rest):
    """UNT may be missing, or have no terminator at the very end: every segment is whole."""
    found = only(HEAD % (b"UNOA", b"3") + b"UNH+1+PAXLST:D:05B:UN'BGM+745'" + rest)
    assert not found.cut
    assert all("has no end" not in problem.text for problem in found.problems)


def test_errors_come_first_then_warnings_each_in_the_order_of_the_file():
    """What the trailer says comes after the errors before it; a warning stands behind them all."""
    found = only(payload(b"BGM+745'NAD+FL+++A\x07B'###'").replace(b"UNT+5", b"UNT+9"))
    assert codes(found) == [
        "edifact.segment-unreadable", "edifact.count-wrong", "edifact.characters-wrong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"FTX+AAI+++A?\r\nB'", True),
        (b"FTX+AAI+++A??\r\nB'", False),
        (b"FTX+AAI+++A???\nB'", True),
        (b"FTX+AAI+++A?\r\n+B'", False),
        (b"FTX+AAI+++A?\r\n'B'", False),
    ],
)
def test_a_release_character_at_the_end_of_a_line_is_told(body, told):
    """Where a separator follows the break, the telegram was wrapped between the two."""
    found = only(payload(body))
    assert ("edifact.release-dangling" in codes(found)) is told


def test_signs_of_a_transport_inside_a_message_are_taken_out_and_told():
    """Start and end of text, form feeds: no content, and not silently gone."""
    found = only(payload(b"BGM+745'NAD+F\x02L'\x0c\r\n"))
    assert found.segments[2] == [["NAD"], ["FL"]]
    assert [(one.code, one.where.segment) for one in found.problems] == [("edifact.dirt", "NAD 3")]


@pytest.mark.parametrize(
    ("segment", "tag"),
    [(b"### X+1'", "### X"), (b"ab+1'", "ab"), (b"+1'", ""), (b"NADX+1'", "NADX")],
)  # fmt: skip
def test_a_segment_without_a_tag_is_told(segment, tag):
    """It stays where it stands, so that ordinals and counts are those of the sender."""
    found = only(payload(b"BGM+745'" + segment + b"CNT+42:1'"))
    assert [(one.code, one.where.segment) for one in found.problems] == [
        ("edifact.segment-unreadable", f"{tag} 3")
    ]
    assert found.segments[3] == [["CNT"], ["42", "1"]]


def test_a_blank_after_a_tag_does_not_belong_to_it():
    """`NAD +FL` is NAD."""
    found = only(payload(b"NAD +FL'"))
    assert found.segments[1][0] == ["NAD"]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("una", "syntax", "version", "repeated"),
    [
        (b"UNA:+.?*'", b"UNOA", b"4", True),
        (b"", b"UNOA", b"4", True),
        (b"UNA:+.? '", b"UNOA", b"4", False),
        (b"UNA:+.?*'", b"UNOA", b"3", False),
        (b"", b"UNOA", b"3", False),
        (b"UNA:+.?*'", b"IATA", b"1", False),
    ],
)
def test_repetition_is_real_under_version_4_only(una, syntax, version, repeated):
    """Elsewhere the sign is text: nothing of a remark is torn apart."""
    found = only(payload(b"ATT+2++M*F'", syntax, version, una))
    if repeated:
        assert found.segments[1][3] == ["M"]
        assert found.repeats == {(2, 3): [["M"], ["F"]]}
        assert found.repetitions(2, 3) == [["M"], ["F"]]
    else:
        assert found.segments[1][3] == ["M*F"]
        assert found.repetitions(2, 3) == [["M*F"]]
    assert found.repetitions(2, 9) == []


def test_places_name_segment_element_and_byte():
    """Tag and ordinal, element and component from 1, the byte in the file; absent: the parent."""
    raw = b"\r\nhead\r\n" + payload(b"BGM+745'\r\n NAD+FL+++A?+B\r\nC:D?'E'")
    found = only(raw)
    for where, element, stands in [
        ((3, 0, 0), None, b"NAD+FL"),
        ((3, 1, 0), "1", b"FL+++"),
        ((3, 2, 0), "2", b"++A?"),
        ((3, 4, 1), "4.1", b"A?+B"),
        ((3, 4, 2), "4.2", b"D?'E"),
        ((3, 4, 3), "4.3", b"A?+B"),
        ((3, 7, 1), "7.1", b"NAD+FL"),
        ((1, 2, 3), "2.3", b"05B:UN"),
    ]:
        place = found.place(*where)
        assert place.segment == f"{'UNH' if where[0] == 1 else 'NAD'} {where[0]}"
        assert place.element == element
        assert raw[place.byte :].startswith(stands), where


@given(
    st.lists(
        st.lists(st.lists(st.text("AB?+:' 1", max_size=4), min_size=1, max_size=3), max_size=4),
        max_size=5,
    ),
    st.sampled_from([b"", b"\r\n", b"\n  "]),
)
def test_every_component_is_found_at_its_byte(segments, between):
    """Whatever was written, each component stands at the byte that its place names."""
    by = {"?": "??", "+": "?+", ":": "?:", "'": "?'"}
    said = [
        [[["".join(by.get(one, one) for one in value)] for value in e] for e in elements]
        for elements in segments
    ]
    texts = [
        "+".join(["QQQ", *(":".join(value for (value,) in e) for e in elements)])
        for elements in said
    ]  # fmt: skip
    raw = payload(b"".join(text.encode() + b"'" + between for text in texts))
    (found,) = read(raw).messages
    for number, elements in enumerate(segments, 2):
        assert found.segments[number - 1][1:] == elements
        for element, components in enumerate(elements, 1):
            for component, value in enumerate(components, 1):
                at = found.place(number, element, component).byte
                escaped = "".join(by.get(one, one) for one in value).encode()
                assert raw[at:].startswith(escaped)
                assert raw[at + len(escaped) :][:1] in {b"+", b":", b"'"}


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"payload_bytes": 50}, "edifact.too-large"),
        ({"messages": 1}, "edifact.too-many-messages"),
        ({"interchanges": 1}, "edifact.too-many-messages"),
        ({"message_bytes": 50}, "edifact.message-too-large"),
        ({"pieces": 10}, "edifact.message-too-large"),
        ({"pieces_of_segment": 5}, "edifact.segment-too-long"),
        ({"pieces_of_segment": 3, "segment_characters": 8}, "edifact.segment-too-long"),
    ],
)
def test_everything_has_a_limit(limits, code):
    """Each limit has a code, and the limit itself is told."""
    raw = payload(b"BGM+1:2:3:4:5:6:7:8'" * 2)
    raw = raw.replace(b"UNZ+1+R'", b"UNH+2+PAXLST:D:05B:UN'UNT+2+2'UNZ+2+R'" + raw)
    reading = read(raw, limits=Limits(**limits))
    problems = [*reading.problems, *(one for each in reading.messages for one in each.problems)]
    (problem, *_rest) = [one for one in problems if one.code == code]
    assert problem.severity == "error"
    assert str(next(iter(limits.values()))) in problem.expected


def test_a_limit_is_told_only_beyond_it():
    """As many as the limit are read without a word; one more is told, and not read."""
    raw = payload(b"") + b"\r\n"
    at_the_limit = read(raw + raw, limits=Limits(messages=2, interchanges=2))
    assert at_the_limit.problems == ()
    beyond = read(raw + raw + raw, limits=Limits(messages=2))
    assert [one.code for one in beyond.problems] == ["edifact.too-many-messages"]
    assert len(list(beyond.messages)) == 2
    apart = read(raw + raw + raw, limits=Limits(interchanges=2))
    assert [one.code for one in apart.problems] == ["edifact.too-many-messages"]
    assert len(list(apart.messages)) == 2


def test_lines_may_break_with_a_carriage_return_alone():
    """After a terminator it says nothing, inside of a segment it is told."""
    assert codes(only(payload(b"BGM+745'\rNAD+FL'\r"))) == []
    assert codes(only(payload(b"BGM+745'\rNA\rD+FL'\r"))) == ["edifact.dirt"]


def test_at_most_a_hundred_problems_are_told_and_one_more():
    """The last one says how many are not shown, and rejects as they do."""
    found = only(payload(b"##'" * 250))
    assert len(found.problems) == 101
    assert found.problems[-1].code == "problems.more"
    assert found.problems[-1].text.startswith("150 ")
    assert found.problems[-1].severity == "error"


MANY = 300_000
BOMBS = {
    "terminators": b"'" * MANY,
    "elements": b"QQQ" + b"+" * MANY + b"'",
    "components": b"QQQ+" + b":" * MANY + b"'",
    "repetitions": b"QQQ+" + b"*" * MANY + b"'",
    "one segment": b"FTX+" + b"A" * MANY + b"'",
    "releases": b"FTX+" + b"?" * MANY + b"'",
    "released": b"FTX+" + b"?'" * (MANY // 2) + b"'",
    "released elements": b"FTX" + b"+?+" * (MANY // 3) + b"'",
    "blanks": b"BGM'" + b" " * MANY,
    "lines": b"BGM" + b"\r\n" * (MANY // 2) + b"'",
    "blank lines": b"BGM+ \n" * (MANY // 6) + b"'",
    "headers": b"UNH+1+PAXLST:D:05B:UN'" * (MANY // 22),
    "trailers": b"UNT+2+1'" * (MANY // 8),
    "groups": b"UNG+A'" * (MANY // 6),
    "interchanges": b"UNB+UNOA:3+A+B'" * (MANY // 15),
    "tags": b"UNHUNTUNBUNA" * (MANY // 12),
    "wrapped tags": b"U\nN\n" * (MANY // 4),
    "controls": b"FTX+" + b"\x00\x07" * (MANY // 2) + b"'",
    "half an UTF-8": b"FTX+" + b"\xc3" * MANY + b"'",
}


@pytest.mark.timeout(HANG_S)
@pytest.mark.parametrize("name", BOMBS)
def test_much_of_anything_is_read_to_its_end(name):
    """Time grows with the bytes: what takes a second would take hours by its square."""
    raw = payload(BOMBS[name], b"UNOA", b"4")
    reading = read(raw)
    problems = list(reading.problems)
    for found in reading.messages:
        problems += found.problems
    assert problems or name == "blanks"
