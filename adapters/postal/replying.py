"""What replies about one item have in common, in XML and in JSON.

Rules
    Errors come before warnings. Each content piece that was left out is named, however many, as
    the message named it; so is each that an earlier message named and this one did not.
    What was left out is reported in every reply, whatever the status.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from broker.adapter import Extent, Outgoing, Path
from broker.model.problem import NOWHERE, Place, Problem, place_json


class PieceSent(NamedTuple):
    """A content piece as its message has it: what it is, and where."""

    description: str = ""
    place: Place = NOWHERE


PiecesOf = Callable[[], Mapping[Path, PieceSent]]
"""The content pieces of the message by path; called if one of them has to be named."""


class Asked(NamedTuple):
    """What a reply needs of the item that it answers: its identifier, its line, its pieces."""

    identifier: str
    pieces: PiecesOf
    line: int | None = None


def kept(asked: Asked, extent: Extent | None) -> bytes:
    """The same as bytes, with those pieces alone that replies will name."""
    pieces = [
        [path, one.description, place_json(one.place)]
        for path, one in left_out(extent, asked.pieces)
    ]
    return orjson.dumps([asked.identifier, asked.line, pieces])


def asked_in(content: bytes) -> Asked:
    """What was kept."""
    identifier, line, pieces = orjson.loads(content)
    known = {path: PieceSent(text, Place(**place)) for path, text, place in pieces}
    return Asked(identifier, lambda: known, line)


def errors_first(problems: Iterable[Problem]) -> list[Problem]:
    """The problems in their order, errors before warnings."""
    return sorted(problems, key=lambda one: one.severity != "error")


def item_of(out: Outgoing) -> str:
    """The identifier among the references; "" if there is none."""
    known = (one.value for one in out.references if one.scheme == "S10")
    value = next(known, "")
    return value.rpartition("/")[0] or value


def missing_words(extent: Extent | None) -> str:
    """That the item is not whole, in words; "" if it is."""
    if extent is None:
        return ""
    words = []
    if extent.left_out:
        count = len(extent.left_out)
        words.append(f"without {count} of {max(extent.declared, count)} content pieces")
    if extent.not_confirmed:
        words.append(f"{len(extent.not_confirmed)} content pieces are not confirmed")
    if extent.cut and not words:
        words.append("the message was not complete")
    return "; ".join(words)


def left_out(extent: Extent | None, pieces: PiecesOf) -> list[tuple[Path, PieceSent]]:
    """Each content piece that was left out, with what its message has of it."""
    if extent is None or not extent.left_out:
        return []
    known = pieces()
    return [(path, known.get(path, PieceSent())) for path in extent.left_out]


def extent_json(extent: Extent | None, pieces: PiecesOf) -> dict[str, Any]:
    """How much of the item was taken, as a member of a reply in JSON; nothing if not known."""
    if extent is None:
        return {}
    return {
        "extent": {
            "declared": extent.declared,
            "taken": extent.taken,
            "cut": extent.cut,
            "left_out": [
                {"path": path, "description": one.description, "where": place_json(one.place)}
                for path, one in left_out(extent, pieces)
            ],
            "not_confirmed": list(extent.not_confirmed),
            "text": missing_words(extent),
        }
    }
