"""Syntaxes whose files hold messages of one format: XML, JSON and workbooks.

Rules
    A file is described from its beginning, by what tells formats of its syntax apart: root and
    namespace, members, names of sheets. What is described may be of any format, read here or not;
    no value of the file is in it.
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
_MEMBER = re.compile(rb'"([A-Za-z_$@][\w$@:.-]{0,63})"\s*:')


@dataclass(frozen=True, slots=True)
class FileSyntax:
    """One such syntax; `sight_of` describes a file, or finds that it is of another."""

    name: str
    sight_of: Callable[[bytes], Sight | None]

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
    name = root[2].decode("ascii", "replace")
    declared = re.search(_SPACE % (b":" + re.escape(root[1]) if root[1] else b""), root[3])
    space = f" of the namespace {declared[1].decode('utf-8', 'replace')}" if declared else ""
    line = plain.count(b"\n", 0, root.start()) + 1
    return Sight(f"XML with the root {name}{space}", Place(xpath=f"/{name}", line=line))


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
