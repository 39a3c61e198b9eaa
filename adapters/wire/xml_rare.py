"""Elements with a name that few have: found in the text by their name, without numbering all.

Rules
    A thousand tags that no schema knows may stand before the one element that a problem is about.
    Numbering them takes many times what the parser takes; looking for a name is done by libraries.
    Only so many names of a document are looked for so: each costs a walk over it.
    In a text with comments, CDATA sections or processing instructions a tag may stand that is no
    element: there nothing is found.
"""

import re
from itertools import islice

from lxml import etree

LOOKED_FOR_MAX = 8
"""Names of a document, and children of an element, that are looked for."""
_SAME_MAX = 16
"""So many elements may share a name that is rare."""
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


class Rare:
    """The elements of one text that are found by their names."""

    def __init__(self, text: str) -> None:
        self._text = text
        begin = _DECLARATION.match(text)
        after = begin.end() if begin else 0
        plain = text.find("<!", after) < 0 and text.find("<?", after) < 0
        self._names_max = LOOKED_FOR_MAX if plain else 0
        self._found: dict[str, list[int]] = {}

    def position(self, element: etree._Element, name: str) -> tuple[int, int] | None:
        """Line and column of the start tag of an element that is written with this name."""
        starts = self._starts(name)
        before = _same_before(element, name) if len(starts) > 1 else 0
        if before >= len(starts):
            return None
        line_start = self._text.rfind("\n", 0, starts[before]) + 1
        return self._text.count("\n", 0, line_start) + 1, starts[before] - line_start + 1

    def _starts(self, name: str) -> list[int]:
        """Where the tags with a name stand; none for one that is not rare."""
        known = self._found.get(name)
        if known is None:
            if len(self._found) == self._names_max:
                return []
            tags = re.finditer(rf"<{re.escape(name)}(?=[\s/>])", self._text)
            known = [tag.start() for tag in islice(tags, _SAME_MAX + 1)]
            self._found[name] = known = known if len(known) <= _SAME_MAX else []
        return known


def is_alone(child: etree._Element) -> bool:
    """Whether no sibling has the same name; one that has is not far from a child that is common."""
    return (
        next(child.itersiblings(child.tag, preceding=True), None) is None
        and next(child.itersiblings(child.tag), None) is None
    )


def _same_before(element: etree._Element, name: str) -> int:
    """How many elements before this one are written with its name, which is rare."""
    before = 0
    for one in element.getroottree().getroot().iter(f"{{*}}{name.rpartition(':')[2]}"):
        if one is element:
            break
        before += one.prefix == element.prefix
    return before
