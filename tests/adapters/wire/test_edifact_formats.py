"""Directory data: formats are read as the standard says, and the corpus keeps to them."""

import pytest

from adapters.wire.edifact import read
from adapters.wire.edifact_formats import directory, format_of, misfits

DIRECTORIES = ("service-3", "service-4", "passenger")


@pytest.mark.parametrize(
    ("said", "value", "fits"),
    [
        ("an..3", "ABC", True), ("an..3", "ABCD", False), ("an..3", "", True), ("an2", "A", False),
        ("an2", "AB", True), ("a3", "ABC", True), ("a3", "AB1", False), ("a..3", "-", True),
        ("n6", "123456", True), ("n6", "12345", False), ("n..6", "-1234.56", True),
        ("n..6", "1234,567", False), ("n..6", "12A", False), ("n..6", "1.2.3", False),
        ("n..6", "1E5", False), ("n..6", "\u0663", False), ("n..6", "-", False),
        ("n..3", ",5", True),
    ],
)  # fmt: skip
def test_a_format_takes_what_the_standard_says(said, value, fits):
    """Letters, digits, lengths; the sign and the decimal mark of a number do not count."""
    assert format_of(said).fits(value) is fits


@pytest.mark.parametrize("name", DIRECTORIES)
def test_directories_name_their_source_and_all_their_elements(name):
    """Every element of every place has a format, and each directory says where it is from."""
    known = directory(name)
    used = {one for tag in known.places.values() for element in tag for one in element}
    assert used <= set(known.formats)
    assert known.source


@pytest.mark.parametrize(
    ("name", "tag", "element", "component", "id_"),
    [
        ("passenger", "NAD", 4, 1, "3036"), ("passenger", "NAD", 9, 1, "3207"),
        ("passenger", "DOC", 2, 1, "1004"), ("passenger", "TDT", 5, 1, "3127"),
        ("passenger", "LOC", 2, 1, "3225"), ("passenger", "COM", 2, 2, "3155"),
        ("passenger", "ATT", 3, 1, "9019"), ("passenger", "ERC", 1, 1, "9321"),
        ("service-3", "UNB", 7, 1, "0026"), ("service-4", "UNB", 1, 4, "0133"),
        ("service-4", "UNH", 4, 2, "0073"), ("service-3", "UCI", 4, 1, "0083"),
        ("service-3", "UNB", 1, 4, None), ("passenger", "NAD", 10, 1, None),
        ("passenger", "ZZZ", 1, 1, None), ("passenger", "NAD", 0, 1, None),
    ],
)  # fmt: skip
def test_elements_stand_where_the_directory_has_them(name, tag, element, component, id_):
    """Elements and components are counted from 1, as in places and pointers."""
    assert directory(name).element_at(tag, element, component) == id_


D_05B = {
    "1000": 35, "1001": 3, "1004": 35, "1056": 9, "1060": 6, "1225": 3, "1366": 70, "1373": 3,
    "2005": 3, "2379": 3, "2380": 35, "3035": 3, "3039": 35, "3124": 35, "3223": 25, "3224": 256,
    "3225": 35, "6311": 3, "6314": 18, "8028": 17, "8051": 3, "9003": 3, "9004": 35, "9005": 3,
    "9017": 3, "9018": 256, "9019": 17, "9020": 70, "9021": 17, "9280": 35,
}  # fmt: skip
"""Lengths of the segment directory D.05B, as it was published."""


@pytest.mark.parametrize("element", D_05B)
def test_no_element_is_shorter_than_a_release_has_it(element):
    """The directory of lists is the widest of its releases, D.05B among them."""
    assert directory("passenger").formats[element].most >= D_05B[element]


def test_versions_3_and_4_differ_where_the_standard_says():
    """Dates have eight digits and counts ten under version 4; its headers say more."""
    three, four = directory("service-3"), directory("service-4")
    assert (three.formats["0017"].said, four.formats["0017"].said) == ("n6", "n8")
    assert (three.formats["0074"].said, four.formats["0074"].said) == ("n..6", "n..10")
    assert three.element_at("UNH", 5) is None
    assert four.element_at("UNH", 5) == "0115"


def test_a_value_that_does_not_fit_is_named_with_its_element():
    """Too long, of the wrong kind, or where no element stands; an unknown segment is not judged."""
    known = directory("passenger")
    segment = [["NAD"], ["FLXX"], [""], [""], ["A" * 71], *[[""]] * 4, ["USA"], ["X"]]
    found = [(one.element, one.component, one.id, one.format) for one in misfits(segment, known)]
    assert found == [
        (1, 1, "3035", "an..3"), (4, 1, "3036", "an..70"), (10, 1, "", ""),
    ]  # fmt: skip
    assert [one.id for one in misfits([["CNT"], ["42", "x"]], known)] == ["6066"]
    assert list(misfits([["QQQ"], ["x" * 999]], known)) == []


def test_real_passenger_messages_keep_to_the_directories(corpus):
    """All segments of the lists and answers are known, and no value is longer than allowed.

    Left out: the two messages of the older United States format, which has its own segments, one
    list total that its sender wrote as an element of its own, and a remark between two segments.
    """
    passenger, service = directory("passenger"), directory("service-4")
    judged, odd = 0, []
    for folder in ("paxlst", "cusres-iapi"):
        for file in (corpus / "airline" / folder).iterdir():
            for message in read(file.read_bytes()).messages:
                if message.version != "D":
                    continue
                for segment in message.segments:
                    tag = segment[0][0]
                    known = passenger if tag in passenger.places else service
                    assert tag in known.places or tag.startswith("###"), (file.name, tag)
                    odd += [(file.name, tag, one.element) for one in misfits(segment, known)]
                    judged += 1
    assert odd == [("gtas_crew_lowercase.edi", "CNT", 2)]
    assert judged > 1500
