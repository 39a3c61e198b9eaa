"""Composed and spoilt declarations: no value is lost and each has a place, by another judge."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.customs.moment import from_iso
from adapters.customs.oddities import Oddities
from adapters.customs.reading import read
from adapters.customs.sample_declaration import compose
from adapters.customs.swift import read_plain
from adapters.customs.tables import declaration, response
from adapters.customs.wco_dec import WcoDec
from adapters.wire.numbers import OUTER
from adapters.wire.xml import parse
from broker.adapter import Draft, Profile
from broker.model.declaration import GoodsDeclaration
from broker.model.paths import leaves

PLAIN = Profile("plain", "customs", "UK CDS WCO-DEC 3.6")
SPACE = "{urn:wco:datamodel:WCO:DEC-DMS:2}"
TYPES = "{urn:wco:datamodel:WCO:Declaration_DS:DMS:2}"
LETTERS = st.characters(
    codec="utf-8",
    exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"],
    exclude_characters="\ufffe\uffff",
)
WORDS = st.text(LETTERS, min_size=1, max_size=40)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(
            ["text", "empty", "attribute", "unknown", "double", "tail", "nest", "date"]
        ),
        st.integers(0, 10_000),
        WORDS,
    ),
    max_size=6,
)


def _spoil(payload: bytes, changes: list[tuple[str, int, str]]) -> bytes:  # noqa: C901 (a list)
    root = etree.fromstring(payload)
    for what, index, word in changes:
        elements = list(root[-1].iter())[1:]
        if not elements:
            break
        element = elements[index % len(elements)]
        parent = element.getparent()
        if what == "text" and not len(element):
            element.text = word
        elif what == "empty":
            element.text = None
            for child in list(element):
                element.remove(child)
        elif what == "attribute":
            element.set(("currencyID", "unitCode", "listID", "formatCode")[index % 4], word)
        elif what == "unknown":
            etree.SubElement(parent, f"{SPACE}Unheard", lang="en").text = word
        elif what == "double":
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif what == "tail":
            element.tail = word
        elif what == "nest":
            etree.SubElement(element, f"{SPACE}ID").text = word
        elif what == "date":
            moment = etree.SubElement(root[-1], f"{SPACE}IssueDateTime")
            string = etree.SubElement(moment, f"{TYPES}DateTimeString", formatCode="304")
            string.text = ("20261122093000Z", "20261122093000+01", word)[index % 3]
    return etree.tostring(root)


def _said(payload: bytes) -> Counter[str]:
    """Every text and attribute of the document, by another parser and another walk."""
    found: Counter[str] = Counter()
    for element in ET.fromstring(payload).iter():  # noqa: S314 (our own bytes)
        found.update(value for value in element.attrib.values() if value.strip())
        for text in (element.text, element.tail):
            if text and text.strip(OUTER):
                found[text.strip(OUTER)] += 1
    return found


def _kept(draft: Draft) -> Counter[str]:
    """Every value of the event and of its unmapped values, moments taken apart again."""
    found: Counter[str] = Counter()
    for path, value in leaves(draft.body):
        if path.endswith("DateTime"):
            said = from_iso(value)
            assert said is not None
            found.update(said)
        else:
            found[value.strip(OUTER)] += 1
    found.update(one.value.strip(OUTER) for one in draft.unmapped)
    del found[""]
    return found


@settings(max_examples=150, deadline=None)
@given(items=st.integers(1, 3), seed=st.integers(0, 50), changes=CHANGES)
def test_every_value_is_in_the_event_or_unmapped(items, seed, changes):
    """Whatever is spoilt in a declaration, its values are kept, once each, and none is invented."""
    payload = _spoil(compose(items=items, number=1, seed=seed), changes)
    (message,) = WcoDec().translate(payload, PLAIN).messages
    (draft,) = message.events
    assert _kept(draft) == _said(payload)
    GoodsDeclaration.model_validate(draft.body)


def _at(root: Any, xpath: str) -> str:
    """The value at an XPath in the sender's own names, resolved without an XPath engine."""
    steps = re.findall(r"/(@?)(?:([\w.-]+):)?([\w.-]+)(?:\[(\d+)\])?", xpath)
    element = root
    for attribute, prefix, local, position in steps[1:]:
        if attribute:
            return str(element.get(local))
        same = [
            child
            for child in element
            if etree.QName(child).localname == local and (child.prefix or "") == prefix
        ]
        assert position or len(same) == 1
        element = same[int(position or 1) - 1]
    return (element.text or "").strip(OUTER)


@settings(max_examples=60, deadline=None)
@given(items=st.integers(1, 3), seed=st.integers(0, 50), changes=CHANGES)
def test_every_value_of_the_event_has_its_place(items, seed, changes):
    """Each leaf has one place, and what stands there is that value."""
    payload = _spoil(compose(items=items, number=1, seed=seed), changes)
    (message,) = WcoDec().translate(payload, PLAIN).messages
    (draft,) = message.events
    places = dict(WcoDec().places(payload, 1, PLAIN))
    values = dict(leaves(draft.body))
    assert places.keys() == values.keys()
    root = etree.fromstring(payload)
    for path, place in places.items():
        value = values[path].strip(OUTER)
        said = from_iso(value)[1] if path.endswith("DateTime") else value
        assert _at(root, place.xpath) == said
    for one in draft.unmapped:
        assert one.place.xpath
        assert one.place.line


@settings(max_examples=80, deadline=None)
@given(items=st.integers(1, 2), seed=st.integers(0, 50), changes=CHANGES)
def test_the_short_walk_says_what_the_careful_one_says(items, seed, changes):
    """Where the short walk does not give up, the careful one finds the same and nothing odd."""
    root = parse(_spoil(compose(items=items, number=1, seed=seed), changes))
    field, odd = declaration().top["Declaration"], Oddities()
    short = read_plain(root[-1], field, declaration())
    careful = read(root[-1], field, declaration(), odd)
    assert short is None or (short == careful and not odd.number)
    assert short is not None or odd.number


def test_plain_declarations_take_the_short_walk():
    """What the sample composes has nothing odd in it."""
    root = parse(compose(items=5, number=1, seed=1))
    assert read_plain(root[-1], declaration().top["Declaration"], declaration()) is not None


def test_a_second_declaration_of_a_response_is_the_amended_one():
    """The table sends the second occurrence of an element to a field of its own."""
    root = parse(
        b"<Response><Declaration><ID>A</ID></Declaration>"
        b"<Declaration><FunctionCode>9</FunctionCode></Declaration></Response>"
    )
    odd = Oddities()
    tree = read(root, response().top["Response"], response(), odd)
    assert tree == {"Declaration": {"ID": "A"}, "AmendedDeclaration": {"FunctionCode": "9"}}
    assert not odd.number
