"""Whether schemas read one another, beside Apache's own judgement of the same pair."""

import json
from typing import Any

import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse
from hypothesis import event, given, settings
from hypothesis import strategies as st

from broker.model.compatibility import unreadable


def apache_reads(reader: Any, writer: Any) -> bool:
    """Whether Apache's checker says that `reader` reads `writer`."""
    checker = ReaderWriterCompatibilityChecker()
    result = checker.get_compatibility(parse(json.dumps(reader)), parse(json.dumps(writer)))
    return result.compatibility is SchemaCompatibilityType.compatible


def record(*fields: Any, name: str = "Parcel") -> Any:
    """A record of these fields."""
    return {"type": "record", "name": name, "fields": list(fields)}


def always(name: str, kind: Any = "string") -> Any:
    """A field without default."""
    return {"name": name, "type": kind}


def maybe(name: str, kind: Any = "string") -> Any:
    """A field that may be absent."""
    return {"name": name, "type": ["null", kind], "default": None}


MASS = record(always("value"), name="Mass")
CASES = {
    "the same": (record(always("a")), record(always("a")), ()),
    "a field is not read": (record(), record(always("a")), ()),
    "a field with a default was not written": (record(maybe("a")), record(), ()),
    "a field without default was not written": (
        record(always("a")), record(), ("a was not written and has no default",),
    ),
    "another simple type": (
        record(always("a", "long")), record(always("a")), ("a was string and is read as long",),
    ),
    "what was optional is not any more": (
        record(always("a")), record(maybe("a")), ("a was null and is read as string",),
    ),
    "one where there were many": (
        record(maybe("a")), record(always("a", {"type": "array", "items": "string"})),
        ("a was array and is read as null or string",),
    ),
    "a class of another name": (
        record(maybe("a", MASS)), record(maybe("a", {**MASS, "name": "Weight"})),
        ("a was record Weight and is read as null or record Mass",),
    ),
    "deep inside a list, by name": (
        record(maybe("a", MASS), always("b", {"type": "array", "items": "Mass"})),
        record(maybe("b", "string"), always("a", record(name="Mass"))),
        ("a.value was not written and has no default", "b was null and is read as array",
         "b was string and is read as array"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_break_is_said_with_its_place(case):
    """Each break has a sentence that names the field; Apache's checker sees the same breaks."""
    reader, writer, said = CASES[case]
    assert unreadable(reader, writer) == said
    assert apache_reads(reader, writer) == (not said)


@st.composite
def schemas(draw: st.DrawFn) -> Any:
    """Records of few names and fields, so that pairs meet: nested, listed, optional, recursive."""
    names: list[str] = []

    def kind(depth: int) -> Any:
        simple = st.sampled_from(["string", "long", "boolean"])
        how = draw(st.sampled_from(["simple", "simple", "record", "named"]))
        if how == "record" and depth < 3:
            return of_record(depth + 1)
        return draw(st.sampled_from(names)) if how == "named" else draw(simple)

    def of_record(depth: int) -> Any:
        names.append(f"R{len(names)}")
        name = names[-1]
        chosen = draw(st.lists(st.sampled_from("abc"), unique=True, max_size=3))
        return record(*(field(one, depth) for one in chosen), name=name)

    def field(name: str, depth: int) -> Any:
        inner = kind(depth)
        match draw(st.sampled_from(["always", "maybe", "maybe", "many", "many with default"])):
            case "maybe":
                return maybe(name, inner)
            case "many":
                return always(name, {"type": "array", "items": inner})
            case "many with default":
                return {**always(name, {"type": "array", "items": inner}), "default": []}
        # A record that must hold itself never ends: no writer, so nothing to read.
        return always(name, "string" if inner in names else inner)

    return of_record(0)


@settings(max_examples=600, deadline=None)
@given(reader=schemas(), writer=schemas())
def test_the_judgement_is_apaches(reader, writer):
    """For any two schemas of our kinds, both say the same, in either direction."""
    for one, other in ((reader, writer), (writer, reader)):
        reads = not unreadable(one, other)
        event(f"reads: {reads}")
        assert reads == apache_reads(one, other), (one, other)
