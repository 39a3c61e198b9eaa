"""The floors of EDIFACT: cutting bytes into nested lists, and another library's bare parse."""

from pydifact.parser import Parser


def nested(payload: bytes) -> list[list[list[bytes]]]:
    """Segments of elements of components, as fast as Python cuts bytes; nothing is released."""
    return [
        [element.split(b":") for element in segment.split(b"+")] for segment in payload.split(b"'")
    ]


def parsed(text: str) -> int:
    """Every segment by pydifact: no meaning, no places, no checks."""
    return sum(1 for _segment in Parser().parse(text))
