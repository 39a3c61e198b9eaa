"""The floors of translation: the parse alone, and a bare walk over everything that was parsed."""

from typing import Any

from lxml import etree


def parsed(payload: bytes) -> Any:
    """The parse no design avoids."""
    return etree.fromstring(payload)


def walked(payload: bytes) -> int:
    """Parse, then read every tag, attribute and text of the tree."""
    seen = 0
    for element in etree.fromstring(payload).iter():
        seen += len(element.tag)
        for name, value in element.attrib.items():
            seen += len(name) + len(value)
        seen += len(element.text or "")
    return seen
