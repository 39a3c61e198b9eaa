"""Item push: postal items in JSON, for operators without EDI; one, or one a line (NDJSON).

    {"FunctionalReferenceID": "LX123456785US", "AcceptanceDateTime": "2026-11-02",
     "TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"},
     "GoodsShipment": {"TransactionNatureCode": "11", "Consignor": {"Name": "..."}, ...}}

Behaviour
    Each object is one message and one put of a postal item, known by its S10 and its date of
    posting. Its members are those of the canonical body, as item.schema.json lists them.
    Values and masses are those of the line, not of one piece; masses are kilograms; a sum stands
    with its currency; a decimal is a string or a number, kept as it is written.
    A line that cannot be read is a rejected message of its own; its neighbours go on.
    The key, the S10 and the sums are judged as in every format of the family (`judging`); all
    other obligations, lengths and codes are the profile's.
    A sender hears in JSON: of one line, with its problems or with the answers.
Knowingly not done
    Values of one piece (`perPiece`): whoever has them multiplies before he sends.
    Arrays of items: one a line says the same, and is read without holding all of it.
Versions
    1   read and written
"""

from collections.abc import Iterator

import orjson

from adapters.postal.cusrsp import item_of
from adapters.postal.judging import Said, message_of
from adapters.postal.lines import (
    LINES_MAX,
    PAYLOAD_BYTES_MAX,
    Line,
    line_of,
    lines_of,
    too_many,
    value_of,
)
from adapters.postal.members import Members
from broker.adapter import (
    Artifact,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Translation,
)
from broker.model.paths import element_key
from broker.model.problem import Place, Problem, as_json

_TELLING = (b'"GoodsShipment"', b'"FunctionalReferenceID"', b'"AcceptanceDateTime"')
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""Byte order marks and blanks: what may stand in front."""


class ItemJson:
    """The adapter of this format; it holds nothing."""

    family = "postal"
    format = "postal item JSON 1"
    content_types: tuple[str, ...] = ("application/json", "application/x-ndjson")
    echoes = False

    def recognises(self, payload: bytes) -> Recognition | None:
        """An object with a member of a postal item near its beginning; any other, with doubt.

        An array of such is recognised too: its sender is told what to send instead.
        """
        head = payload[:65_536].replace(b"\0", b"").lstrip(_BEFORE)
        telling = any(one in head for one in _TELLING)
        if not head.startswith(b"{") and not (telling and head.startswith(b"[")):
            return None
        return Recognition(self.format, "1", 90 if telling else 10)

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """One message a line, or the problem that there is too much of it."""
        if len(payload) > PAYLOAD_BYTES_MAX:
            problem = Problem(
                code="json.too-large",
                text=f"the request has {len(payload)} bytes",
                expected=f"at most {PAYLOAD_BYTES_MAX} bytes",
                hint="send the lines in several requests",
            )
            return Translation((problem,), iter(()))
        many = too_many(payload, profile.settings.get("lines_max", LINES_MAX))
        if many:
            return Translation((many,), iter(()))
        return Translation((), (_message(line, profile) for line in lines_of(payload)))

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of one line stood, as JSON pointers."""
        line = line_of(payload, message) if message > 0 else None
        said = value_of(line) if line else None
        if line and said is not None and not isinstance(said, Problem):
            members = Members(line, said)
            for path, pointer in _leaves(members.tree, "", ""):
                yield path, members.place(pointer)

    def render(
        self,
        out: Outgoing,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """The cut item, as it could be pushed."""
        content = orjson.dumps(out.tree)
        return (Artifact(content, "application/json", f"item-{out.stamp.version}.json"),)

    def reply(
        self,
        out: Outgoing,
        original: Original,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """What is known of one line: status, answers, or what was wrong with it."""
        line = line_of(original.payload, original.message)
        shown = {
            "id": out.stamp.id,
            "issued_at": out.stamp.issued_at,
            "submission": original.submission,
            "message": original.message,
            "line": line.line if line else None,
            "item": item_of(out) or _identifier(line),
            "status": out.status,
            "references": [[one.scheme, one.value] for one in out.references],
            "answers": [dict(answer) for answer in out.answers],
            "problems": [as_json(problem) for problem in out.problems],
        }
        return (Artifact(orjson.dumps(shown), "application/json", "reply.json"),)


def _message(line: Line, profile: Profile) -> Message:
    said = value_of(line)
    if isinstance(said, Problem):
        return Message(line.number, "", "rejected", (said,), iter(()))
    members = Members(line, said)
    item = Said(
        number=line.number,
        tree=members.tree,
        problems=tuple(members.problems),
        unmapped=tuple(members.unmapped),
        spots=members,
    )
    return message_of(item, profile)


def _leaves(tree: object, path: Path, pointer: str) -> Iterator[tuple[Path, str]]:
    """Every leaf of a plain tree with its path and its JSON pointer."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _leaves(value, f"{path}.{name}" if path else name, f"{pointer}/{name}")
    elif isinstance(tree, list):
        for index, one in enumerate(tree):
            yield from _leaves(one, f"{path}[{element_key(one, index + 1)}]", f"{pointer}/{index}")
    else:
        yield path, pointer


def _identifier(line: Line | None) -> str:
    """The identifier a line was sent with; "" where none can be read."""
    said = value_of(line) if line else None
    if line is None or said is None or isinstance(said, Problem):
        return ""
    return str(Members(line, said).tree.get("FunctionalReferenceID", ""))
