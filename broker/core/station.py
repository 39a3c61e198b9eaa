"""The core as the hop sees it: load dossiers, work events, write effects.

A dossier has one partition, so loading and folding happen before the transaction: the
compare-and-set proves that nothing has moved meanwhile. A parked dossier's later events wait
behind it in `followers`, until `resume` or `discard` comes as an event of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from broker.core.effects import Effects, Signal
from broker.core.meant import load_deliveries
from broker.core.rules import Rules
from broker.core.step import step
from broker.core.writing import write_effects
from broker.dossiers.declines import decline_problem
from broker.hop import Pending, Piece
from broker.logs import logger
from broker.metrics import METRICS
from broker.model.dossier import Dossier, Event
from broker.model.events import event_of, read_event
from broker.model.records import Entry, Record
from broker.replies.refusals import declined_row
from broker.state import dossiers, parked
from broker.state.positions import Position
from broker.threads import COSTLY_BYTES, InThread

BROKER_EVENTS = ("resume", "discard")


log = logger("core")


@dataclass(slots=True)
class Loaded:
    """What a batch needs to know; the dossiers advance as its events are worked.

    `parked`: the id of the parked record of each parked dossier. `behind`: the follower that is
    being worked since what it waited for was released.
    """

    dossiers: dict[str, Dossier]
    parked: dict[str, str]
    followers: dict[str, list[Record]]
    behind: Record | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """This event waits behind its dossier's parked record."""

    record: Record


@dataclass(frozen=True, slots=True)
class Released:
    """A parked record was resumed or discarded: what came of it."""

    parked: str
    state: str
    effects: Effects


@dataclass(frozen=True, slots=True)
class Followed:
    """A follower was worked, since what it waited for was released."""

    record: Record
    effects: Effects


class CoreStation:
    """Events of one kind become dossiers, decisions and deliveries."""

    name = "core"

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Loaded:
        """The dossiers of the batch, and who is parked."""
        wanted = [(entry.key, entry.headers["ce_id"]) for entry in entries]
        keys = {key for key, _ in wanted}
        parked_now = parked.parked_dossiers(connection, keys)
        followers = parked.followers(connection, parked_now) if parked_now else {}
        for records in followers.values():
            wanted += [(record.key, record.headers["ce_id"]) for record in records]
        wanted += [(entry.key, held) for entry in entries if (held := _held(entry))]
        loaded = dossiers.load(connection, wanted)
        _load_first_uses(connection, loaded, entries)
        known: list[Entry | Record] = list(entries)
        known += [record for behind in followers.values() for record in behind]
        load_deliveries(connection, loaded, known)
        return Loaded(loaded, parked_now, followers)

    def end(self, loaded: Loaded) -> None:
        """Nothing is made elsewhere."""

    def work(self, entry: Entry, loaded: Loaded, skip: int) -> Iterator[Piece | Pending]:
        """One event: its effects, or its place behind a parked one."""
        del skip
        if len(entry.value) < COSTLY_BYTES:
            yield from self._worked_now(entry, loaded)
            return
        costly = InThread(lambda: list(self._worked_now(entry, loaded)))
        yield costly
        yield from costly.result()

    def _worked_now(self, entry: Entry, loaded: Loaded) -> Iterator[Piece]:
        event = read_event(entry)
        end = Position(entry.position + 1)
        if event.does in BROKER_EVENTS:
            yield from self._release(entry, event, loaded)
        elif event.dossier in loaded.parked:
            record = Record(entry.topic, entry.key, entry.headers, entry.value)
            loaded.followers.setdefault(event.dossier, []).append(record)
            yield Piece(entry, end, Follow(record), len(entry.value))
        else:
            yield Piece(entry, end, self._step(event, loaded), len(entry.value))

    def park(self, entry: Entry, loaded: Loaded) -> Entry | None:
        """Later events of this dossier follow; a follower that breaks is parked in its turn."""
        broken, loaded.behind = loaded.behind, None
        if broken is None:
            loaded.parked.setdefault(entry.key, "")
            return None
        loaded.parked[entry.key] = ""
        return Entry(
            broken.topic, entry.partition, entry.position, broken.key, broken.headers, broken.value
        )

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """Write everything; an event that withdraws is a group alone, so that rows keep order."""
        group: list[Effects] = []
        digest = self._rules.digest
        worked = [piece for piece in pieces if not piece.fault]
        for effects in self._worked(connection, worked):
            if effects.withdrawals:
                write_effects(connection, group, digest)
                write_effects(connection, [effects], digest)
                group = []
            else:
                group.append(effects)
        write_effects(connection, group, digest)
        return []

    def _worked(self, connection: Connection, pieces: Sequence[Piece]) -> Iterator[Effects]:
        """What the pieces did, in order; what follows a parked record is kept, or let go."""
        for piece in pieces:
            if isinstance(piece.value, Follow):
                parked.follow(connection, [piece.value.record])
            elif isinstance(piece.value, Released):
                parked.settle(connection, piece.value.parked, piece.value.state)
                yield piece.value.effects
            elif isinstance(piece.value, Followed):
                parked.unfollow(connection, piece.value.record)
                yield piece.value.effects
            else:
                yield piece.value

    def _step(self, event: Event, loaded: Loaded) -> Effects:
        dossier = loaded.dossiers.get(event.dossier) or Dossier(event.dossier, event.kind)
        effects = step(dossier, event, self._rules)
        after = effects.dossier  # what was repeated has its outcome too: it may come once more
        loaded.dossiers[event.dossier] = replace(after, outcomes=after.outcomes | {event.id})
        _count(effects)
        return effects

    def _release(self, entry: Entry, event: Event, loaded: Loaded) -> Iterator[Piece]:
        """Work (resume) or decline (discard) the parked event, then what waited behind it.

        `event.name` is the parked record's id; its headers and payload travel in the body. A piece
        for each, so that a follower that breaks is parked and those behind it wait for it; all are
        committed together, for only the last has a size.
        """
        end, name = Position(entry.position + 1), event.dossier
        if loaded.parked.get(name) != event.name:  # it came again on the log
            dossier = loaded.dossiers.get(name) or Dossier(name, event.kind)
            yield Piece(entry, end, Effects(dossier, event, "repeated"))
            return
        held = event_of(event.body["headers"], bytes.fromhex(event.body["payload"]))
        behind = loaded.followers.get(name, [])
        if event.does == "resume":
            released = Released(event.name, "resumed", self._step(held, loaded))
        else:
            released = Released(event.name, "discarded", _discarded(held, loaded))
        size = len(entry.value)
        yield Piece(entry, end, released, 0 if behind else size)
        while behind:
            loaded.behind = behind.pop(0)
            followed = Followed(loaded.behind, self._step(read_event(loaded.behind), loaded))
            yield Piece(entry, end, followed, 0 if behind else size)
        loaded.behind = None
        del loaded.parked[name]


def _load_first_uses(
    connection: Connection, loaded: dict[str, Dossier], entries: Sequence[Entry]
) -> None:
    """Of answers that were sent before under the same number: whether that was applied."""
    again = [
        (entry.key, first)
        for entry in entries
        if entry.headers["ce_type"].endswith(".answer")
        if (first := entry.headers.get("swb_name"))
    ]
    for name, first in dossiers.settled(connection, again):
        if name in loaded:
            known = loaded[name]
            loaded[name] = replace(known, outcomes=known.outcomes | {first})


def _discarded(held: Event, loaded: Loaded) -> Effects:
    """A person has given the event up: declined, with a reply."""
    dossier = loaded.dossiers.get(held.dossier) or Dossier(held.dossier, held.kind)
    problems = (decline_problem("event.discarded"),)
    rows = (declined_row(held, problems),)
    seen = replace(dossier, outcomes=dossier.outcomes | {held.id})
    loaded.dossiers[held.dossier] = seen
    return Effects(dossier, held, "declined", problems, queue=rows)


def _held(entry: Entry) -> str:
    """The id of the event that this one resumes or discards, if it does."""
    if not entry.headers["ce_type"].endswith(BROKER_EVENTS):
        return ""
    return str(read_event(entry).body["headers"]["ce_id"])


def _count(effects: Effects) -> None:
    event = effects.event
    METRICS.outcomes.labels(event.kind, event.does, effects.outcome).inc()
    for row in effects.decisions:
        METRICS.decisions.labels(row["recipient"], row["result"]).inc()
    for answer in effects.answers:
        METRICS.answers.labels(answer.recipient, answer.status or "notice").inc()
    for request in effects.requests:
        METRICS.requests.labels(event.kind, request.does, request.state).inc()
    for signal in effects.signals:
        _report(signal)
    METRICS.notes.labels(event.kind).inc(sum(row.type == "message.noted" for row in effects.queue))
    for queued in effects.queue:
        if queued.what == "notice":
            METRICS.answer_notices.labels(queued.recipient, queued.type).inc()
        elif queued.what == "reply" and queued.type == "board.changed":
            about = "change" if '"changes":' in queued.context else "message"
            METRICS.replies.labels(event.kind, about).inc()
    if effects.documents and effects.outcome == "applied" and not effects.queue:
        METRICS.unrouted.labels(event.kind).inc()


def _report(signal: Signal) -> None:
    """To the operators: a line of the log, and a count of what no recipient decides."""
    fields = signal.fields
    match signal.what:
        case "no_decider":
            log.warning("request.no-decider", **fields)
            METRICS.requests.labels(fields["kind"], fields["does"], signal.what).inc()
        case "none_open":
            log.warning("request.none-open", **fields)
        case "differs":
            log.warning("correction.differs", **fields)
        case "not_applied":
            log.warning("correction.not-applied", **fields)
