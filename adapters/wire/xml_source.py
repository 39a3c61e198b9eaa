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
from itertools import islice
from typing import NamedTuple

_TOKEN = re.compile(
    r"[^<]*+<(?:(?P<end>/)(?P<ended>[^\s>]*+)[^>]*+>"
    r"|(?P<name>[^\s!?/>\"'<]++)(?>[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
    r"|!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>)",
    re.DOTALL,
)
_TAG = re.compile(
    r"<(?:(/)[^>]*+>|([^\s!?/>\"'<]++)(?>[^>\"'/]++|/(?!>)|\"[^\"]*+\"|'[^']*+')*+(/)?>"
    r"|!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>)",
    re.DOTALL,
)
"""The same for a text that is known to be well-formed, with less to ask of each tag."""
_OPENS = 2
_AT_ONCE = 1024
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
    """The start tags of a text: where each stands, and which number follows all that is in it.

    The text is gone through no farther than somebody asks.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("q")
        self._after = array("q")
        self._opened: list[int] = []
        self._tags = _TAG.finditer(text)
        self._line_feeds = array("q", (found.start() for found in _LINE_FEED.finditer(text)))

    def after(self, number: int) -> int | None:
        """The number that follows all that is in the element with this one; None at the end."""
        if not self._has(number):
            return None
        while self._opened and self._opened[-1] >= number and self._go_on():
            pass
        return self._after[number]

    def follow(self, numbers: "array[int]", most: int) -> None:
        """Adds the numbers of the siblings that follow the last, until there are `most`."""
        after, opened = self._after, self._opened
        number = numbers[-1]
        while len(numbers) < most:
            if number < len(after) and not (opened and opened[-1] >= number):
                number = after[number]
            else:
                following = self.after(number)
                if following is None:
                    return
                number = following
            numbers.append(number)

    def is_at(self, number: int, name: str) -> bool:
        """Whether the start tag with this number is there, and has this name."""
        return self._has(number) and self._text.startswith(name, self._starts[number] + 1)

    def position(self, number: int) -> tuple[int, int]:
        """Line and column of the start tag with this number, from 0."""
        assert self._has(number), "a tag beyond the text has no position"
        return self.line_and_column(self._starts[number])

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        before = bisect_left(self._line_feeds, offset)
        start = self._line_feeds[before - 1] + 1 if before else 0
        return before + 1, offset - start + 1

    def _has(self, number: int) -> bool:
        while number >= len(self._starts):
            if not self._go_on():
                return False
        return True

    def _go_on(self) -> bool:
        """Takes in some tags more; False where there are none."""
        starts, after, opened = self._starts, self._after, self._opened
        number = len(starts)
        tag = None
        for tag in islice(self._tags, _AT_ONCE):
            kind = tag.lastindex
            if kind is None:
                continue
            if kind >= _OPENS:
                starts.append(tag.start())
                if kind == _OPENS:
                    opened.append(number)
                number += 1
                after.append(number)
            elif opened:
                after[opened.pop()] = number
        return tag is not None


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
