"""Syntaxes whose files hold messages of one format: XML, JSON and workbooks.

Rules
    A file is described from its beginning, by what tells formats of its syntax apart: root and
    namespace, where the message begins in an envelope of SOAP, members, names of sheets. What is
    described may be of any format, read here or not; no value of the file is in it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.wire.xlsx import looks_like
from adapters.wire.xlsx_parts import is_archive
from broker.adapter import Profile, ReadsFiles, Sight, Translation, Use
from broker.model.problem import Place

_HEAD_BYTES = 65_536
_NAMES_MAX = 8
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""Byte order marks and blanks: what may be in front."""
_ROOT = re.compile(rb"<(?:([\w.-]{1,64}):)?([A-Za-z_][\w.-]{0,64})([^<>]{0,2048})")
_SPACE = rb"""\sxmlns%b\s*=\s*["']([^"']{1,200})["']"""
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_SOAP = (b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope")
"""Namespaces of SOAP 1.1 and 1.2."""
_BODY = re.compile(rb"<(?:[\w.-]{1,64}:)?Body[^<>]{0,2048}>\s*(?=<)")
_MEMBER = re.compile(rb'"([A-Za-z_$@][\w$@:.-]{0,63})"\s*:')


@dataclass(frozen=True, slots=True)
class FileSyntax:
    """One such syntax; `sight_of` describes a file, or finds that it is of another."""

    name: str
    sight_of: Callable[[bytes], Sight | None]
    judges: str = ""

    def describe(self, payload: bytes) -> Sight | None:
        """What the file is, from its beginning."""
        return self.sight_of(payload)

    def translate(
        self,
        payload: bytes,
        uses: Sequence[Use],
        profile: Profile,  # noqa: ARG002 (files of these have no envelope)
    ) -> Translation:
        """All of the file by the format that recognises it best."""
        adapter, own = uses[0]
        assert isinstance(adapter, ReadsFiles), f"{adapter.format} reads no files of its own"
        found = adapter.translate(payload, own)
        return replace(found, format=adapter.format, profile=own.name)


def _describe_xml(payload: bytes) -> Sight | None:
    """Root and namespace, as the first start tag has them."""
    head = payload[:_HEAD_BYTES].replace(b"\0", b"")
    if not head.lstrip(_BEFORE).startswith(b"<"):
        return None
    plain = _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), head)
    root = _ROOT.search(plain)
    if root is None:
        return Sight("XML without a root element", Place(line=1))
    body = _BODY.search(plain) if root[2] == b"Envelope" and _names_soap(root) else None
    inside = _ROOT.match(plain, body.end()) if body else None
    if inside is None:
        return Sight(f"XML with the root {_named(root)}", _place(plain, root, ""))
    line = plain.count(b"\n", 0, inside.start()) + 1
    words = f"XML with a SOAP envelope around {_named(inside)}, which begins at line {line}"
    return Sight(words, _place(plain, inside, "/Envelope/Body"))


def _named(tag: re.Match[bytes]) -> str:
    """The name of a start tag, with its namespace where the tag declares it."""
    declared = re.search(_SPACE % (b":" + re.escape(tag[1]) if tag[1] else b""), tag[3])
    space = f" of the namespace {declared[1].decode('utf-8', 'replace')}" if declared else ""
    return f"{tag[2].decode('ascii', 'replace')}{space}"


def _names_soap(tag: re.Match[bytes]) -> bool:
    return any(namespace in tag[3] for namespace in _SOAP)


def _place(plain: bytes, tag: re.Match[bytes], above: str) -> Place:
    name = tag[2].decode("ascii", "replace")
    line = plain.count(b"\n", 0, tag.start()) + 1
    return Place(xpath=f"{above}/{name}", line=line)


def _describe_json(payload: bytes) -> Sight | None:
    """The first members of the object, or of the first in an array."""
    head = payload[:_HEAD_BYTES].replace(b"\0", b"").lstrip(_BEFORE)
    if not head.startswith((b"{", b"[")):
        return None
    names = dict.fromkeys(found.decode("ascii") for found in _MEMBER.findall(head))
    listed = ", ".join(list(names)[:_NAMES_MAX])
    what = "a JSON object" if head.startswith(b"{") else "a JSON array"
    return Sight(f"{what} with the members {listed}" if listed else what, Place(json_pointer=""))


def _describe_workbook(payload: bytes) -> Sight | None:
    """The names of its sheets."""
    if not is_archive(payload):
        return None
    sheets = looks_like(payload)
    if not sheets:
        return Sight("a ZIP archive that is not a workbook", Place(byte=0))
    listed = ", ".join(sheets[:_NAMES_MAX])
    return Sight(f"a workbook with the sheets {listed}", Place(sheet=sheets[0]))


XML = FileSyntax("XML", _describe_xml)
JSON = FileSyntax("JSON", _describe_json)
WORKBOOK = FileSyntax("workbook", _describe_workbook)
