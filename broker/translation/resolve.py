"""References to dossiers: inside the transaction, after the compare-and-set.

Rules
    Only `put` and `merge` open a dossier, by references whose scheme opens. All openers of a
    batch are inserted in one sorted statement, then re-read: whoever comes second joins. One that
    names a dossier by another reference adds its own to that one.
    What cannot open must find: a declarant's references among its own party's dossiers, or, where
    the scheme joins, among those in which it has lodged something (`members`); an agency's among
    those delivered to it, by the first half of a dated one if that means one live dossier. An alias
    that a party may not use behaves as absent: what is asked about it waits as if it were.
    The number of a message (`Scheme.of_message`) means the dossier of the newest message with it,
    to agencies, where nothing else that an answer says means one.
    A note that confirms a reply is about the dossier of that reply.
    The broker names what is opened, where the kind says so.
    A public name is no right: what a party may not lodge under it is declined before anything is
    looked up, so that the reply tells nothing (`broker.dossiers.owning`).
    What finds nothing waits, behind whatever waits for the same reference already; but not if it
    has the broker's own name of a dossier besides, by which anybody may join.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from broker.adapter import REPLY, Kind, Scheme
from broker.clock import parse_stamp, stamp
from broker.dossiers.owning import NOT_YOURS, is_refused
from broker.model.broker_names import name_of, read_name
from broker.model.dossier import Event
from broker.model.events import headers_of
from broker.model.owned import Owners
from broker.model.records import digest
from broker.state import aliases, kept_secrets, members, queue, unresolved
from broker.state.aliases import Alias, Meaning
from broker.state.members import Member
from broker.state.unresolved import Waiting

OPENERS = ("put", "merge")
UNRESOLVED_FOR = timedelta(hours=72)
"""For events of no kind yet (answers); a kind says its own."""

Kinds = Mapping[str, Kind]
NO_OWNERS: Owners = {}


class Known(NamedTuple):
    """What references mean, and who is a member of the dossiers that parties join."""

    meanings: Mapping[tuple[str, str, str], Meaning]
    members: set[Member]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Events with their dossier, in order; and those that must wait."""

    events: tuple[Event, ...]
    waiting: tuple[Waiting, ...]


def resolve(
    connection: Connection, batch: Sequence[Event], kinds: Kinds, owners: Owners = NO_OWNERS
) -> Resolved:
    """Give each event its dossier; bind what openers say. `owners`: of the codes in references."""
    batch = [with_names(event, kinds) for event in batch]
    refused = {event.id for event in batch if is_refused(event, kinds.get(event.kind), owners)}
    openers = [event for event in batch if event.does in OPENERS and event.id not in refused
               if _opening(event, kinds)]  # fmt: skip
    opening = {event.id for event in openers}
    _open(connection, openers, kinds)
    keys = {key for event in batch for key in _keys(event, kinds)}
    meanings = aliases.meanings(connection, keys) if keys else {}
    meanings |= _renewed(connection, openers, kinds, meanings)
    known = Known(meanings, _members(connection, meanings, kinds))
    parties = {event.party for event in batch if event.id not in opening}
    held = unresolved.held(connection, sorted(parties)) if parties else set()
    done: list[Event] = []
    waiting: list[Waiting] = []
    for event in batch:
        if event.id in refused:
            done.append(_apart(event, NOT_YOURS))
            continue
        if event.does in OPENERS and not _pointing(event, kinds):
            done.append(_apart(event, "reference.missing"))
            continue
        if event.id in opening:
            found = find(connection, event, kinds, known)
        else:
            found = find_behind(connection, event, kinds, known, held)
        if found is None:
            held.update((event.party, *reference) for reference in event.references)
            waiting.append(waiting_of(event, kinds))
        else:
            done.append(found)
            known.members.update(members_by([found]))  # what follows in the batch finds it
    members.add(connection, members_by(done))
    _name(connection, [event for event in done if event.does in OPENERS], kinds)
    _number(connection, done, kinds)
    return Resolved(tuple(done), tuple(waiting))


def find(
    connection: Connection,
    event: Event,
    kinds: Kinds,
    known: Known,
) -> Event | None:
    """The event with its dossier, or None if its references mean nothing to its sender."""
    if event.recipient:
        return _answer_of(connection, event, kinds)
    confirmed = _reply_of(connection, event)
    if confirmed is not None:
        return confirmed
    opening = _opening(event, kinds) if event.does in OPENERS else []
    schemes = _schemes(event, kinds)
    joining = [key for key in _keys(event, kinds) if schemes[key[0]].joins]
    meanings = known.meanings
    dossiers = {
        meanings[key].alias.dossier
        for key in _keys(event, kinds)
        if key in meanings and not schemes[key[0]].of_message
        if not (schemes[key[0]].newest and opening)
        if key in opening or meanings[key].party == event.party
        or (key in joining and _may_join(event, meanings[key].alias.dossier, known))
    }  # fmt: skip
    if not dossiers or (opening and any(key not in meanings for key in joining)):
        return None
    problem = "reference.ambiguous" if len(dossiers) > 1 else ""
    return replace(event, dossier=min(dossiers), problem=problem)


def find_behind(
    connection: Connection,
    event: Event,
    kinds: Kinds,
    known: Known,
    held: Collection[tuple[str, str, str]],
) -> Event | None:
    """What `find` gives, behind the events that `held` (party, scheme, value) makes wait."""
    free = tuple(one for one in event.references if (event.party, *one) not in held)
    if len(free) == len(event.references):
        return find(connection, event, kinds, known)
    schemes = _schemes(event, kinds)
    joining = tuple(one for one in free if one[0] in schemes and schemes[one[0]].joins)
    if not joining:
        return None
    found = find(connection, replace(event, references=joining), kinds, known)
    return replace(found, references=event.references) if found else None


def known_for(connection: Connection, events: Sequence[Event], kinds: Kinds) -> Known:
    """What is known now of the references of these events."""
    keys = {key for event in events for key in _keys(event, kinds)}
    meanings = aliases.meanings(connection, keys) if keys else {}
    return Known(meanings, _members(connection, meanings, kinds))


def _members(
    connection: Connection, meanings: Mapping[tuple[str, str, str], Meaning], kinds: Kinds
) -> set[Member]:
    """The members of those dossiers that have a name by which parties join."""
    joins = {scheme.name for kind in kinds.values() for scheme in kind.schemes if scheme.joins}
    dossiers = {known.alias.dossier for key, known in meanings.items() if key[0] in joins}
    return members.of_dossiers(connection, dossiers)


def members_by(events: Sequence[Event]) -> list[Member]:
    """The memberships that these events, with their dossiers, give by lodging something."""
    return [(event.dossier, event.party) for event in events
            if event.does in OPENERS and not event.problem]  # fmt: skip


def _may_join(event: Event, dossier: str, known: Known) -> bool:
    """What lodges may; anything else is of use to members alone, and must not show who is there."""
    return event.does in OPENERS or (dossier, event.party) in known.members


def with_names(event: Event, kinds: Kinds) -> Event:
    """The event with the broker's own names as the broker writes them."""
    schemes = {kind.names for kind in kinds.values() if kind.names}
    if not any(scheme in schemes for scheme, _ in event.references):
        return event
    read = (
        (scheme, read_name(value) if scheme in schemes else value)
        for scheme, value in event.references
    )
    return replace(event, references=tuple(read))


def waiting_of(event: Event, kinds: Kinds) -> Waiting:
    """The event as it waits for its reference; what comes meanwhile does not overtake it."""
    kind = kinds.get(event.kind)
    wait = kind.unresolved_for if kind else UNRESOLVED_FOR
    return Waiting(
        event.id,
        event.kind,
        event.sender,
        event.party,
        event.references,
        headers_of(replace(event, overtaken=False)),
        event.payload,
        stamp(parse_stamp(event.received_at) + wait),
    )


def _schemes(event: Event, kinds: Kinds) -> dict[str, Scheme]:
    kind = kinds.get(event.kind)
    return {scheme.name: scheme for scheme in kind.schemes} if kind else {}


def _keys(event: Event, kinds: Kinds) -> list[tuple[str, str, str]]:
    """The event's references as (scheme, scope, value); the scope comes from the sender's key."""
    schemes = _schemes(event, kinds)
    return [
        (scheme, event.party if schemes[scheme].scope == "party" else "", value)
        for scheme, value in event.references
        if scheme in schemes and value
    ]


def _opening(event: Event, kinds: Kinds) -> list[tuple[str, str, str]]:
    """The event's references whose scheme opens."""
    schemes = _schemes(event, kinds)
    return [key for key in _keys(event, kinds) if schemes[key[0]].opens]


def _pointing(event: Event, kinds: Kinds) -> list[tuple[str, str, str]]:
    """The event's references without the number of the message itself."""
    schemes = _schemes(event, kinds)
    return [key for key in _keys(event, kinds) if not schemes[key[0]].of_message]


def _apart(event: Event, problem: str) -> Event:
    """What may open no dossier, or names none, goes to one of its own, to be declined there."""
    return replace(event, dossier=dossier_id(("", "", event.id), 0), problem=problem)


def _open(connection: Connection, openers: Sequence[Event], kinds: Kinds) -> None:
    """Bind what openers are known by: to the dossier that they name otherwise, or to a new one."""
    several = [key for event in openers if len(keys := _pointing(event, kinds)) > 1 for key in keys]
    known = aliases.meanings(connection, several) if several else {}
    wanted = []
    for event in openers:
        keys, schemes = _opening(event, kinds), _schemes(event, kinds)
        named = {
            known[key].alias.dossier
            for key in _pointing(event, kinds)
            if key in known and (key in keys or schemes[key[0]].joins)
        }
        dossier = named.pop() if len(named) == 1 else dossier_id(keys[0], 0)
        wanted += [Alias(*key, dossier, event.kind) for key in keys]
    aliases.bind(connection, wanted)


def _name(connection: Connection, opened: Sequence[Event], kinds: Kinds) -> None:
    """The broker's own names of dossiers, and those of senders that mean the newest."""
    known = [event for event in opened if event.kind in kinds and not event.problem]
    named = {event.dossier: kinds[event.kind] for event in known if kinds[event.kind].names}
    secret = kept_secrets.get(connection, kept_secrets.NAMES) if named else ""
    names = [
        Alias(kind.names, "", name_of(secret, kind.names, dossier), dossier, kind.name)
        for dossier, kind in named.items()
    ]
    newest: dict[tuple[str, str, str], Alias] = {}
    for event in known:
        for key in _keys(event, kinds):
            if _schemes(event, kinds)[key[0]].newest and _opening(event, kinds):
                newest[key] = Alias(*key, event.dossier, event.kind)
    aliases.bind(connection, names)
    aliases.rebind(connection, newest.values())


def _number(connection: Connection, events: Sequence[Event], kinds: Kinds) -> None:
    """The senders' numbers of these messages, whatever each does: the newest meaning holds."""
    newest = {
        key: Alias(*key, event.dossier, event.kind)
        for event in events
        if not event.recipient and not event.problem
        for key in _keys(event, kinds)
        if _schemes(event, kinds)[key[0]].of_message
    }
    aliases.rebind(connection, newest.values())


def dossier_id(key: tuple[str, str, str], generation: int) -> str:
    """The id of the dossier that a reference opens."""
    return "o_" + digest(*key, generation)


def _renewed(
    connection: Connection,
    openers: Sequence[Event],
    kinds: Kinds,
    meanings: Mapping[tuple[str, str, str], Meaning],
) -> dict[tuple[str, str, str], Meaning]:
    """References of closed dossiers whose time has passed get their next generation."""
    renewed: dict[tuple[str, str, str], Meaning] = {}
    for event in openers:
        schemes = _schemes(event, kinds)
        for key in _keys(event, kinds):
            meaning = meanings.get(key)
            if meaning is None or meaning.closed_at is None or not schemes[key[0]].opens:
                continue
            free = parse_stamp(meaning.closed_at) + schemes[key[0]].reuse_after
            if parse_stamp(event.received_at) >= free:
                old = meaning.alias
                dossier = dossier_id(key, old.generation + 1)
                aliases.renew(connection, old, dossier)
                fresh = old._replace(dossier=dossier, generation=old.generation + 1)
                renewed[key] = Meaning(fresh, None, None)
    return renewed


def _answer_of(connection: Connection, event: Event, kinds: Kinds) -> Event | None:
    """An agency's answer: by the delivery it names, else among what was delivered to it."""
    delivery = event.body.get("DeliveryID")
    if delivery:
        row = queue.delivery_of(connection, delivery, event.recipient)
        if row is None:
            return None
        return replace(event, dossier=row["dossier"], kind=row["kind"])
    numbers = {one.name for kind in kinds.values() for one in kind.schemes if one.of_message}
    others = tuple(one for one in event.references if one[0] not in numbers)
    found = _delivered(connection, replace(event, references=others), kinds)
    if found is None and len(others) < len(event.references):
        return _delivered(connection, event, kinds)
    return found and replace(found, references=event.references)


def _delivered(connection: Connection, event: Event, kinds: Kinds) -> Event | None:
    """An agency's answer by its references, among what was delivered to it."""
    if not event.references:
        return None
    dated = {one.name: one.reuse_after for kind in kinds.values() for one in kind.schemes
             if one.dated}  # fmt: skip
    halves = [(scheme, value) for scheme, value in event.references
              if scheme in dated and "/" not in value]  # fmt: skip
    since = {scheme: stamp(parse_stamp(event.received_at) - dated[scheme]) for scheme, _ in halves}
    whole = [one for one in event.references if one not in halves]
    found = aliases.delivered_under(connection, event.recipient, whole)
    found += aliases.live_under(connection, event.recipient, halves, since)
    if not found:
        return None
    dossiers = {alias.dossier for alias in found}
    problem = event.problem or ("reference.ambiguous" if len(dossiers) > 1 else "")
    first = min(found, key=lambda alias: alias.dossier)
    return replace(event, dossier=first.dossier, kind=first.kind, problem=problem)


def _reply_of(connection: Connection, event: Event) -> Event | None:
    """A note that confirms a reply to its sender: with the dossier of that reply."""
    reply = next((value for scheme, value in event.references if scheme == REPLY), "")
    if not reply or event.does != "note":
        return None
    dossier = queue.dossier_of_reply(connection, reply, event.sender)
    return replace(event, dossier=dossier) if dossier else None
