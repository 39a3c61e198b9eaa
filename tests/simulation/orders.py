"""The order of acceptance: versions of a dossier follow it, whatever is translated in turns."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from broker.model.records import digest
from tests.simulation import parts
from tests.simulation.history import History, meant
from tests.simulation.readout import Readout


def in_order(history: History, readout: Readout) -> Iterator[str]:
    """One sender's messages are applied in the order of acceptance, each as its content asks.

    What was asked of an authority is applied when it is granted, and what an authority corrects is
    a version of the same message. Of a submission that is unfinished a put may overtake what it
    replaces, and nothing else may.
    """
    yield from _overtaken(readout)
    asked = {row["event"] for row in readout.of("requests")}
    numbers = {row["id"]: row["number"] for row in readout.of("submissions")}
    latest: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in readout.of("documents"):
        at = (numbers.get(row["submission"], 0), row["message"])
        if row["state"] == "late":
            continue
        if row["event"] in asked or row["by"] or row["state"] == "withdrawn":
            continue  # a withdrawal names the MRN, and waits for it while later originals pass
        elif at <= latest[row["dossier"], row["part"]] and not _of_one(row, readout):
            yield f"order: version {row['version']} of {row['dossier']} is older than its last"
        latest[row["dossier"], row["part"]] = at
    yield from _as_the_content_asks(history, readout)


def _overtaken(readout: Readout) -> Iterator[str]:
    """What is late has a later put of its sender about the same thing; no change came before it."""
    numbers = {row["id"]: row["number"] for row in readout.of("submissions")}
    senders = {row["id"]: row["sender"] for row in readout.of("submissions")}
    does = {row["event"]: row["does"] for row in readout.of("outcomes")}
    puts: dict[tuple[str, str], int] = defaultdict(int)
    for row in readout.of("documents"):
        if does.get(row["event"]) == "put" and row["state"] != "late":
            key = (row["dossier"], row["sender"])
            puts[key] = max(puts[key], numbers.get(row["submission"], 0))
    for row in readout.of("outcomes"):
        submission = row["submission"]
        newest = puts[row["dossier"], senders.get(submission, "")]
        if row["outcome"] == "late" and numbers[submission] >= newest:
            yield f"order: {row['does']} {row['event']} came late, and no later put overtook it"


def _of_one(row: dict[str, Any], readout: Readout) -> bool:
    """Whether one message made this version and another one of the same part."""
    alike = ("dossier", "part", "submission", "message")
    same = [one for one in readout.of("documents") if all(one[n] == row[n] for n in alike)]
    return len({one["event"] for one in same}) > 1


def _as_the_content_asks(history: History, readout: Readout) -> Iterator[str]:
    outcomes = {row["event"]: row for row in readout.of("outcomes")}
    parties = {row["id"]: row["party"] for row in readout.of("submissions")}
    owners, mine = parts.owners(readout), parts.own_parts(readout)
    mixed = {  # whatever else changes it makes the live content another than the last put's
        row["dossier"] for row in readout.of("outcomes")
        if (row["does"] in {"merge", "patch", "close", "withdraw"}
            and row["outcome"] in {"applied", "requested"})
        or row["outcome"] == "late"
    }  # fmt: skip
    ended = {row["id"] for row in readout.of("dossiers") if row["state"] == "ended"}
    live: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
    for (submission, message), one in meant(history, readout.of("submissions")).items():
        row = outcomes.get("e_" + digest(submission, message, 0))
        if one.says != "put" or row is None or row["dossier"] in mixed:
            continue
        if "event.replaced" in row["problems"]:  # it waited, and a later one came meanwhile
            continue
        if "request." in row["problems"]:  # another is open, or the table refuses it
            continue
        if row["dossier"] in ended and "reference.reused" in row["problems"]:
            continue
        if "reference.not-yours" in row["problems"] or "reference.owner-lodged" in row["problems"]:
            continue  # it is another party's: see `whose`
        name = mine.get((row["dossier"], parties[submission], one.part), one.part)
        key = (row["dossier"], name)
        now = (one.content, frozenset(parts.after(set(live.get(key, ("", ()))[1]), one)))
        wanted = "repeated" if live.get(key) == now else "applied"
        if parties[submission] != owners.get(key, parties[submission]):
            wanted = "declined"
        if row["outcome"] != wanted:
            yield (
                f"order: put {submission}/{message} was {row['outcome']}, not {wanted}: "
                f"{row['problems']}"
            )
        if wanted != "declined":
            live[key] = now


def requests_in_order(history: History, readout: Readout) -> Iterator[str]:
    """Of one sender's requests about a dossier those before its withdrawal are applied first.

    A withdrawal that customs has granted takes effect whenever that was.
    """
    del history
    granted = {row["dossier"] for row in readout.of("requests") if row["state"] == "granted"}
    rows = {row["id"]: row for row in readout.of("submissions")}
    about: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in readout.of("outcomes"):
        if row["does"] in {"present", "withdraw"} and row["dossier"] not in {"", *granted}:
            about[row["dossier"], rows[row["submission"]]["sender"]].append(row)
    for (dossier, sender), found in about.items():
        found.sort(key=lambda row: rows[row["submission"]]["number"])
        gone = False
        for row in found:
            ended = "event.already-withdrawn" in row["problems"]
            if "request." in row["problems"]:  # another is open, or the table refuses it
                continue
            if gone != ended:
                yield f"order: {row['does']} {row['event']} of {sender} on {dossier} overtook"
            gone = gone or (row["does"] == "withdraw" and row["outcome"] == "applied")


RULES = (in_order, requests_in_order)
