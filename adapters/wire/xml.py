"""XML: bytes to an element tree, safely, and the place of each element in the sender's own words.

Rules
    No DOCTYPE at all: with entities unresolved, text that uses one would vanish silently.
    No network, no external file, no schema named by the message, ever.
    Limits on bytes, elements, attributes and depth: time and memory are bounded by the bytes.
    XPaths use the prefixes the sender used, else bare local names; positions count from 1 and
    appear only where siblings share a name. They are computed when they are needed. A problem's
    place has line and column too (`xml_source`); any other has the parser's line.
    Several byte order marks are read like one.
What does not belong
    Which elements a message may hold, and what they mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from adapters.wire.xml_rare import Rare
from adapters.wire.xml_siblings import Siblings
from adapters.wire.xml_source import Source, broken_off, text_of, with_one_mark
from broker.model.problem import PLACE_MAX, Place, Problem, cut

Element = etree._Element  # noqa: SLF001 (lxml publishes its element type under this name only)

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    remove_blank_text=True,
)

_CROWDED = etree.XPath("boolean(//*[count(@*) > $most])")
_FEW_ATTRIBUTES = 10_000
"""So many in all do no harm on one element either; reading them takes time by their square."""
_HAS_TEXT = etree.XPath("boolean(text()[normalize-space()])")
_FEW_CHILDREN = 1_000
"""Looking at so many takes no longer than asking the parser's library."""
_WHERE = re.compile(r", line \d+, column \d+.*", re.DOTALL)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})""")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME_SHOWN = 100
_REMEMBERED = 4096
"""Of so many elements with others in them the numbers and paths are remembered."""
_FEW_OPEN = 8
"""Of elements that are open where a document breaks off, so many are named, the innermost."""

_ERRORS = etree.ErrorTypes
_BREAKS = frozenset(
    {_ERRORS.ERR_TAG_NOT_FINISHED, _ERRORS.ERR_GT_REQUIRED, _ERRORS.ERR_ATTRIBUTE_NOT_FINISHED}
)
_HINTS: dict[int, str] = {
    _ERRORS.ERR_DOCUMENT_EMPTY: "the file holds no element: send it again with its content",
    _ERRORS.ERR_DOCUMENT_END: "nothing may follow the root element: take out what stands behind it",
    _ERRORS.ERR_TAG_NAME_MISMATCH: "end each element with a tag of its own name; capitals count",
    _ERRORS.ERR_HYPHEN_IN_COMMENT: "'--' may not stand inside a comment",
    _ERRORS.ERR_COMMENT_NOT_FINISHED: "end the comment with '-->'",
    _ERRORS.ERR_CDATA_NOT_FINISHED: "end the CDATA section with ']]>'",
    _ERRORS.ERR_NAME_REQUIRED: "in texts and values write '&' as '&amp;' and '<' as '&lt;'",
    _ERRORS.ERR_ENTITYREF_SEMICOL_MISSING: "in texts and values write '&' as '&amp;'",
    _ERRORS.ERR_LT_IN_ATTRIBUTE: "end the value with its quote; write '<' in it as '&lt;'",
    _ERRORS.ERR_UNDECLARED_ENTITY: "write the character itself, or its number such as '&#160;'",
    _ERRORS.ERR_INVALID_CHAR: "take out the control character: XML cannot hold it",
    _ERRORS.ERR_INVALID_ENCODING: "save the file in the encoding its first line declares, or UTF-8",
    _ERRORS.ERR_UNSUPPORTED_ENCODING: "save the file in UTF-8, and declare that",
    _ERRORS.ERR_ATTRIBUTE_NOT_STARTED: "write the attribute's value in quotes",
    _ERRORS.ERR_ATTRIBUTE_NOT_FINISHED: "end the attribute's value with its quote",
    _ERRORS.ERR_ATTRIBUTE_REDEFINED: "keep one of the attributes of that name",
    _ERRORS.ERR_RESERVED_XML_NAME: "the XML declaration comes first: nothing before it, no blank",
    _ERRORS.NS_ERR_UNDEFINED_NAMESPACE: "declare the prefix (xmlns:...), as the whole document did",
}
"""What to do about the first thing the parser met."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of XML is taken. Elements nest 256 levels at most: the parser's own limit."""

    payload_bytes: int = 32 * 1024 * 1024
    tags: int = 2_000_000
    attributes: int = 64


LIMITS = Limits()


def parse(payload: bytes, limits: Limits = LIMITS) -> Element | Problem:
    """The root element without comments and processing instructions, or what is wrong."""
    if len(payload) > limits.payload_bytes:
        return Problem(
            code="xml.too-large",
            text=f"the message has {len(payload)} bytes",
            expected=f"at most {limits.payload_bytes} bytes",
            hint="split the submission",
        )
    if payload.count(b"<") > limits.tags:
        return _too_many("xml.too-many-elements", f"{limits.tags} tags")
    payload = with_one_mark(payload)
    try:
        root = etree.fromstring(payload, _PARSER)
    except etree.XMLSyntaxError as error:
        return _not_well_formed(payload, error)
    if root.getroottree().docinfo.internalDTD is not None:
        return _doctype(payload)
    if payload.count(b"=") > _FEW_ATTRIBUTES and _CROWDED(root, most=limits.attributes):
        return _too_many("xml.too-many-attributes", f"{limits.attributes} on one element")
    return root


def _too_many(code: str, most: str) -> Problem:
    what = code.rpartition("-")[2]
    return Problem(
        code=code,
        text=f"the message has too many {what}",
        expected=f"at most {most}",
        hint="split the submission" if what == "elements" else "leave out what no schema knows",
    )


def _not_well_formed(payload: bytes, error: etree.XMLSyntaxError) -> Problem:
    if _doctype_at(payload) >= 0:
        return _doctype(payload)
    line, column = error.position
    reason = cut(_WHERE.sub("", str(error.msg or "the document ends early")).strip())
    if "depth" in reason.lower():
        return Problem(
            code="xml.too-deep",
            text="the elements nest too deeply",
            where=Place(line=line, column=column),
            expected="at most 256 levels",
        )
    code = getattr(error, "code", 0)
    if code in _BREAKS and (broken := _broken_off(payload)) is not None:
        return broken
    return Problem(
        code="xml.not-well-formed",
        text=f"the message is not well-formed XML: {reason}",
        where=Place(line=max(line, 1), column=max(column, 1)),
        expected="one well-formed XML document",
        hint=_HINTS.get(
            code, "correct the program that writes the file; any XML editor shows the place"
        ),
    )


def _broken_off(payload: bytes) -> Problem | None:
    """The document as one whose end was lost, if that is what is wrong with it."""
    declared = _DECLARED.search(payload[:300])
    found = broken_off(text_of(payload, declared[1].decode() if declared else None))
    if found is None:
        return None
    shown = [name[:_NAME_SHOWN] for name in found.opened[-_FEW_OPEN:]]
    inside = "/".join(shown) if len(shown) == len(found.opened) else ".../" + "/".join(shown)
    return Problem(
        code="xml.not-well-formed",
        text=f"the message breaks off inside the element {shown[-1]!r} ({inside})",
        where=Place(line=found.line, column=found.column),
        expected=f"</{shown[-1]}>, and the end of each element around it",
        hint="the end of the file was lost on the way: send the whole file again",
    )


def _doctype(payload: bytes) -> Problem:
    line = payload.count(b"\n", 0, max(_doctype_at(payload), 0)) + 1
    return Problem(
        code="xml.doctype",
        text="the message has a DOCTYPE",
        where=Place(line=line),
        expected="XML without a document type declaration",
        hint="leave the DOCTYPE and all entities of your own out",
    )


def _doctype_at(payload: bytes) -> int:
    at = payload.find(b"<!DOCTYPE")
    return at if at >= 0 else payload.find("<!DOCTYPE".encode("utf-16-le"))


def local_name(element: Element) -> str:
    """The name without namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: Element) -> str:
    """The namespace in words."""
    space = str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""
    return f"the namespace {space[:_NAME_SHOWN]!r}" if space else "no namespace"


def name_of(element: Element) -> str:
    """The name as the sender wrote it, with the prefix if there is one."""
    prefix = element.prefix
    return f"{prefix}:{local_name(element)}" if prefix else local_name(element)


def attribute_name(element: Element, name: str) -> str:
    """An attribute's name with the prefix the sender gave its namespace."""
    if not name.startswith("{"):
        return name
    namespace, _, local = name[1:].partition("}")
    for prefix, uri in element.nsmap.items():
        if prefix and uri == namespace:
            return f"{prefix}:{local}"
    return local


def writable(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def values_below(element: Element) -> Iterator[tuple[Element, str, str]]:
    """Every text and attribute of an element and of all below it: element, attribute, value."""
    for below in element.iter():
        if below.text and below.text.strip():
            yield below, "", below.text.strip()
        for name, value in below.items():
            yield below, str(name), str(value)
        if below is not element and below.tail and below.tail.strip():
            yield below, "", below.tail.strip()


def stray_texts(element: Element) -> Iterator[str]:
    """Text that stands beside child elements, where only elements belong."""
    if len(element) > _FEW_CHILDREN and not _HAS_TEXT(element):
        return
    for text in (element.text, *(child.tail for child in element)):
        if text and not text.isspace():
            yield text


@lru_cache(maxsize=1024)
def _place(xpath: str, line: int | None) -> Place:
    return Place(xpath=xpath, line=line)


def _line(element: Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


class _Path(NamedTuple):
    """The beginning of an XPath, and how long all of it is."""

    begin: str
    length: int


_LENGTH_SHOWN = 40
"""Characters that say how long a path is."""


def _below(above: _Path, step: str) -> _Path:
    length = above.length + len(step) + 1
    if above.length > PLACE_MAX:
        return _Path(above.begin, length)
    begin = f"{above.begin}/{step}"
    return _Path(begin if length <= PLACE_MAX else begin[: PLACE_MAX - _LENGTH_SHOWN], length)


def _is_only(element: Element) -> bool:
    """Whether it has no siblings."""
    return element.getnext() is None and element.getprevious() is None


class Positions:
    """Where elements of one document stand; remembers how siblings are numbered.

    Columns need the bytes of the document.
    """

    def __init__(self, payload: bytes = b"") -> None:
        self._payload = payload
        self._source: Source | None = None
        self._rare: Rare | None = None
        self._siblings: dict[Element, Siblings] = {}
        self._numbers: dict[Element, int] = {}
        self._paths: dict[Element, _Path] = {}

    def ordinal(self, element: Element) -> int:
        """Its number, from 1, among the siblings of the same name."""
        parent = element.getparent()
        if parent is None or _is_only(element):
            return 1
        return self._children(parent).ordinal(element)

    def _children(self, parent: Element) -> Siblings:
        known = self._siblings.get(parent)
        if known is None:
            if len(self._siblings) == _REMEMBERED:
                self._siblings.clear()
            known = self._siblings[parent] = Siblings(parent)
        return known

    def place(self, element: Element, attribute: str = "") -> Place:
        """XPath and line of an element, or of its attribute."""
        suffix = f"/@{attribute_name(element, attribute)}" if attribute else ""
        return _place(self.xpath(element) + suffix, _line(element))

    def exact(self, element: Element, attribute: str = "") -> Place:
        """The same with the column: where the start tag of the element begins."""
        place = self.place(element, attribute)
        if self._source is None or self._rare is None:
            text = text_of(self._payload, element.getroottree().docinfo.encoding)
            self._source, self._rare = Source(text), Rare(text)
        found = self._rare.position(element, name_of(element))
        if found is None:
            number = self._number_of(element)
            if number is None or not self._source.is_at(number, name_of(element)):
                return place
            found = self._source.position(number)
        return Place(xpath=place.xpath, line=found[0], column=found[1])

    def _number_of(self, element: Element) -> int | None:
        """Its number in document order, from 0; None where the text reads otherwise."""
        known = self._numbers.get(element)
        if known is not None:
            return known
        assert self._source is not None, "elements are numbered by the text"
        parent = element.getparent()
        if parent is None:
            return 0
        above = self._number_of(parent)
        if above is None or not self._source.is_at(above, name_of(parent)):
            return None
        number: int | None = above + 1
        if not _is_only(element):
            number = self._children(parent).number(element, above + 1, self._source)
        if number is not None and len(element):
            if len(self._numbers) == _REMEMBERED:
                self._numbers.clear()
            self._numbers[element] = number
        return number

    def xpath(self, element: Element) -> str:
        """The way from the root in the sender's own names; a long one is cut."""
        path = self._path(element)
        if path.length <= PLACE_MAX:
            return path.begin
        return f"{path.begin}... ({path.length:,} characters)"

    def _path(self, element: Element) -> "_Path":
        known = self._paths.get(element)
        if known is None:
            parent = element.getparent()
            above = _Path("", 0) if parent is None else self._path(parent)
            known = _below(above, self._step(element))
            if len(element):
                if len(self._paths) == _REMEMBERED:
                    self._paths.clear()
                self._paths[element] = known
        return known

    def _step(self, element: Element) -> str:
        parent = element.getparent()
        if parent is None:
            return cut(name_of(element), _NAME_SHOWN)
        if _is_only(element):
            return cut(name_of(element), _NAME_SHOWN)
        children = self._children(parent)
        name = cut(name_of(element), _NAME_SHOWN)
        return name if children.is_alone(element) else f"{name}[{children.ordinal(element)}]"
