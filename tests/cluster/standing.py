"""What stands on the topics when a story is over, held against what clients saw and the tables.

Rules
    repeats      the same id is the same key, headers and bytes, wherever it stands again
    lodged       what one client lodged about one thing, each after the answer to the one before,
                 stands on its topic in this order. Lodgings at the same time have no order.
    applied      of each dossier, the events that became versions stand in the order of versions,
                 and one sender's requests about it in the order of acceptance: their references
                 are the same, so they wait for it together. A put need not wait where a request
                 does, so between the two there is no order.
    all          no event without its outcome, no outcome without its event
    outward      of a recipient's topic, the numbers are 1 to n, in order on each partition, and
                 each is what the queue has kept and the feed has given
Nothing here says how often: a fault may repeat anything.
"""

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson

from broker.model.records import Entry
from tests.simulation.history import History
from tests.simulation.readout import Readout

Standing = Mapping[str, Sequence[Sequence[Entry]]]
"""By topic and partition, every record that stands there."""

REQUESTS = {"note", "patch", "withdraw"}


def wrong_on_the_log(standing: Standing, history: History, readout: Readout) -> list[str]:
    """Every broken promise in a sentence; [] if all were kept."""
    rules = (repeats, lodged, applied, everything, outward)
    return [wrong for rule in rules for wrong in rule(standing, history, readout)]


def repeated(standing: Standing) -> int:
    """How many records stand there that had stood there before."""
    return sum(
        len(entries) - len({one.headers["ce_id"] for one in entries})
        for partitions in standing.values()
        for entries in partitions
    )


def repeats(standing: Standing, history: History, readout: Readout) -> Iterator[str]:
    """The same id is the same record, in the same partition."""
    del history, readout
    for topic, partitions in standing.items():
        seen: dict[str, tuple[Any, ...]] = {}
        for one in (entry for entries in partitions for entry in entries):
            whole = (one.partition, one.key, dict(one.headers), one.value)
            if seen.setdefault(one.headers["ce_id"], whole) != whole:
                yield f"bytes: {one.headers['ce_id']} stands on {topic} with other bytes"


def lodged(standing: Standing, history: History, readout: Readout) -> Iterator[str]:
    """One after the other at the door is one after the other on the topic."""
    del readout
    places = _places(standing, "submissions.")
    about: dict[tuple[str, str], list[str]] = defaultdict(list)
    for attempt in history.attempts:
        about[attempt.who, attempt.about] += [one["submission"] for one in attempt.receipts[:1]]
    for (who, what), submissions in about.items():
        yield from _ordered(f"{who} about {what}", dict.fromkeys(submissions), places)


def applied(standing: Standing, history: History, readout: Readout) -> Iterator[str]:
    """First occurrences have the order of versions, and of one sender's requests."""
    del history
    places = _places(standing, "events.")
    versions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in sorted(readout.of("documents"), key=lambda row: int(row["version"])):
        versions[row["dossier"], row["part"]].append(row["event"])
    for key, events in versions.items():
        yield from _ordered(f"versions of {key}", events, places)
    accepted = {row["id"]: row for row in readout.of("submissions")}
    asked: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    for row in readout.of("outcomes"):
        if row["does"] in REQUESTS and row["dossier"]:
            submission = accepted[row["submission"]]
            asked[row["dossier"], submission["sender"]].append(
                (submission["number"], row["message"], row["event"])
            )
    for whose, found in asked.items():
        yield from _ordered(f"requests of {whose}", [one[2] for one in sorted(found)], places)


def everything(standing: Standing, history: History, readout: Readout) -> Iterator[str]:
    """What stands on the topics of events is what the core has worked."""
    del history
    there = set(_places(standing, "events."))
    worked = {row["event"] for row in readout.of("outcomes") if row["dossier"]}
    parked = {row["headers"]["ce_id"] for row in readout.of("parked")}
    yield from (f"lost: {one} stands on the log and has no outcome"
                for one in sorted(there - worked - parked))  # fmt: skip
    yield from (f"phantom: {one} has an outcome and stands nowhere"
                for one in sorted(worked - there))  # fmt: skip


def outward(standing: Standing, history: History, readout: Readout) -> Iterator[str]:
    """A recipient's topic has all of its numbers, in order, and says what the feed says."""
    last = {row["name"]: row["next_seq"] - 1 for row in readout.of("subscriptions")}
    given = history.given()
    for topic in standing:
        name = topic.removeprefix("agency.")
        if name == topic:
            continue
        values: dict[int, tuple[str, bytes]] = {}
        for entries in standing[topic]:
            firsts = dict.fromkeys(int(one.headers["ce_swbseq"]) for one in entries)
            if wrong := [pair for pair in pairwise(firsts) if pair[0] > pair[1]]:
                yield f"order: {topic} has {wrong}"
            values |= {int(e.headers["ce_swbseq"]): (e.headers["ce_id"], e.value) for e in entries}
        if sorted(values) != list(range(1, last.get(name, 0) + 1)):
            yield f"gap: {topic} has {sorted(values)}, not 1 to {last.get(name, 0)}"
        for one in given.get(name, ()):
            event = orjson.loads(one.content)
            if values.get(one.seq) != (event["id"], base64.b64decode(event["data_base64"])):
                yield f"bytes: {one.seq} on {topic} is not what the feed of {name} gave"


def _places(standing: Standing, prefix: str) -> dict[str, tuple[str, int, int]]:
    """Where each id stood first: topic, partition, position."""
    places: dict[str, tuple[str, int, int]] = {}
    for topic, partitions in standing.items():
        if topic.startswith(prefix):
            for one in (entry for entries in partitions for entry in entries):
                at = (topic, one.partition, one.position)
                places.setdefault(one.headers["ce_id"], at)
    return places


def _ordered(
    whose: str, ids: Iterable[str], places: Mapping[str, tuple[str, int, int]]
) -> Iterator[str]:
    """Those in one partition stand there in this order; each stands somewhere."""
    found = {one: places[one] for one in ids if one in places}
    yield from (f"lost: {one} of {whose} is not on the log" for one in ids if one not in found)
    for (one, at), (other, then) in pairwise(found.items()):
        if at[:2] == then[:2] and at[2] > then[2]:
            yield f"order: {whose}: {other} at {then} overtook {one} at {at}"
