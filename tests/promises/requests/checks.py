"""What every event must keep: promises about requests, each a function with its reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from broker.core.effects import Effects
from broker.model.dossier import Dossier, is_request
from broker.model.events import body_of
from tests.promises.requests.acts import Asked, Ended, Expected
from tests.promises.requests.contents import leaves_of
from tests.promises.requests.model import Model

ENDING = ".ended"
ENDS = frozenset({"granted", "refused", "overtaken", "taken_back"})


@dataclass(frozen=True)
class After:
    """All that is known after an event; `waiting`: the requests that were open before it."""

    before: Dossier
    now: Dossier
    effects: Effects
    expected: Expected
    model: Model
    waiting: Mapping[int, Asked]


def check_all(after: After) -> None:
    """The promises that hold after every event."""
    changes_nothing_undecided(after)
    is_asked_of_those_who_decide(after)
    ends_in_one_way(after)
    is_told_once(after)
    cancels_what_is_gone(after)
    corrects_openly(after)
    ends_for_all(after)
    does_what_is_allowed(after)


def does_what_is_allowed(after: After) -> None:
    """The table, what is open, and who has asked say whether something is taken."""
    event, expected = after.effects.event, after.expected.outcome
    assert expected in {"", after.effects.outcome}, (
        f"outcome: {event.does} is {after.effects.outcome}, not {expected}: "
        f"{[(one.code, one.native, one.text) for one in after.effects.problems]}"
    )
    codes = {name for one in after.effects.problems[:1] for name in (one.code, one.native)}
    assert after.expected.code in {"", *codes}, f"outcome: {codes}, not {after.expected.code!r}"
    if after.effects.outcome == "declined":
        told = [(row.type, row.recipient) for row in after.effects.queue]
        assert told == [("message.declined", event.sender)], f"told: declined, and {told}"


def changes_nothing_undecided(after: After) -> None:
    """The live version holds what was lodged and granted, to the leaf, and nothing else."""
    live = {part: leaves_of(body_of(one.payload)) for part, one in after.now.live.items()}
    for part in {*live, *after.model.live}:
        found, meant = live.get(part, {}), after.model.live.get(part, {})
        other = {leaf: (found.get(leaf), meant.get(leaf)) for leaf in {*found, *meant}
                 if found.get(leaf) != meant.get(leaf)}  # fmt: skip
        assert not other, f"content: {part!r} has (found, meant) {other}"
    versions = {part: one.version for part, one in (after.now.live | after.now.gone).items()}
    assert versions == after.model.made, f"versions: {versions}, not {after.model.made}"
    for row in after.effects.queue:
        if row.what == "document":
            known = after.model.made.get(row.part)
            assert row.version == known, f"delivered: version {row.version}, not {known}"


def is_asked_of_those_who_decide(after: After) -> None:
    """A request reaches its deciders, and those it concerns, with what each may see: once."""
    rows = [row for row in after.effects.queue if row.what == "request"]
    asked = after.expected.began
    if asked is None:
        assert not rows, f"asked: {[row.recipient for row in rows]} are asked for nothing"
        return
    seats = Counter((row.recipient, row.purpose) for row in rows)
    assert seats == Counter(set(asked.shown)), f"asked: {seats}, not {set(asked.shown)}"
    for row in rows:
        seat, content = (row.recipient, row.purpose), orjson.loads(row.payload)
        shown = {tuple(one[name] for name in ("part", "path", "before", "after"))
                 for one in content["changes"]}  # fmt: skip
        assert shown <= asked.shown[seat], f"beyond view: {seat} {shown - asked.shown[seat]}"
        assert shown == asked.shown[seat], f"withheld: {seat} {asked.shown[seat] - shown}"
        decides = seat in asked.deciding
        assert content["decides"] is decides, f"asked: whether {seat} decides"
        assert (content["expects"] != "nothing") is decides, f"asked: whether {seat} answers"
        assert content["request"] == asked.number, f"asked: {content['request']}"


def ends_in_one_way(after: After) -> None:
    """What is open is what has begun and not ended; each request ends once, as was decided."""
    open_now = set(after.now.requests)
    assert open_now == set(after.model.open), f"open: {open_now}, not {set(after.model.open)}"
    ended = [(one.number, one.state) for one in after.effects.requests if one.state != "open"]
    meant = [(one.asked.number, one.state) for one in after.expected.ended]
    assert sorted(ended) == sorted(meant), f"ended: {ended}, not {meant}"
    for target, ask in after.now.asks.items():
        if is_request(target.part):
            number = int(target.part.partition("/")[2])
            assert not ask.counts or number in open_now, f"asked still: {target}"


def is_told_once(after: After) -> None:
    """The sender is told of each end once, under its message; so are those who were asked."""
    _senders_are_told(after)
    _agencies_are_told(after)


def _senders_are_told(after: After) -> None:
    event, expected = after.effects.event, after.expected
    meant: Counter[tuple[str, str, int]] = Counter()
    for one in expected.ended:
        about = event.submission if one.state == "taken_back" else one.asked.submission
        meant[f"request.{one.state.replace('_', '-')}", about, one.asked.number] += 1
    for asked in expected.noted:
        meant["request.open", asked.submission, asked.number] += 1
    for asked in filter(None, (expected.began, expected.again)):
        meant["request.open", event.submission, asked.number] += 1
    told: Counter[tuple[str, str, int]] = Counter()
    for row in after.effects.queue:
        if row.what == "reply" and row.type.startswith("request."):
            context = orjson.loads(row.context)
            number = int(context["request"]["SequenceNumeric"])
            told[row.type, context["reply_to"], number] += 1
            asked = after.waiting.get(number) or expected.began
            sender = f"{asked.wish.party}-desk" if asked else ""
            assert row.recipient == sender, f"told: {row.recipient} of request {number}"
    assert told == meant, f"told: {dict(told)}, not {dict(meant)}"


def _agencies_are_told(after: After) -> None:
    kind = after.now.kind
    meant = Counter(
        (f"{kind}.request-{one.state.replace('_', '-')}", f"request/{one.asked.number}", *seat)
        for one in after.expected.ended for seat in _hear(one)
    )  # fmt: skip
    told = Counter(
        (one.notice.type, one.target.part, one.target.recipient, one.target.purpose)
        for one in after.effects.withdrawals if is_request(one.target.part)
    )  # fmt: skip
    assert told == meant, f"told: {dict(told)}, not {dict(meant)}"


def _hear(ended: Ended) -> list[tuple[str, str]]:
    """Those it was sent to, but for whose decision ended it."""
    return [seat for seat in ended.asked.shown
            if seat[0] != ended.by or seat not in ended.asked.deciding]  # fmt: skip


def cancels_what_is_gone(after: After) -> None:
    """Agencies are told that something is cancelled when it is, and not while it may be released.

    What is cancelled is never shown as released afterwards.
    """
    told = _notified(after, ".withdrawn")
    meant = Counter(after.expected.cancelled)
    assert told == meant, f"cancelled: {dict(told)}, not {dict(meant)}"
    held, model = after.model.objection(), after.model
    for row in after.effects.queue:
        status = _status(row)
        assert status != "withdrawn" or not model.live, f"cancelled: {row.recipient} hears so"
        assert status != "ended" or model.over, f"cancelled: {row.recipient} hears that it ended"
        over = status in {"withdrawn", "ended"}
        assert not (over and held), f"cancelled: {row.recipient} hears {status} while {held}"
    if model.over or model.withdrawn:
        meant_by_all = held or ("ended" if model.over else "withdrawn")
        assert after.now.overall == meant_by_all, (
            f"cancelled: {after.now.overall} for all, not {meant_by_all}"
        )


def corrects_openly(after: After) -> None:
    """The declarant of what was corrected, or could not be, hears so, and no other does."""
    code, part = after.expected.remark
    owner = f"{after.model.owners[part]}-desk" if code else ""
    told = Counter(
        (problem["code"], row.recipient)
        for row in after.effects.queue if row.what == "reply"
        for problem in orjson.loads(row.payload).get("problems", ())
        if problem["code"].startswith("event.correct")
    )  # fmt: skip
    meant = Counter([(code, owner)] if code else [])
    assert told == meant, f"corrected: {dict(told)} are told, not {dict(meant)}"
    if code == "event.corrected":
        by = after.now.live[part].by
        assert by == after.expected.by, f"corrected: by {by!r}, not {after.expected.by!r}"


def ends_for_all(after: After) -> None:
    """All others who were shown something are told of an ending; nothing is asked afterwards."""
    told, meant = _notified(after, ENDING), Counter(after.expected.over)
    assert told == meant, f"ended for: {dict(told)}, not {dict(meant)}"
    if after.model.over:
        asked = [target for target, ask in after.now.asks.items() if ask.counts]
        assert not asked, f"asked still: {asked}"
        assert after.now.state == "ended", f"ended: {after.now.state}"


def _notified(after: After, type_: str) -> Counter[tuple[str, tuple[str, str]]]:
    """Who is notified so of a part, of those that the model knows."""
    return Counter(
        (one.target.part, (one.target.recipient, one.target.purpose))
        for one in after.effects.withdrawals
        if one.notice.type.endswith(type_)
        and not is_request(one.target.part) and _may_hear(after, one.target)
    )  # fmt: skip


def _may_hear(after: After, target: Any) -> bool:
    """Whether the model knows this seat; others of the sample state only look on."""
    return (target.recipient, target.purpose) in after.model.setting.seen


def _status(row: Any) -> str:
    if row.what not in {"reply", "board"} or row.type != "board.changed":
        return ""
    return str(orjson.loads(row.payload).get("status", ""))


def check_closed(dossier: Dossier, model: Model, told: Mapping[int, list[str]]) -> None:
    """In the end each request has ended in exactly one way, and was told so."""
    assert not dossier.requests, f"never ended: {set(dossier.requests)}"
    assert not model.open, f"never ended: {set(model.open)}"
    assert set(told) == set(range(1, dossier.numbered + 1)), f"not told: {set(told)}"
    for number, states in told.items():
        assert len(states) == 1, f"ended twice: request {number} {states}"
        assert states[0] in ENDS, f"ended: {states}"
