"""What is promised of answers, as far as the traffic allows it to be seen from outside.

Promises
    clear       what is shown as released was answered favourably by every agency that is asked,
                each element on a delivery that showed it as the newest one shows it
    hold        where an agency's last word objects, the dossier is at least as grave
    needless    where every agency's last word releases all of its newest delivery, nothing waits
    silence     counts from the acknowledgement of the delivery, for as long as its row says
    superseded  a notice names elements of the answered delivery, and the delivery that is newest
Whether a reply names the right persons is in `parts`. Contents are those that agencies were given
on their feeds; nothing here knows the broker's bases or vectors.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from broker.clock import parse_stamp, stamp
from broker.model.lists import lists_of
from tests.simulation.history import History
from tests.simulation.readout import Readout

CLEAR = {"released", "conditional"}
GRAVITY = ("refused", "do_not_load", "held", "information_wanted", "inspection", "waiting",
           "conditional", "released", "not_required", "withdrawn")  # fmt: skip
ADVERSE = frozenset(GRAVITY[:5])
Key = tuple[str, str, str, str]
"""Dossier, part, recipient, purpose."""
Row = dict[str, Any]


class Showing(NamedTuple):
    """A delivery: its number for this target, and its elements by path, without their numbers."""

    number: int
    id: str
    elements: Mapping[str, Any]


def clear(history: History, readout: Readout) -> Iterator[str]:
    """Nothing is released that was not released as it is."""
    asks, given, said = _asked(readout), _given(history, readout), _said(readout)
    for row in readout.of("dossiers"):
        if row["overall"] not in CLEAR:
            continue
        for key in (one for one in asks if one[0] == row["id"]):
            showings = given.get(key, {})
            if not showings:
                continue
            newest = showings[max(showings)]
            words = [one for one in said.get(key, ()) if one["status"] in CLEAR]
            for path, content in newest.elements.items():
                if not any(_covers(one, path, content, showings) for one in words):
                    yield f"clear: {key} is {row['overall']}, nothing released {path} as it is"
            if not newest.elements and not words:
                yield f"clear: {key} is {row['overall']} without a word"


def _covers(word: Row, path: str, content: Any, showings: Mapping[int, Showing]) -> bool:
    """Whether a favourable word is about this element, on a delivery that shows it so."""
    then = showings.get(word["showing"])
    about = not word["subject"] or word["subject"].startswith(path)
    return about and (then is None or then.elements.get(path) == content)


def hold(history: History, readout: Readout) -> Iterator[str]:
    """An objection is in force until its agency says something else."""
    del history
    overall = {row["id"]: row["overall"] for row in readout.of("dossiers")}
    for key, words in _said(readout).items():
        deciding = [one for one in words if one["status"] and one["status"] != "acknowledged"]
        loud = [one for one in deciding if not one["silent"]]
        for one in loud:
            if (
                one["event"] != loud[-1]["event"]
                or one["status"] not in ADVERSE
                or one["state"] == "obeyed"
            ):
                continue
            if _gravity(overall[key[0]]) > _gravity(one["status"]):
                yield f"hold: {key} said {one['status']} last, {key[0]} is {overall[key[0]]}"


def _gravity(status: str) -> int:
    return GRAVITY.index(status) if status in GRAVITY else len(GRAVITY)


def needless(history: History, readout: Readout) -> Iterator[str]:
    """Who has released the whole of what they were shown last is not waited for."""
    del history
    asks, said = _asked(readout), _said(readout)
    for row in readout.of("dossiers"):
        if row["overall"] != "waiting" or row["state"] == "withdrawn":
            continue
        keys = [one for one in asks if one[0] == row["id"]]
        if keys and all(_is_released(asks[key], said.get(key, ())) for key in keys):
            yield f"needless: all of {row['id']} is released and it waits"


def _is_released(ask: Row, words: Any) -> bool:
    return any(
        one["status"] == "released" and not one["subject"] and not one["check"]
        and one["event"] == words[-1]["event"] and one["showing"] >= ask["showing"]
        for one in words
    )  # fmt: skip


def silence(history: History, readout: Readout) -> Iterator[str]:
    """No silence is counted before its delivery was acknowledged."""
    del history
    rows = {(row["dossier"], row["part"], row["recipient"], row["purpose"], row["showing"]): row
            for row in readout.of("queue") if row["what"] == "document"}  # fmt: skip
    within = {(*_key(row), row["showing"]): row["within_s"] for row in readout.of("asks")}
    for row in readout.of("answers"):
        about = (*_key(row), row["showing"])
        if not row["silent"]:
            continue
        settled_at = rows[about]["settled_at"]
        if not settled_at or rows[about]["state"] != "acknowledged":
            yield f"silence: {about} was released and never acknowledged"
            continue
        earliest = stamp(parse_stamp(settled_at) + timedelta(seconds=within[about]))
        if row["at"] < earliest:
            yield f"silence: {about} was released at {row['at']}, before {earliest}"


def superseded(history: History, readout: Readout) -> Iterator[str]:
    """What a notice names was on the delivery that was answered; what changed is on the newest."""
    del readout
    for who, given in history.given().items():
        elements = {
            one.said["id"]: set(_elements(one.said["data"]))
            for one in given
            if "document" in one.said.get("data", {})
        }
        for one in given:
            if one.said["type"] != "answer.superseded":
                continue
            data = one.said["data"]
            whole = {""}  # what has no elements has changed as a whole
            answered = elements.get(data["delivery"], set()) | whole
            now = elements.get(data["now"], set()) | whole
            named = {*data["changed"], *data["gone"]}
            if not named or not named <= answered:
                yield f"superseded: {who} was told of {sorted(named - answered)}"
            if not set(data["changed"]) <= now or set(data["gone"]) & now:
                yield f"superseded: {who} was told wrongly what {data['now']} shows"


def _key(row: Row) -> Key:
    return row["dossier"], row["part"], row["recipient"], row["purpose"]


def _asked(readout: Readout) -> dict[Key, Row]:
    """The newest ask of each target, where it counts."""
    newest: dict[Key, Row] = {}
    for row in sorted(readout.of("asks"), key=lambda row: row["showing"]):
        newest[_key(row)] = row
    return {key: row for key, row in newest.items() if row["state"] in {"open", "overdue"}}


def _said(readout: Readout) -> dict[Key, list[Row]]:
    """All answers of each target, in the order they came."""
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in sorted(readout.of("answers"), key=lambda row: (row["order_no"], row["ordinal"])):
        found[_key(row)].append(row)
    return found


def _given(history: History, readout: Readout) -> dict[Key, dict[int, Showing]]:
    """What each target was given, by showing."""
    numbers = {row["id"]: row["showing"] for row in readout.of("queue")}
    found: dict[Key, dict[int, Showing]] = defaultdict(dict)
    for who, given in history.given().items():
        for one in given:
            data = one.said.get("data", {})
            if "document" in data:
                key = (data["dossier"], data["part"], who, data["purpose"])
                number = numbers.get(one.said["id"], 0)
                found[key][number] = Showing(number, one.said["id"], _elements(data))
    return found


def _elements(data: Mapping[str, Any]) -> dict[str, Any]:
    """The elements of a delivery by path, as far as they can be named."""
    found: dict[str, Any] = {}
    for each in lists_of(data["package"]):
        at: Any = data["body"]
        for step in each.steps:
            at = at.get(step, {}) if isinstance(at, dict) else {}
        for ordinal, element in enumerate(at or (), 1):
            content = {name: leaf for name, leaf in element.items()
                       if name not in {"SequenceNumeric", "PresenceCode"}}  # fmt: skip
            number = element.get("SequenceNumeric")
            found[f"{each.path}[{number or f'#{ordinal}'}]"] = content
    if data["elements"] != "whole":
        named = {one["path"] for one in data["elements"]}
        found = {path: content for path, content in found.items() if path in named}
    return found


RULES = (clear, hold, needless, silence, superseded)
