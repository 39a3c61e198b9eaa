"""WCO pointers both ways, over the whole dictionary and every pointer of the corpus."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from broker.model.leaf import Canonical, Text, leaf
from broker.model.packages import PACKAGES, fields_of, index
from broker.model.pointers import (
    Pointer,
    Step,
    _attribute,
    as_written,
    dialects,
    from_text,
    from_tree,
    nearest_path,
    package_of,
    text,
    to_path,
    to_pointer,
    to_tree,
)

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem"
BODIES = (("declaration", "goods-declaration"), ("response", "answer"))

MISPLACED = {"42A/67A[1]/56A/G005"}
"""Pointers of the corpus that only the dialect of their sender explains: the office of exit stands
below the declaration and is pointed at below the shipment."""

OLDER_RELEASE = ("42A/67A/68A/59B", "42A/67A/68A/86A")
"""Refund recipient and manufacturer: classes of an older release of the schema, gone since."""


def written_by_hand(dictionary: dict[str, Any], document: str) -> Iterator[tuple[str, str]]:
    """Each attribute's path and pointer, composed from the dictionary without the model.

    Each repeated class is given the number 2. The shipment is numbered 1.
    """
    nodes = {node["path"]: node for node in dictionary[document]}
    for path, node in nodes.items():
        if node["kind"] == "class" or "od:" in path:
            continue
        names = path.split("/")[1:]
        steps, shown = [], []
        for depth in range(1, len(names)):
            at = "/" + "/".join(names[:depth])
            keyed = f"{at}/SequenceNumeric" in nodes and names[depth - 1] != "Pointer"
            repeats = nodes[at]["max"] != 1
            number = "[2]" if repeats else "[1]" if nodes[at]["wco_id"] == "67A" else ""
            steps.append(nodes[at]["wco_id"] + number)
            shown.append(names[depth - 1] + ("" if not repeats else "[2]" if keyed else "[#2]"))
        tag = [node["wco_id"]] if node.get("wco_id") else []
        yield ".".join([*shown[1:], names[-1]]), "/".join([*steps, *tag])


@pytest.mark.parametrize(("document", "package"), BODIES)
def test_every_attribute_of_the_dictionary_both_ways(dictionary, document, package):
    """Path to pointer and back is the identity wherever the standard gives an identifier."""
    pairs = list(written_by_hand(dictionary, document))
    assert len(pairs) > 40
    nameless = []
    for path, pointer in pairs:
        found = to_pointer(path, package=package)
        assert found is not None
        assert text(found) == pointer
        assert from_text(pointer) == found
        if found[-1].tag is None:
            nameless.append(path)
        else:
            assert to_path(found, package=package) == path
    expected = [f"{ITEM}[2].Commodity.Classification[#2].IdentificationTypeCode"]
    assert nameless == (expected if document == "declaration" else [])


@pytest.mark.parametrize(("document", "package"), BODIES)
def test_every_class_of_the_dictionary_both_ways(dictionary, document, package):
    """A pointer may end at a class: an item that is added, an office that is missing."""
    classes = {n["path"].split("/", 2)[2] for n in dictionary[document][1:] if "wco_name" in n}
    checked = 0
    for pattern in (path.replace("/", ".") for path in classes):
        if index(package)[pattern].kind == "class":
            pointer = to_pointer(pattern, package=package)
            assert pointer is not None
            assert to_path(pointer, package=package) == pattern
            checked += 1
    assert checked > 14


def corpus_pointers(corpus: Path) -> Iterator[tuple[str, Pointer | None]]:
    """Each pointer of the published messages: the file's name, the pointer as it stands."""
    for folder in ("wco-res", "wco-dec", "malformed", "dk"):
        for file in sorted((corpus / "customs" / folder).iterdir()):
            root = etree.fromstring(file.read_bytes(), etree.XMLParser(recover=True))
            for element in root.iter(etree.Element):
                rows = [
                    {etree.QName(part).localname: part.text for part in row.iter("{*}*")}
                    for row in element.iterchildren("{*}Pointer")
                ]
                if rows:
                    yield file.name, from_tree(rows)


def test_every_pointer_of_the_corpus_is_resolved(corpus):
    """All 170 pointers of published messages lead to a pattern of the model."""
    found = list(corpus_pointers(corpus))
    assert len(found) == 170
    for name, pointer in found:
        assert pointer is not None, name
        path = to_path(pointer, "uk", package_of(pointer))
        assert path is not None, (name, text(pointer))
        again = to_pointer(path, "uk", package_of(pointer))
        assert to_path(again, "uk", package_of(pointer)) == path


def test_without_the_dialect_misplaced_pointers_stay_unresolved(corpus):
    """The reviewed list of pointers that need their sender's dialect is complete."""
    unresolved = {
        text(pointer)
        for _, pointer in corpus_pointers(corpus)
        if pointer and to_path(pointer, package=package_of(pointer)) is None
    }
    assert unresolved == MISPLACED


def test_the_published_list_of_pointers_is_resolved(dictionary, corpus):
    """Of 477 published pointers only those of an older release and a doubled root are unknown."""
    file = corpus / "customs" / "reference" / "pointer_paths.json"
    listed = [key for row in json.loads(file.read_text("utf-8"))["pointers"] for key in row]
    assert len(listed) == 477
    unknown = [p for p in listed if to_path(from_text(p)) is None]
    assert len(unknown) == 21
    assert all(p == "42A/42A" or p.startswith(OLDER_RELEASE) for p in unknown)


CASES = (
    # what was written                what it means                              in package
    ("42A", "", "goods-declaration"),
    ("42A/D013", "TypeCode", "goods-declaration"),
    ("42A/67A[1]/68A[2]/23A/137", f"{ITEM}[2].Commodity.Description", "goods-declaration"),
    ("42A/67A/68A[3]", f"{ITEM}[3]", "goods-declaration"),
    ("42A[3]/57A[2]/R031", "Exporter.Name", "goods-declaration"),
    ("42A/67A/68A/03A/226", f"{ITEM}.AdditionalInformation.StatementCode", "goods-declaration"),
    ("07B/42A/67A/68A[1]/23A", f"{ITEM}[1].Commodity", "goods-declaration"),
    ("07B[9]/06A[8]", "Amendment[#8]", "answer"),
    ("42A/383", "Declaration.VersionID", "answer"),
    ("07B/42A/D014", "Declaration.ID", "answer"),
    ("07B/42A/109", "AmendedDeclaration.InvoiceAmount", "answer"),
)


@pytest.mark.parametrize(("written", "path", "package"), CASES)
def test_what_a_pointer_means(written, path, package):
    """Numbers on single classes are dropped; the first field that leads to the end is taken."""
    assert to_path(from_text(written), package=package) == path


@pytest.mark.parametrize(
    "written",
    ["", "/", "137", "42A/", "42A/137/23A", "42A/137/138", "42A/67A/23A", "42A/ZZZZ", "42A[x]"],
)
def test_what_cannot_be_resolved_is_none(written):
    """A pointer that leads nowhere gives a value, not an exception."""
    assert to_path(from_text(written)) is None


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("42A/67A/68A[2]/23A/137", f"{ITEM}[2].Commodity.Description"),
        ("42A/67A/68A[2]/23A/Z99", f"{ITEM}[2].Commodity"),
        ("42A/67A/68A[2]/99Z[1]/23A/137", f"{ITEM}[2]"),
        ("42A/99Z", ""),
        ("99Z/42A", None),
    ],
)
def test_the_longest_known_beginning_of_a_pointer_is_named(written, path):
    """An unknown tag, or a class that stands elsewhere, ends the path before it."""
    assert nearest_path(from_text(written)) == path


@pytest.mark.parametrize(
    ("elements", "written"),
    [
        ([{"DocumentSectionCode": "42A"}, {"SequenceNumeric": "2", "DocumentSectionCode": "68A",
          "TagID": "006"}], "42A/68A[2]/006"),
        ([{"TagID": "006"}, {"DocumentSectionCode": "X"}], "006/X"),
        ([{}], ""),
    ],
)  # fmt: skip
def test_pointer_elements_are_written_whatever_they_hold(elements, written):
    """What is no pointer is still given as it was written."""
    assert as_written(elements) == written


def test_a_response_is_no_declaration():
    """What points into the response itself has no path in the declaration."""
    pointer = from_text("07B/06A[1]")
    assert pointer is not None
    assert package_of(pointer) == "answer"
    assert to_path(pointer) is None


def test_the_broker_s_own_fields_have_no_pointer():
    """A normalised answer and the board are outside the standard."""
    assert to_pointer("Answer[#1].StatusCode", package="answer") is None
    assert to_pointer("OverallStatusCode", package="board") is None
    assert to_path((Step("42A"),), package="board") is None


def test_both_halves_of_a_pair_share_its_pointer():
    """The value and the currency of an amount are pointed at by the amount."""
    for path in ("InvoiceAmount", "InvoiceAmount.value", "InvoiceAmount.currency"):
        assert to_pointer(path) == (Step("42A", None, "109"),)


def test_no_path_no_pointer():
    """A path that is not in the model has no pointer."""
    assert to_pointer("GoodsShipment.Colour") is None
    assert to_pointer("ID.value") is None


def test_a_tag_alone_belongs_to_the_step_before():
    """A last Pointer element without a section completes the one before it."""
    rows = [{"DocumentSectionCode": "42A"}, {"TagID": "D026"}]
    assert from_tree(rows) == (Step("42A", None, "D026"),)
    assert from_tree([{"TagID": "D026"}]) is None
    assert from_tree([]) is None


@pytest.mark.parametrize(("number", "means"), [("02", 2), ("2.0", 2), ("", None)])
def test_the_number_of_an_element_is_read_in_every_spelling(number, means):
    """A pointer's number is a number, as everywhere; an empty one is missing."""
    rows = [{"DocumentSectionCode": "68A", "SequenceNumeric": number}]
    assert from_tree(rows) == (Step("68A", means),)


@pytest.mark.parametrize("number", ["1.5", "-1", "x", "1234567890"])
def test_a_number_that_is_none_is_no_missing_one(number):
    """Taken for a missing one it would mean another element, so that the pointer is malformed."""
    assert from_tree([{"DocumentSectionCode": "68A", "SequenceNumeric": number}]) is None


def test_no_two_attributes_of_a_class_share_an_identifier():
    """So far the standard leaves no choice: each tag names one attribute of its class."""
    for package, body in PACKAGES.items():
        nodes = index(package).values()
        for model in [body, *(n.field.model for n in nodes if n.kind == "class")]:
            tags = [f.element.wco for f in fields_of(model).values() if f.element.wco]
            assert len(tags) == len(set(tags)), model


class Twins(Canonical):
    """A class of no standard, with one identifier given twice."""

    WCO = "99Z"

    Elder: Text = leaf("900", "an..3")
    Younger: Text = leaf("900", "an..3")


def test_of_two_attributes_with_one_identifier_the_first_is_taken():
    """Should a standard ever give an identifier twice, the order of the schema decides."""
    assert _attribute(Twins, "900") == "Elder"


def test_a_dialect_is_data():
    """Each dialect lists what it numbers and what it reads for another place."""
    assert set(dialects()) == {"wco", "uk"}
    assert dialects()["uk"].read_as == {("67A", "56A"): ("56A",)}


STEPS = st.builds(
    Step,
    st.sampled_from(["42A", "07B", "67A", "68A", "23A", "06A", "97A", "99Z"]),
    st.none() | st.integers(0, 99999),
)
POINTERS = st.builds(
    lambda steps, tag: (*steps[:-1], Step(steps[-1].section, steps[-1].number, tag)),
    st.lists(STEPS, min_size=1, max_size=6),
    st.none() | st.sampled_from(["137", "D014", "006", "0000"]),
)


@given(POINTERS)
def test_writing_and_reading_keep_a_pointer(pointer):
    """Text and Pointer elements both say everything a pointer says."""
    assert from_text(text(pointer)) == pointer
    assert from_tree(to_tree(pointer)) == pointer


@given(POINTERS, st.sampled_from(sorted(PACKAGES)), st.sampled_from(["wco", "uk"]))
def test_any_pointer_gives_a_path_of_the_model_or_none(pointer, package, dialect):
    """What is resolved can be pointed at again, and means the same."""
    path = to_path(pointer, dialect, package)
    if path is not None:
        assert to_path(to_pointer(path, dialect, package), dialect, package) == path


@given(st.text(max_size=40))
def test_any_text_is_a_pointer_or_none(written):
    """Reading never raises."""
    pointer = from_text(written)
    assert pointer is None or from_text(text(pointer)) == pointer
