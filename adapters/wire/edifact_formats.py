"""Formats of elements, from directory data: which value does not fit its element.

    for misfit in misfits(segment, directory("passenger")):
        misfit.element, misfit.component, misfit.id, misfit.format

Rules
    Directories are data: `directories/<name>.json`, each with its source. `an..35` is read as ISO
    9735 says: a letters, n digits, an anything; the sign and the decimal mark of a number do not
    count.
    A segment that a directory does not know is not judged.
What does not belong
    What is mandatory, and which codes there are: profiles know.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from adapters.wire.edifact_syntax import Segment

_FORMAT = re.compile(r"(an|a|n)(\.\.)?(\d+)")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")


@dataclass(frozen=True, slots=True)
class Format:
    """One representation: `an..35` is (an, 0, 35), `n6` is (n, 6, 6)."""

    said: str
    kind: str
    least: int
    most: int

    def fits(self, value: str) -> bool:
        """Whether the value may stand there; an empty one always may."""
        if not value:
            return True
        length = len(value)
        if self.kind == "n":
            if not _NUMBER.fullmatch(value):
                return False
            length -= sum(value.count(one) for one in "-.,")
        elif self.kind == "a" and any(one.isdecimal() for one in value):
            return False
        return self.least <= length <= self.most


@dataclass(frozen=True, slots=True)
class Directory:
    """Elements by place: `places` holds per tag, per element, the component elements."""

    source: str
    formats: Mapping[str, Format]
    places: Mapping[str, tuple[tuple[str, ...], ...]]

    def element_at(self, tag: str, element: int, component: int = 1) -> str | None:
        """The data element (3225) that stands at this place of a segment."""
        elements = self.places.get(tag, ())
        if not 1 <= element <= len(elements):
            return None
        components = elements[element - 1]
        return components[component - 1] if 1 <= component <= len(components) else None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit; `id` and `format` are "" where no element stands."""

    element: int
    component: int
    value: str
    id: str = ""
    format: str = ""


def format_of(said: str) -> Format:
    """The format that `an..35` means."""
    found = _FORMAT.fullmatch(said)
    assert found, said
    most = int(found[3])
    return Format(said, found[1], 0 if found[2] else most, most)


@cache
def directory(name: str) -> Directory:
    """A directory of the data folder: service-3, service-4, passenger."""
    text = files("adapters.wire").joinpath("directories", f"{name}.json").read_text("utf-8")
    data = json.loads(text)
    composites: dict[str, list[str]] = data["composites"]
    return Directory(
        source=data["source"],
        formats={key: format_of(said) for key, said in data["elements"].items()},
        places={
            tag: tuple(tuple(composites.get(one, [one])) for one in elements)
            for tag, elements in data["segments"].items()
        },
    )


def misfits(segment: Segment, known: Directory) -> Iterator[Misfit]:
    """Each value of the segment that is too long, of the wrong kind, or where no element is."""
    elements = known.places.get(segment[0][0])
    if elements is None:
        return
    for place, components in enumerate(segment[1:], 1):
        ids = elements[place - 1] if place <= len(elements) else ()
        for number, value in enumerate(components, 1):
            if number > len(ids):
                if value:
                    yield Misfit(place, number, value)
                continue
            form = known.formats[ids[number - 1]]
            if not form.fits(value):
                yield Misfit(place, number, value, ids[number - 1], form.said)
