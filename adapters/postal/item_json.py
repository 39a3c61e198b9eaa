"""Item push: postal items in JSON, for operators without EDI; one, or one a line (NDJSON).

    {"FunctionalReferenceID": "LX123456785US", "AcceptanceDateTime": "2026-11-02",
     "TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"},
     "GoodsShipment": {"TransactionNatureCode": "11", "Consignor": {"Name": "..."}, ...}}

Behaviour
    Each object is one message and one put of a postal item, known by its S10 and its date of
    posting. Its members are those of the canonical body, as item.schema.json lists them.
    Values and masses are those of the line, not of one piece; masses are kilograms; a sum needs
    its currency; a decimal is a string or a number, and its digits are kept.
    A line that cannot be read is a rejected message of its own; its neighbours go on.
    The key, the S10, the sums and the HS codes are judged as in every format of the family
    (`judging`); all other obligations, lengths and codes are the profile's.
    Replies are JSON, each about one line: status, problems, answers, and what was left out.
Knowingly not done
    Values of one piece (`perPiece`): a sender that has them multiplies before sending.
    Arrays of items: one item a line holds the same, and is read without holding all of it.
Versions
    1   read and written
"""

from collections.abc import Iterator
from dataclasses import replace

import orjson

from adapters.postal.item import Item, path_of, pieces_of, to_piece
from adapters.postal.judging import check_item, judged_message, left_out_of, message_of
from adapters.postal.lines import (
    LINES_MAX,
    PAYLOAD_BYTES_MAX,
    Line,
    line_of,
    lines_of,
    too_many,
    value_of,
)
from adapters.postal.listing import Listing
from adapters.postal.members import Members
from adapters.postal.replying import (
    Asked,
    PieceSent,
    asked_in,
    errors_first,
    extent_json,
    item_of,
    kept,
)
from adapters.request_json import besides_json
from adapters.syntaxes import JSON
from broker.adapter import (
    Artifact,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Syntax,
    Translation,
    Tree,
)
from broker.model.paths import element_key
from broker.model.problem import Place, Problem, as_json

_MARKS = (b'"GoodsShipment"', b'"FunctionalReferenceID"', b'"AcceptanceDateTime"')
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""Byte order marks and blanks: what may be in front."""


class ItemJson:
    """The adapter of this format; it holds nothing."""

    family = "postal"
    format = "postal item JSON 1"
    content_types: tuple[str, ...] = ("application/json", "application/x-ndjson")
    syntax: Syntax = JSON

    def recognises(self, payload: bytes) -> Recognition | None:
        """An object with a member of a postal item near its beginning; any other, with doubt.

        An array of items is recognised too, so that the refusal names what to send instead.
        """
        head = payload[:65_536].replace(b"\0", b"").lstrip(_BEFORE)
        marked = any(one in head for one in _MARKS)
        if not head.startswith(b"{") and not (marked and head.startswith(b"[")):
            return None
        return Recognition(self.format, 90 if marked else 10)

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
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of one line is, as JSON pointers."""
        line = line_of(payload, message) if message > 0 else None
        members = _members(line)
        if members is None:
            return
        left_out: frozenset[int] = frozenset()
        if profile.settings.get("partial") == "cut":
            item = _item(members, profile)
            message_of(item, profile)
            left_out = left_out_of(item, profile)
        for path, pointer in _leaves(members.tree, "", "", left_out):
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
        """What is known of one line: status, answers, problems, and what was left out."""
        asked = _read_again(original) if original.asked is None else asked_in(original.asked)
        content = {
            "id": out.stamp.id,
            "issued_at": out.stamp.issued_at,
            **({"changes": out.changes} if out.changes else {}),
            "submission": original.submission,
            "message": original.message,
            "line": asked.line,
            "item": item_of(out) or asked.identifier,
            "status": out.status,
            **extent_json(out.extent, asked.pieces),
            "references": [[one.scheme, one.value] for one in out.references],
            "answers": [dict(answer) for answer in out.answers],
            **besides_json(out.tree),
            "problems": [as_json(problem) for problem in errors_first(out.problems)],
        }
        return (Artifact(orjson.dumps(content), "application/json", "reply.json"),)

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of an item that was amended by path."""
        return check_item(body, package, profile)


def _message(line: Line, profile: Profile) -> Message:
    value = value_of(line)
    if isinstance(value, Problem):
        unread = kept(_asked(line, None), None)
        return Message(line.number, "", "rejected", (value,), iter(()), unread)
    members = Members(line, value)
    asked = _asked(line, members)
    message, extent = judged_message(_item(members, profile), profile)
    return replace(message, asked=kept(asked, extent))


def _members(line: Line | None) -> Members | None:
    """The members of a line; None where it cannot be read."""
    value = value_of(line) if line else None
    if line is None or value is None or isinstance(value, Problem):
        return None
    return Members(line, value)


def _item(members: Members, profile: Profile) -> Item:
    """The item that the members are, with what is wrong with them."""
    listing = Listing(members.line.number, profile)
    members.report(listing)
    return Item(members.line.number, members.tree, listing, members.unmapped, members)


def _leaves(
    tree: object, path: Path, pointer: str, left_out: frozenset[int]
) -> Iterator[tuple[Path, str]]:
    """Every leaf of a plain tree with its path and its JSON pointer, without these pieces."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            way = f"{path}.{name}" if path else name
            yield from _leaves(value, way, f"{pointer}/{name}", left_out)
    elif isinstance(tree, list):
        without = left_out if path.endswith(".ConsignmentItem") else ()
        taken = [index for index in range(len(tree)) if index not in without]
        for number, index in enumerate(taken, 1):
            way = f"{path}[{element_key(tree[index], number)}]"
            yield from _leaves(tree[index], way, f"{pointer}/{index}", left_out)
    else:
        yield path, pointer


def _asked(line: Line | None, members: Members | None) -> Asked:
    """What a reply needs of a line: its number in the file, the identifier, the content pieces."""
    identifier = str(members.tree.get("FunctionalReferenceID", "")) if members else ""
    return Asked(identifier, lambda: _pieces(members), line.line if line else None)


def _read_again(original: Original) -> Asked:
    """The same of a line of which nothing was kept."""
    line = line_of(original.payload, original.message)
    return _asked(line, _members(line))


def _pieces(members: Members | None) -> dict[Path, PieceSent]:
    """The content pieces of a line, by the paths that the message gives them."""
    if members is None:
        return {}
    found = {}
    for at, piece in enumerate(pieces_of(members.tree)):
        trail = to_piece(at)
        text = piece.get("Commodity", {}).get("Description", "")
        found[path_of(members.tree, trail, "")] = PieceSent(text, members.locate(trail, ""))
    return found
