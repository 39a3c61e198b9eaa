"""Where start tags stand in XML as it was written: line and column, which a parsed tree forgets.

Rules
    The text is gone through once, and only when a place is needed. Tags are numbered as they open:
    the elements of the parsed tree in document order.
    Lines end with a line feed; columns count characters, from 1, byte order marks not among them.
What does not belong
    Whether the text is well-formed: the parser decides that.
"""

import codecs
import re
from array import array
from bisect import bisect_left
from typing import NamedTuple

_TOKEN = re.compile(
    r"[^<]*+<(?:(?P<end>/)(?P<ended>[^\s>]*+)[^>]*+>"
    r"|(?P<name>[^\s!?/>\"'<]++)(?>[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
    r"|!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>)",
    re.DOTALL,
)
_LINE_FEED = re.compile("\n")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


def with_one_mark(payload: bytes) -> bytes:
    """The bytes with at most one byte order mark: programs that join files add more of them."""
    for mark, _name in _BOMS:
        if payload.startswith(mark):
            at = len(mark)
            while payload.startswith(mark, at):
                at += len(mark)
            return payload if at == len(mark) else payload[at - len(mark) :]
    return payload


def text_of(payload: bytes, declared: str | None) -> str:
    """The characters without byte order mark; where they are not known, a character a byte."""
    payload = with_one_mark(payload)
    for mark, name in _BOMS:
        if payload.startswith(mark):
            return payload[len(mark) :].decode(name, "replace")
    wide = next((name for start, name in _WIDE if payload.startswith(start)), None)
    try:
        return payload.decode(wide or declared or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return payload.decode("latin-1")


class Source:
    """The start tags of a text: where each stands, and which number follows all that is in it."""

    def __init__(self, text: str) -> None:
        self.starts = array("q")
        self.after = array("q")
        self._line_feeds = array("q", (found.start() for found in _LINE_FEED.finditer(text)))
        self._count(text)

    def _count(self, text: str) -> None:
        starts, after, at = self.starts, self.after, 0
        opened: list[int] = []
        while token := _TOKEN.match(text, at):
            at = token.end()
            if token["end"]:
                if opened:
                    after[opened.pop()] = len(starts)
            elif token["name"]:
                if text[at - 2] != "/":
                    opened.append(len(starts))
                starts.append(token.start("name") - 1)
                after.append(len(starts))

    def position(self, number: int) -> tuple[int, int]:
        """Line and column of the start tag with this number, from 0."""
        return self.line_and_column(self.starts[number])

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        before = bisect_left(self._line_feeds, offset)
        start = self._line_feeds[before - 1] + 1 if before else 0
        return before + 1, offset - start + 1


class BrokenOff(NamedTuple):
    """Where a text ends too early: the elements that are open there, outermost first."""

    opened: tuple[str, ...]
    line: int
    column: int


def broken_off(text: str) -> BrokenOff | None:
    """Where the text ends inside of an element, if every tag before matches; else None."""
    opened: list[str] = []
    at, seen = 0, False
    while token := _TOKEN.match(text, at):
        at = token.end()
        if token["end"]:
            if not opened or opened.pop() != token["ended"]:
                return None
        elif token["name"]:
            if seen and not opened:
                return None
            seen = True
            if text[at - 2] != "/":
                opened.append(token["name"])
    if not opened:
        return None
    line = text.count("\n") + 1
    return BrokenOff(tuple(opened), line, len(text) - text.rfind("\n"))
