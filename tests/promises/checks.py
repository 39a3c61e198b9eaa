"""What every event must keep: five promises, each a function, and each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from broker.core.effects import Effects
from broker.dossiers.board import board_of
from broker.model.dossier import Dossier, Target
from broker.model.events import body_of
from broker.model.lists import elements_at, lists_of, values_of
from tests.promises.bases import REST
from tests.promises.messages import Message
from tests.promises.oracle import Oracle
from tests.promises.things import name_in
from tests.promises.truth import FAVOURABLE, SEVERITY, Given


@dataclass(frozen=True)
class After:
    """All that is known after an event."""

    before: Dossier
    now: Dossier
    effects: Effects
    oracle: Oracle
    message: Message
    messages: Mapping[str, Any]


def check_all(after: After) -> None:
    """The promises that hold after every event."""
    no_false_clear(after)
    no_lost_hold(after)
    no_needless_question(after)
    right_addressee(after)
    removes_no_one(after)


def _status(after: After, target: Target, path: str) -> str:
    standing = board_of(after.now).standings.get(target)
    if standing is None:
        return "waiting"
    if not path:
        return standing.rest.status if standing.rest else "waiting"
    found = standing.elements.get(path)
    return found.status if found else "waiting"


def no_false_clear(after: After) -> None:
    """Nothing is shown as cleared that no one has cleared: goods would leave, persons would land.

    One element, and the whole: the overall status is favourable only if all that is asked is.
    """
    for target, path in after.oracle.asked():
        if after.oracle.clear(target, path):
            continue
        status = _status(after, target, path)
        assert status not in FAVOURABLE, f"false clear: {target} {path} is {status}"
        overall = after.now.overall
        assert overall not in FAVOURABLE, f"false clear: all is {overall}, not {target} {path}"


def no_lost_hold(after: After) -> None:
    """What an agency objects to is not forgotten, whatever becomes of the data."""
    for one in after.oracle.must_hold():
        overall = after.now.overall
        held = overall in SEVERITY and SEVERITY.index(overall) <= SEVERITY.index(one.status)
        assert held, f"lost hold: {one.target} {one.path} {one.status}: all is {overall}"
        for row, context in _replies(after):
            if _hears(after, context, one):
                status = orjson.loads(row.payload)["status"]
                heard = status in SEVERITY and SEVERITY.index(status) <= SEVERITY.index(one.status)
                assert heard, (
                    f"lost hold in a reply: {one.target} {one.path} {one.status}: {status}"
                )


def _hears(after: After, context: Mapping[str, Any], one: Any) -> bool:
    """Whether the sender of a message must hear of an objection: of its things, or the whole."""
    sent = after.messages[context["reply_to"]]
    if sent.part != one.target.part or one.about is None:
        return True
    if after.oracle.changed(one) is not None or not context["elements"]:
        return after.oracle.changed(one) is not None
    return one.path in context["elements"]


def no_needless_question(after: After) -> None:
    """What is answered is not asked again: a broker that opened everything would clear nothing."""
    everything = True
    asked = list(after.oracle.asked())
    for target, path in asked:
        if after.oracle.clear(target, path):
            status = _status(after, target, path)
            assert status in FAVOURABLE, f"needless question: {target} {path} is {status}"
        else:
            everything = False
    if asked and everything and not after.oracle.may_hold() and after.now.state != "withdrawn":
        overall = after.now.overall
        assert overall in FAVOURABLE, f"needless question: all is {overall}"


def right_addressee(after: After) -> None:
    """A reply speaks of the things of its message by that message's numbers, and of no others."""
    event, own = after.effects.event, 0
    for row, context in _replies(after):
        sent = after.messages[context["reply_to"]]
        own += context["reply_to"] == event.submission and not context.get("changes")
        part = sent.part
        for path, mine in context["elements"].items():
            thing = sent.message.names.get(mine)
            assert thing, f"wrong addressee: {mine} is not in the message"
            live = _things(after.now, part).get(path)
            assert live == thing, f"wrong addressee: {mine} is {thing}, {path} is {live}"
        for answer in orjson.loads(row.payload)["board"].get("Answer", ()):
            _about_its_own(after, answer, sent)
    if event.does in {"put", "merge", "patch", "close", "withdraw"}:
        replied = after.effects.outcome != "declined"
        assert own == replied, f"wrong addressee: {own} replies to {event.does} {event.id}"


def _about_its_own(after: After, answer: Mapping[str, Any], sent: Any) -> None:
    subject = answer.get("Subject", "")
    if not subject:
        return
    assert answer.get("Part", "") == sent.part, f"wrong addressee: {subject} of another part"
    assert "FormerSubject" not in answer, f"wrong addressee: {answer['FormerSubject']} is shown"
    thing = sent.message.names.get(subject)
    assert thing, f"wrong addressee: {subject} is not in the message"
    given = [
        one for one in after.oracle.answers
        if (one.target.recipient, one.target.purpose) == (answer["AgencyID"], answer["PurposeCode"])
        and one.target.part == sent.part and one.status == answer.get("StatusCode")
    ]  # fmt: skip
    about = [one for one in given if not one.path or one.given.things[one.path] == thing]
    assert about, f"wrong addressee: {answer} was not answered about {thing}"


def removes_no_one(after: After) -> None:
    """A message that was cut, or that names a person who matches none, takes no one off a list."""
    event, made = after.effects.event, after.effects.document
    before = after.before.live.get(event.part)
    if made is None or before is None or event.does not in {"put", "patch"}:
        return
    if made.state != "live" or made.package != "persons-report":
        return
    tree = body_of(before.payload)
    if not (after.message.cut or _has_stranger(event.body, tree)):
        return
    gone = set(_things(after.before, event.part).values())
    gone -= set(_things(after.now, event.part).values()) | set(after.message.removes)
    assert not gone, f"removed unnamed: {gone}"


def _has_stranger(message: Mapping[str, Any], tree: Mapping[str, Any]) -> bool:
    for one in lists_of("persons-report"):
        if one.strong:
            known = [
                [values_of(each, key) for key in one.keys] for each in elements_at(tree, one.steps)
            ]
            for each in elements_at(message, one.steps):
                own = [values_of(each, key) for key in one.keys]
                if not any(mine & theirs for others in known
                           for mine, theirs in zip(own, others, strict=True)):  # fmt: skip
                    return True
    return False


def _things(dossier: Dossier, part: str) -> dict[str, str]:
    """The true names of the elements of a part, by path."""
    document = dossier.live.get(part)
    if document is None:
        return {}
    tree = body_of(document.payload)
    return {
        f"{one.path}[{each.get('SequenceNumeric', '')}]": name_in(each)
        for one in lists_of(document.package)
        for each in elements_at(tree, one.steps)
    }


def _replies(after: After):
    for row in after.effects.queue:
        if row.what == "reply" and row.type == "board.changed":
            context = orjson.loads(row.context)
            if context["reply_to"] in after.messages:
                yield row, context


def check_superseded(oracle: Oracle, effects: Effects, bound: list[Given]) -> None:
    """An agency hears exactly which elements its answer does not settle, if it may still hear."""
    event = effects.event
    heard: dict[Target, Any] = {}
    for row in effects.queue:
        if row.type == "answer.superseded":
            target = Target(row.part, row.recipient, row.purpose)
            assert target not in heard, f"superseded twice: {target}"
            heard[target] = orjson.loads(row.payload)
    for given in bound:
        target = given.target
        expected = _unsettled(oracle, given, event.body["Answer"])
        found = heard.pop(target, None)
        if expected is None or not any(expected):
            assert found is None, f"superseded needlessly: {target} {found}"
            continue
        assert found is not None, f"superseded is missing: {target} {expected}"
        shown = (set(found["changed"]), set(found["gone"]))
        assert shown == expected, f"superseded is wrong: {target} {shown}, not {expected}"
    assert not heard, f"superseded to others: {heard}"


def _unsettled(oracle: Oracle, given: Given, contents: Any) -> tuple[set[str], set[str]] | None:
    if not oracle.entitled(given.target):
        return None
    now = oracle.states[given.target].now
    numbers = {one.number: one for one in now.values()}
    about = {one.get("Subject", "") for one in contents if one.get("StatusCode")}
    paths = list(given.names) if "" in about else [path for path in given.names if path in about]
    changed, gone = set(), set()
    for path in paths:
        live = numbers.get(given.names[path])
        if live is None or live.since > given.frame:
            (changed if path in now else gone).add(path)
    rest = now.get(REST)
    if given.rest and not given.names and list(now) == [REST] and about:
        changed = {REST} if rest is None or rest.since > given.frame else set()
    return changed, gone
