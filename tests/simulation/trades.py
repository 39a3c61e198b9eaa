"""What each sender does with one thing: a declaration, a sack of items, a flight.

A trade is a story by seed: it lodges, corrects, repeats and breaks; of one thing it speaks in
order. Ships have a file of their own.
"""

import hashlib
import random
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol

from tests import families
from tests.families import token_of
from tests.simulation import messages
from tests.simulation.history import Attempt, History, Said

XML = "application/xml"
NDJSON = families.NDJSON["Content-Type"]
EDIFACT = families.EDIFACT["Content-Type"]
STRIDE = 100_000
"""Numbers of things that one sender has for himself."""

Lodged = tuple[Attempt, bytes, str]
"""What was lodged: the attempt, its bytes, its type."""


class Trader(Protocol):
    """What a trade needs of its sender."""

    name: str
    random: random.Random
    history: History

    @property
    def changes(self) -> int:
        """How often it changes its mind, at most."""

    async def pause(self, longest_s: float) -> None:
        """Some time."""

    async def lodge(
        self, about: str, what: tuple[bytes, str], says: tuple[Said, ...], reference: str = ""
    ) -> Lodged:
        """Lodge bytes of a type until they are answered."""

    async def again(self, last: Lodged, key: str | None) -> None:
        """Lodge the same bytes."""


Trade = Callable[[Trader, int], Awaitable[None]]

# -- declarants ---------------------------------------------------------------------------------


async def declarant(trader: Trader, number: int) -> None:
    """A declaration: corrected, repeated, broken, asked about, withdrawn."""
    lrn = messages.lrn_of(trader.name, number)
    await trader.pause(120)
    last = await _declared(trader, lrn, number, 0)
    for step in range(trader.random.randint(0, trader.changes)):
        await trader.pause(90)
        chance = trader.random.random()
        if chance < 0.35:
            last = await _declared(trader, lrn, number, trader.random.randint(0, 2))
        elif chance < 0.45:
            await trader.again(last, last[0].key)
        elif chance < 0.55:
            await trader.again(last, None)
        elif chance < 0.65:
            broken = messages.broken(trader.random, number)
            await trader.lodge(lrn, (broken, XML), (Said("bad"),))
        else:
            does = trader.random.choices(("note", "patch", "withdraw"), (4, 3, 2))[0]
            payload = messages.request(does, lrn, step)
            await trader.lodge(lrn, (payload, XML), (Said(does, lrn),))


async def _declared(trader: Trader, lrn: str, number: int, variant: int) -> Lodged:
    payload = messages.declaration(lrn, number, variant)
    says = Said("put", lrn, content=hashlib.sha256(payload).hexdigest())
    return await trader.lodge(lrn, (payload, XML), (says,))


# -- posts --------------------------------------------------------------------------------------

POSTS = {"marigold-post": 1 * STRIDE, "sorrel-post": 2 * STRIDE}
_item = cache(families.item)


async def post(trader: Trader, number: int) -> None:
    """Three items: corrected, repeated, with a bad one among them; and one of another post."""
    first = POSTS[trader.name] + 10 * number
    said = {first + at: 0 for at in range(3)}
    await trader.pause(120)
    last = await _posted(trader, number, said)
    for _ in range(trader.random.randint(0, trader.changes)):
        await trader.pause(90)
        chance = trader.random.random()
        if chance < 0.4:
            said[first + trader.random.randint(0, 2)] = trader.random.randint(0, 2)
            last = await _posted(trader, number, said)
        elif chance < 0.55:
            await trader.again(last, trader.random.choice((last[0].key, None)))
        elif chance < 0.85:
            await _posted(trader, number, said, bad_at=trader.random.randint(0, 3))
        else:
            (other,) = (start for name, start in POSTS.items() if name != trader.name)
            await _posted(trader, number, {other + 10 * number: 2})


async def _posted(
    trader: Trader, number: int, said: dict[int, int], bad_at: int | None = None
) -> Lodged:
    """The items as ITMATT or as lines; bad is a line that breaks off, an item without its mass."""
    items = [_item(one, variant) for one, variant in said.items()]
    says = [
        Said("put", families.posted(item), content=str(variant))
        for item, variant in zip(items, said.values(), strict=True)
    ]
    in_xml = trader.random.random() < 0.4
    if bad_at is not None:
        says.insert(bad_at, Said("bad"))
        items.insert(bad_at, {**_item(9, 0), "TotalGrossMassMeasure": {}})
    if in_xml:
        return await trader.lodge(f"items {number}", (families.itmatt(*items), XML), tuple(says))
    lines = families.push(*items).splitlines()
    if bad_at is not None:
        lines[bad_at] = lines[bad_at][: trader.random.randint(1, 200)]
    payload = b"\n".join(lines)
    return await trader.lodge(f"items {number}", (payload, NDJSON), tuple(says))


# -- airlines -----------------------------------------------------------------------------------

AIRLINES = {"paperkite-airlines": 3 * STRIDE, "thistledown-air": 4 * STRIDE}
LIST = "passengers"
Message = tuple[Any, Said]
"""The segments of one message, and what it says."""


async def carrier(trader: Trader, number: int) -> None:
    """A flight: its list whole or in pieces in any order, changed, cancelled, closed."""
    flight = AIRLINES[trader.name] + number
    seats = trader.random.randint(2, 9)
    await trader.pause(120)
    last = await _boarded(trader, flight, seats)
    for _ in range(trader.random.randint(0, trader.changes)):
        await trader.pause(90)
        chance = trader.random.random()
        if chance < 0.25:
            last = await _boarded(trader, flight, trader.random.randint(2, 9))
        elif chance < 0.35:
            await trader.again(last, trader.random.choice((last[0].key, None)))
        elif chance < 0.75:
            last = await _flown(trader, flight, _change(trader, flight))
        elif chance < 0.82:
            await _hurried(trader, flight)
        elif chance < 0.9:
            said = [_change(trader, flight), (families.UNREAD, Said("bad")),
                    _staffed(trader, flight)]  # fmt: skip
            trader.random.shuffle(said)
            last = await _flown(trader, flight, *said)
        else:
            (other,) = (start for name, start in AIRLINES.items() if name != trader.name)
            intrudes = _change(trader, other + number, comes=True)
            if trader.random.random() < 0.5:
                intrudes = _staffed(trader, other + number)
            await _flown(trader, flight, intrudes)
    if trader.random.random() < 0.3:
        await trader.pause(90)
        await _flown(trader, flight, _closed(trader, flight))


async def _hurried(trader: Trader, flight: int) -> None:
    """A list at the end of a long interchange, and at once something newer about it."""
    who = trader.random.sample(range(1, 10), 5)
    await _flown(trader, flight, _staffed(trader, flight), (families.UNREAD, Said("bad")),
                 _whole(trader, flight, who))  # fmt: skip
    newer = _change(trader, flight)
    if trader.random.random() < 0.4:
        newer = _whole(trader, flight, who[:3])
    await _flown(trader, flight, newer)


async def _flown(trader: Trader, flight: int, *said: Message) -> Lodged:
    """One interchange with these messages."""
    payload = families.paxlst(*(segments for segments, _ in said))
    says = tuple(one for _, one in said)
    return await trader.lodge(f"flight {flight}", (payload, EDIFACT), says)


async def _boarded(trader: Trader, flight: int, seats: int) -> Lodged:
    """Everybody who flies: at once, or in pieces, each once or twice."""
    who = list(range(1, seats + 1))
    if trader.random.random() < 0.5:
        return await _flown(trader, flight, _whole(trader, flight, who))
    count = trader.random.randint(2, min(3, seats))
    flags = {1: "C", count: "F"}
    pieces = [
        _piece(flight, who[at - 1 :: count], (at, flags.get(at, "")), seats)
        for at in range(1, count + 1)
    ]
    pieces += trader.random.sample(pieces, trader.random.randint(0, 1))
    trader.random.shuffle(pieces)
    if trader.random.random() < 0.3:
        return await _flown(trader, flight, *pieces)
    for one in pieces:
        last = await _flown(trader, flight, one)
        await trader.pause(60)
    return last


def _whole(trader: Trader, flight: int, who: list[int]) -> Message:
    """The whole list; now and then one of them has no name, and stays behind."""
    persons = families.people(flight, *who)
    nameless = trader.random.randrange(len(who)) if trader.random.random() < 0.25 else None
    if nameless is not None:
        persons[nameless] = {k: v for k, v in persons[nameless].items() if k != "FamilyName"}
    tokens = _tokens(persons)
    named, left = apart(tokens, nameless)
    says = Said("put", families.flown(flight), LIST, places(tokens, left), named, left=left)
    return families.listed(families.flight(flight), persons), says


def _piece(flight: int, who: list[int], piece: tuple[int, str], total: int) -> Message:
    persons = families.people(flight, *who)
    said = families.listed(families.flight(flight), persons, piece=piece, total=total)
    return said, Said("merge", families.flown(flight), LIST, who=_tokens(persons))


def _change(trader: Trader, flight: int, *, comes: bool = False) -> Message:
    """Persons who are new or sit elsewhere; or some who do not fly."""
    who = trader.random.sample(range(1, 13), trader.random.randint(1, 3))
    comes = comes or trader.random.random() < 0.6
    persons = families.people(flight, *who, seat=f"{trader.random.randint(1, 40)}A")
    said = families.listed(families.flight(flight), persons, letters="CP" if comes else "XR")
    does = "merge" if comes else "remove"
    return said, Said(does, families.flown(flight), LIST, who=_tokens(persons))


def _staffed(trader: Trader, flight: int) -> Message:
    """The crew, whole."""
    persons = families.staff(flight, *range(1, trader.random.randint(2, 4)))
    says = Said("put", families.flown(flight), "crew", str(len(persons)), _tokens(persons))
    return families.listed(families.flight(flight), persons, kind="250"), says


def _closed(trader: Trader, flight: int) -> Message:
    """The doors are shut: with those who are on board, without those who are not, or just so."""
    letters, does = trader.random.choice((("CL", "close"), ("CLOB", "keep"), ("CLNB", "absent")))
    who = trader.random.sample(range(1, 9), 3) if does != "close" else []
    persons = families.people(flight, *who)
    said = families.listed(families.flight(flight), persons, kind="266", letters=letters)
    events = 1 if does == "close" else 2
    return said, Said(does, families.flown(flight), LIST, "", _tokens(persons), events)


def apart(tokens: tuple[str, ...], at: int | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All but the one who stands there, and him."""
    if at is None:
        return tokens, ()
    return (*tokens[:at], *tokens[at + 1 :]), (tokens[at],)


def places(tokens: tuple[str, ...], left: tuple[str, ...]) -> str:
    """Who stands where on a list: without its last person it is the list that never had him."""
    return str([(at, one) for at, one in enumerate(tokens, 1) if one not in left])


def _tokens(persons: list[families.Tree]) -> tuple[str, ...]:
    return tuple(token_of(one) for one in persons)
