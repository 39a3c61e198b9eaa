"""Deliveries that an answer may be about, found among any number of them.

Rules
    A target's deliveries are never loaded as a whole. Of each target of the agency: the first that
    it was given, the first since its last answer, and the newest; the same three among those that
    carry one of the answer's numbers; and those that are named by their ids. Each is found by an
    index, so what is loaded does not grow with what was delivered before.
    Two answers need more: one that names by references may be about each that was given since the
    last answer, and one of the time before `swb_given` about each of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, select

from broker.model.dossier import Delivered, Target
from broker.model.records import digest
from broker.state.queue import ANSWERABLE, ENDING, UNACKNOWLEDGED
from broker.state.tables import QUEUE, SHOWN

_TARGET = ("dossier", "recipient", "part", "purpose")
_ANSWERABLE = (
    QUEUE.c.what.in_(ANSWERABLE),
    QUEUE.c.type != UNACKNOWLEDGED,
    QUEUE.c.type.not_like(f"%{ENDING}"),
    QUEUE.c.seq.is_not(None),
)


class Sought(NamedTuple):
    """What an answer says of the delivery that it is about.

    `given`: up to which number the agency had been given (None: not recorded). `numbers`: those
    that it carries. `after`: `given` of the answers before it in the batch, any of which may become
    the last one. `named`: it names a delivery by its id. `every`: it names by references.
    """

    recipient: str
    given: int | None
    numbers: tuple[str, ...] = ()
    after: tuple[int, ...] = ()
    named: bool = False
    every: bool = False


def delivered(
    connection: Connection, sought: Mapping[str, Sequence[Sought]], ids: Collection[str]
) -> dict[str, dict[str, Delivered]]:
    """By dossier and id, what these answers may be about; `ids`: what else may be meant."""
    alike: dict[Sought, set[str]] = {}
    for dossier, several in sought.items():
        for one in several:
            alike.setdefault(one, set()).add(dossier)
    wanted = set(ids)
    for one, dossiers in alike.items():
        wanted |= _ids(connection, one, sorted(dossiers))
    return _by_ids(connection, sought, wanted)


def _ids(connection: Connection, sought: Sought, dossiers: Sequence[str]) -> set[str]:
    """The ids of what an answer may be about, in each of these dossiers."""
    whose: dict[str, Any] = {"dossiers": dossiers, "whose": sought.recipient}
    if sought.given is None:
        return set(connection.execute(_all(), whose).scalars())
    whose |= {"given": sought.given, "last": 0, "numbers": [""], "number": ""}
    found: set[str] = set()
    for statement, more in _questions(sought):
        for row in connection.execute(statement, whose | more):
            found.update(one for one in row if one is not None)
    return found


def _questions(sought: Sought) -> Iterator[tuple[Select[Any], dict[str, Any]]]:
    """Statements with their parameters; each gives ids."""
    if sought.named:
        yield _ends("any", "newest"), {}
        return
    if sought.every:
        yield _since(), {"last": min(sought.after, default=_NEVER)}
    numbers = [digest(number) for number in sought.numbers]
    named: list[tuple[str, dict[str, Any]]] = [("any", {})]
    for text, number in zip(sought.numbers, numbers, strict=True):
        more = {"number": number, "numbers": numbers}
        named.append(("number", more))
        if "/" in text:  # only so may it be a number with its revision
            named += [("revision", more), ("both", more)]
    for which, more in named:
        yield _ends(which, "oldest", "fresh", "newest"), more
        for last in dict.fromkeys(sought.after):
            yield _ends(which, "next"), {**more, "last": last}


_NEVER = 1 << 62
"""Above every number of a subscription."""


@cache  # a statement takes longer to compose than to execute
def _ends(which: str, *ends: str) -> Select[Any]:
    """Of each target, ids at these ends of its deliveries that carry a number (any: or none)."""
    carried: dict[str, tuple[ColumnElement[bool], ...]] = {
        "any": (),
        "number": (QUEUE.c.own_number == bindparam("number"),),
        "revision": (QUEUE.c.own_revision == bindparam("number"),),
        "both": (
            QUEUE.c.own_revision == bindparam("number"),
            QUEUE.c.own_number.in_(bindparam("numbers", expanding=True)),
        ),
    }
    after: dict[str, tuple[ColumnElement[bool], ...]] = {
        "oldest": (),
        "fresh": (QUEUE.c.seq > SHOWN.c.answered_given,),
        "newest": (),
        "next": (QUEUE.c.seq > bindparam("last"),),
    }
    columns = []
    for end in ends:
        first = (
            select(QUEUE.c.id)
            .where(_same_target(), *_ANSWERABLE, _GIVEN, *carried[which], *after[end])
            .order_by(QUEUE.c.seq.desc() if end == "newest" else QUEUE.c.seq)
            .limit(1)
        )
        columns.append(first.correlate(SHOWN).scalar_subquery().label(end))
    return select(*columns).where(*_WHOSE)


@cache
def _since() -> Select[Any]:
    """The ids of all that a target was given since its last answer."""
    since = or_(QUEUE.c.seq > SHOWN.c.answered_given, QUEUE.c.seq > bindparam("last"))
    joined = SHOWN.join(QUEUE, _same_target())
    return (
        select(QUEUE.c.id).select_from(joined).where(*_WHOSE, *_ANSWERABLE, _GIVEN, since)
    )  # fmt: skip


@cache
def _all() -> Select[Any]:
    """The ids of all that was delivered to an agency."""
    return select(QUEUE.c.id).where(
        QUEUE.c.dossier.in_(bindparam("dossiers", expanding=True)),
        QUEUE.c.recipient == bindparam("whose"),
        *_ANSWERABLE,
    )


_GIVEN = QUEUE.c.seq <= bindparam("given")
_WHOSE = (
    SHOWN.c.dossier.in_(bindparam("dossiers", expanding=True)),
    SHOWN.c.recipient == bindparam("whose"),
)


def _same_target() -> ColumnElement[bool]:
    return and_(*(QUEUE.c[name] == SHOWN.c[name] for name in _TARGET))


def _by_ids(
    connection: Connection, dossiers: Iterable[str], ids: Collection[str]
) -> dict[str, dict[str, Delivered]]:
    """What may be answered of these, by dossier."""
    found: dict[str, dict[str, Delivered]] = {}
    if not ids:
        return found
    rows = connection.execute(
        select(
            QUEUE.c.dossier, QUEUE.c.id, QUEUE.c.part, QUEUE.c.recipient, QUEUE.c.purpose,
            QUEUE.c.version, QUEUE.c.showing, QUEUE.c.seq, QUEUE.c.context,
        ).where(QUEUE.c.id.in_(sorted(ids)), QUEUE.c.dossier.in_(list(dossiers)), *_ANSWERABLE)
    )  # fmt: skip
    for row in rows:
        target = Target(row.part, row.recipient, row.purpose)
        found.setdefault(row.dossier, {})[row.id] = Delivered(
            row.id, target, row.version, row.showing, row.seq,
            numbers=frozenset(orjson.loads(row.context).get("numbers", ())),
        )  # fmt: skip
    return found
