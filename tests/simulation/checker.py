"""The checker: from what clients saw and a final read-out to every broken promise.

Promises
    accounted   every message is rejected, parked, unresolved, or each event has one outcome
    partial     what its sender got wrong is rejected, and nothing beside it
    durable     whoever was given a receipt finds its submission, once for each key
    once        a version for each put that changed content, a delivery for each entitlement
    told        rejections and declines reach their sender; each message has its own reply, which
                names whom it left out; the last one about goods says what is in force
    succeeded   no dossier is judged under one configuration and then under an older one
    finished    nothing is left on the road when everybody has come to rest
What feeds promise is in `feeds`, the order of acceptance in `orders`, what is promised of parts and
lists in `parts`, of answers in `answers`. Nothing here
knows how the broker works: only names of tables, and that ids are hashes of names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson

from broker.model.records import digest
from tests.simulation import answers, feeds, orders, parts
from tests.simulation.history import Attempt, History, Said, meant
from tests.simulation.readout import Readout


def check(history: History, readout: Readout) -> list[str]:
    """Every broken promise in a sentence; [] if all were kept."""
    rules = (durable, accounted, partial, versions_once, deliveries_once, told, replied,
             boards_told, finished, deadlines, succeeded,
             *orders.RULES, *feeds.RULES, *parts.RULES, *answers.RULES)  # fmt: skip
    return [*history.refusals, *(wrong for rule in rules for wrong in rule(history, readout))]


def durable(history: History, readout: Readout) -> Iterator[str]:
    """A receipt means durable; a key means one submission; nothing comes from nobody."""
    known = {row["id"]: row for row in readout.of("submissions")}
    for attempt in history.attempts:
        yield from _receipts(attempt, known)
    sent = {(attempt.who, attempt.sha256) for attempt in history.attempts}
    for row in known.values():
        if (row["sender"], row["sha256"]) not in sent:
            yield f"phantom: {row['id']} of {row['sender']} was sent by nobody"
    keys = Counter(
        (r["sender"], r["idempotency_key"]) for r in known.values() if r["idempotency_key"]
    )
    yield from (f"key twice: {key} has {n} submissions" for key, n in keys.items() if n > 1)
    for submission, (status, shown) in history.statuses.items():
        if status != 200:
            yield f"status: {submission} was answered {status}"
        elif shown["state"] != "translated" and not _is_parked(submission, readout):
            yield f"status: {submission} is still {shown['state']}"


def _receipts(attempt: Attempt, known: dict[str, dict[str, Any]]) -> Iterator[str]:
    for receipt in attempt.receipts:
        row = known.get(receipt["submission"])
        if row is None:
            yield f"lost: {receipt['submission']} of {attempt.who} had a receipt"
        elif (row["sha256"], row["sender"]) != (attempt.sha256, attempt.who):
            yield f"changed: {receipt['submission']} is not what {attempt.who} sent"
        elif row["received_at"] != receipt["received_at"]:
            yield f"changed: {receipt['submission']} has another time than its receipt"
    if attempt.key and len({one["submission"] for one in attempt.receipts}) > 1:
        yield f"key twice: {attempt.key} of {attempt.who} was given different receipts"
    if attempt.key and len({str(one) for one in attempt.receipts}) > 1:
        yield f"changed: the receipts of {attempt.key} differ"


def _is_parked(submission: str, readout: Readout) -> bool:
    return any(row["headers"].get("ce_id") == submission for row in readout.of("parked"))


def accounted(history: History, readout: Readout) -> Iterator[str]:
    """Every submission has verdicts; every accepted message its events, each with one end."""
    places, said = _places(readout), meant(history, readout.of("submissions"))
    expected = set()
    for row in readout.of("messages"):
        number = (row["submission"], row["message"])
        wanted = _events_of(row, said.get(number))
        events = ["e_" + digest(*number, ordinal) for ordinal in range(wanted + 1)]
        expected |= set(events)
        ends = [places.get(event, []) for event in events]
        if [len(one) for one in ends] != [1] * wanted + [0]:
            yield f"accounted: message {number} ({row['verdict']}) ended {ends}"
    judged = {row["submission"] for row in readout.of("messages")}
    for row in readout.of("submissions"):
        if row["id"] not in judged and not places.get(row["id"]):
            yield f"accounted: {row['id']} has no verdict and is not parked"
    for row in readout.of("outcomes"):
        if row["event"] not in expected and row["does"] != "elapsed":
            yield f"phantom: the outcome of {row['event']} is of no message"
    for row in readout.of("parked"):
        if not row["reason"].startswith("the process ended"):  # no step may fail, whatever it gets
            yield f"parked: {row['id']} in {row['station']}: {row['reason']}"


def _events_of(row: dict[str, Any], said: Said | None) -> int:
    """How many events a message must have: what is known of it, else one."""
    if row["verdict"] == "rejected":
        return 0
    return said.events if said else 1


def partial(history: History, readout: Readout) -> Iterator[str]:
    """What is wrong is rejected, and nothing beside it."""
    verdicts = {(row["submission"], row["message"]): row["verdict"]
                for row in readout.of("messages")}  # fmt: skip
    judged = {submission for submission, _ in verdicts}
    for number, one in meant(history, readout.of("submissions")).items():
        wanted = "rejected" if one.says == "bad" else "accepted"
        found = verdicts.get(number)
        if number[0] in judged and found != wanted and (found or wanted == "accepted"):
            yield f"partial: {number} says {one.says} and was {found}"


_BEHIND = "behind a parked one"
_PARKED = {"parked", _BEHIND}


def _places(readout: Readout) -> dict[str, list[str]]:
    """Where each event, or submission, has come to."""
    places: dict[str, list[str]] = defaultdict(list)
    for row in readout.of("outcomes"):
        places[row["event"]].append(f"{row['outcome']} in {row['dossier']}")
    for row in readout.of("unresolved"):
        places[row["event"]].append("unresolved")
    for row in readout.of("parked"):
        if row["state"] == "parked":
            places[row["headers"].get("ce_id", "")].append("parked")
    for row in readout.of("followers"):
        places[row["headers"].get("ce_id", "")].append(_BEHIND)
    return places


def versions_once(history: History, readout: Readout) -> Iterator[str]:
    """Each put, merge or patch that changed content made one version, and no other did."""
    del history
    made = Counter(  # the owner's put withdraws what another party had lodged beside it
        row["event"] for row in readout.of("documents") if row["state"] != "withdrawn"
    )
    for row in readout.of("outcomes"):
        keeps = {"applied", "late"} if row["does"] == "put" else {"applied"}
        wanted = 1 if row["outcome"] in keeps else 0
        if row["does"] in {"put", "merge", "patch"} and made[row["event"]] != wanted:
            yield f"once: {row['event']} was {row['outcome']}, made {made[row['event']]} versions"
    versions: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in readout.of("documents"):
        versions[row["dossier"], row["part"]].append(row)
    for key, rows in versions.items():
        if [row["version"] for row in rows] != list(range(1, len(rows) + 1)):
            yield f"once: versions of {key} are {[row['version'] for row in rows]}"
        live = [row["digest"] for row in rows if row["state"] == "live"]
        if any(one == two for one, two in pairwise(live)):
            yield f"once: two versions of {key} say the same"


def deliveries_once(history: History, readout: Readout) -> Iterator[str]:
    """Each decision is queued once, and nothing is queued without one."""
    del history
    queued = Counter(row["id"] for row in readout.of("queue"))
    entitled: set[tuple[str, ...]] = set()
    for row in readout.of("decisions"):
        key = (row["dossier"], row["part"], row["recipient"], row["purpose"], row["version"])
        if row["recipient"] == "submitter":  # replies: each message has its own (told)
            continue
        if row["result"] == "withdrawn":
            entitled = {one for one in entitled if one[:4] != key[:4]}
        if row["result"] not in {"new", "changed"}:
            continue
        if key in entitled:
            yield f"once: {key} was decided twice"
        entitled.add(key)
        if queued[row["delivery"]] != 1:
            yield f"once: {row['delivery']} was decided, queued {queued[row['delivery']]} times"
    decided = {row["delivery"] for row in readout.of("decisions") if row["result"] != "withdrawn"}
    for row in readout.of("queue"):
        if row["what"] == "document" and row["id"] not in decided:
            yield f"phantom: {row['recipient']} is sent {row['id']} without a decision"
    ordinals = Counter((row["event"], row["ordinal"]) for row in readout.of("answers"))
    yield from (f"once: answer {key} stands {n} times" for key, n in ordinals.items() if n > 1)


def told(history: History, readout: Readout) -> Iterator[str]:
    """Each rejection and decline reached its sender, and who was left out of a list."""
    heard: Counter[tuple[str, int, str, str]] = Counter()
    texts: dict[tuple[str, int], str] = defaultdict(str)
    for who, said in _distinct(history):
        if "swbsubmission" in said:
            heard[said["swbsubmission"], said["swbmessage"], said["swbstatus"], who] += 1
            texts[said["swbsubmission"], said["swbmessage"]] += " ".join(parts.texts(said))
    senders = {row["id"]: row["sender"] for row in readout.of("submissions")}
    owed = Counter(
        (row["submission"], row["message"], status, senders.get(row["submission"], ""))
        for table, status in (("messages", "rejected"), ("outcomes", "declined"))
        for row in readout.of(table)
        if status in {row.get("verdict"), row.get("outcome")}
    )
    for key, count in owed.items():
        if heard[key] < count:
            yield f"told: {key} was owed {count} times and told {heard[key]} times"
    places = _places(readout)
    for number, one in meant(history, readout.of("submissions")).items():
        events = ["e_" + digest(*number, ordinal) for ordinal in range(one.events)]
        if any(_PARKED.intersection(places.get(event, ())) for event in events):
            continue  # it is replied to when an operator has released it
        for person in one.left:
            if one.says != "bad" and person not in texts[number]:
                statuses = sorted(key[2] for key in heard if key[:2] == number)
                yield f"told: {number} left {person} out, was told {statuses} and not that"


def replied(history: History, readout: Readout) -> Iterator[str]:
    """Each message that was applied, repeated or late has one reply of its own."""
    own: Counter[tuple[str, int]] = Counter()
    for row in readout.of("queue"):
        context = orjson.loads(row["context"])
        if row["what"] == "reply" and row["dossier"] and "changes" not in context:
            about = row["type"].startswith(("board.changed", "request."))
            own[context["reply_to"], context["message"]] += about
    heard = {(said.get("swbsubmission"), said.get("swbmessage")) for _, said in _distinct(history)}
    for row in readout.of("outcomes"):
        number = (row["submission"], row["message"])
        if row["outcome"] == "declined" or row["does"] in {"answer", "elapsed"}:
            continue
        if own[number] != 1 or number not in heard:
            yield f"told: {number} ({row['does']}) has {own[number]} replies of its own"


def boards_told(history: History, readout: Readout) -> Iterator[str]:
    """The last status that was told of a message about goods is the dossier's.

    A message about persons is told of those whom it named: see `answers`.
    """
    last = {
        (said["swbsubmission"], said["swbmessage"]): said["swbstatus"]
        for _, said in _distinct(history)
        if said["type"] == "board.changed" and "swbstatus" in said
    }
    newest = {
        (row["dossier"], row["part"]): row
        for row in readout.of("documents")
        if row["state"] == "live" and row["package"] != "persons-report"
    }
    dossiers = {row["id"]: row for row in readout.of("dossiers")}
    for (dossier, _part), row in newest.items():
        head, heard = dossiers[dossier], last.get((row["submission"], row["message"]))
        if head["state"] != "withdrawn" and heard != head["overall"]:
            yield f"told: {dossier} is {head['overall']}, {row['sender']} heard {heard}"


def _distinct(history: History) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each delivery that each reader met, once, in the order of its feed."""
    for who, given in history.given().items():
        distinct = {one.seq: one.said for one in given}
        for seq in sorted(distinct):
            yield who, distinct[seq]


def finished(history: History, readout: Readout) -> Iterator[str]:
    """When everybody has come to rest nothing is on the road."""
    del history
    if readout.of("outbox"):
        yield f"finished: {len(readout.of('outbox'))} records are still owed to the log"
    for row in readout.of("positions"):
        end = readout.ends.get((row["topic"], row["partition"]), 0)
        if (row["next"], row["message"]) != (end, 0):
            yield f"finished: {row['station']} is at {row['next']} of {end} in {row['topic']}"
    for row in readout.of("unresolved"):
        if row["until"] <= readout.at:
            yield f"finished: {row['event']} waits longer than until {row['until']}"


def deadlines(history: History, readout: Readout) -> Iterator[str]:
    """An ask whose time is up is answered or overdue."""
    del history
    answered = {
        (row["dossier"], row["part"], row["recipient"], row["purpose"])
        for row in readout.of("answers")
    }
    for row in readout.of("asks"):
        key = (row["dossier"], row["part"], row["recipient"], row["purpose"])
        late = row["due_at"] and row["due_at"] < readout.at
        if row["state"] == "open" and late and key not in answered:
            yield f"deadline: the ask {key} is still open after {row['due_at']}"
    for row in readout.of("due"):
        if row["at"] < readout.at:
            yield f"deadline: {row['name']} of {row['dossier']} has not elapsed"


def succeeded(history: History, readout: Readout) -> Iterator[str]:
    """Digests of later configurations are higher, in the order of the decisions of a dossier."""
    del history
    newest: dict[str, str] = {}
    for row in readout.of("decisions"):
        before = newest.setdefault(row["dossier"], row["configuration"])
        if row["configuration"] < before:
            yield f"succeeded: {row['dossier']} was judged under {row['configuration']} again"
        newest[row["dossier"]] = max(before, row["configuration"])
