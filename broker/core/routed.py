"""Who is entitled to a document, what that means to those who were shown it before, and the rows.

The view is applied here, and the bases of answers are computed in the same pass: what waits in the
queue is already cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

import orjson

from broker.adapter import Tree
from broker.core.asking import is_opened, later, moved_answers, restart, silence_of
from broker.core.effects import Making, Why, Withdrawal, elements_of
from broker.core.removed import removals_for
from broker.core.rules import Rules
from broker.dossiers.board import deadline_name
from broker.dossiers.standing import ADVERSE
from broker.model.answer import ENDED
from broker.model.dossier import BOARD, Ask, Document, Event, Shown, Target
from broker.model.dossier import Result as Outcome
from broker.model.events import body_of
from broker.model.lists import numbered_lists
from broker.model.numbering import pairs_of
from broker.model.records import digest
from broker.model.vector import EMPTY, ElementBases, Mark, Vector, advance, pack, restate, unpack
from broker.replies import payloads
from broker.replies.payloads import Entitlement
from broker.routing import decision as routing
from broker.routing.match import Book, decide
from broker.routing.versions import compare, digest_of, target_of
from broker.routing.view import Cut, apply, bases
from broker.state.due import Due
from broker.state.queue import Row

HOLD_WITHIN = timedelta(hours=24)
"""How long an agency has to say what becomes of a hold, where its row gives no time."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A document to be decided about: its body, and the version that was judged before it."""

    document: Document
    tree: Tree
    before: Document | None


class _Passed(NamedTuple):
    """A result with what its view passes, and what answers about that depend on."""

    result: routing.Result
    cut: Cut
    bases: ElementBases | None


def route(making: Making, document: Document, before: Document | None, rules: Rules) -> None:
    """Decide who receives the live document now, and tell them what changed for them.

    `before`: the version of the part that was live until now.
    """
    event = making.event
    lodged = document.event == event.id and document.payload is event.payload
    tree = event.body if lodged else body_of(document.payload)
    _decide(making, _Version(document, tree, before), rules, rules.book, dict(making.shown))


def rejudge(making: Making, document: Document, rules: Rules) -> None:
    """The overall status has changed: judge again those whom that can concern."""
    _rejudge(making, document, rules, rules.overall)


def rejudge_wide(making: Making, rules: Rules) -> bool:
    """Something else of the dossier was delivered: judge again those whose answers depend on it.

    Whether anything is delivered to them.
    """
    queued = len(making.queue)
    if rules.wide is not None:
        for document in making.dossier.live.values():
            _rejudge(making, document, rules, rules.wide)
    return len(making.queue) > queued


def _rejudge(making: Making, document: Document, rules: Rules, book: Book) -> None:
    index = book.index.get((making.dossier.kind, document.package, ""), ())
    if not index:
        return
    concerned = {Target(document.part, row.rule.recipient, row.rule.purpose) for row in index}
    before = {target: shown for target, shown in making.shown.items() if target in concerned}
    version = _Version(document, body_of(document.payload), document)
    _decide(making, version, rules, book, before)


def withdraw(making: Making, parts: Mapping[str, int], rules: Rules) -> None:
    """These parts (name: version) concern no recipient any more."""
    for part, version in parts.items():
        for change in compare(part, making.shown, {}):
            _end(making, change.target, version + 1, rules.digest)


def _judged(making: Making, document: Document, tree: Tree) -> routing.Document:
    """The document as routing sees it."""
    return routing.Document(
        kind=making.dossier.kind,
        package=document.package,
        body=tree,
        on=document.received_at[:10],
        part=document.part,
        overall=making.dossier.overall,
    )


def _decide(
    making: Making, version: _Version, rules: Rules, book: Book, before: Mapping[Target, Shown]
) -> None:
    document, tree = version.document, version.tree
    decision = decide(book, _judged(making, document, tree))
    passed: dict[Target, _Passed] = {}
    for result in decision.results:
        view = rules.views[result.view]
        cut = apply(view, tree, result.matched)
        target = target_of(result)
        found = None
        if result.expects is not None:
            found = bases(view, tree, cut, result, _beside(making.shown, target, result))
        passed[target] = _Passed(result, cut, found)
    digests = {target: digest_of(one.cut.tree, one.result) for target, one in passed.items()}
    for change in compare(document.part, before, digests):
        target = change.target
        if change.outcome == "withdrawn":
            _end(making, target, document.version, rules.digest)
        else:
            _show(making, version, (target, digests[target], change.outcome), passed[target], rules)


def _show(
    making: Making,
    version: _Version,
    change: tuple[Target, str, Outcome],
    passed: _Passed,
    rules: Rules,
) -> None:
    """What a target is shown now: nothing new, or a delivery; and what that opens."""
    target, cut_digest, outcome = change
    document, known = version.document, making.shown.get(target)
    showing = max(known.showing + 1, document.version) if known else document.version
    old = _described(making, version, target, passed, rules)
    vector = _vector(making, old, passed, showing)
    moved = moved_answers(making.answers_of(target), vector, old, showing) if known else []
    opened = bool(moved) or is_opened(vector, showing)
    why = Why(rules.digest, passed.result, passed.cut.withheld)
    packed = pack(vector)
    if known is not None and outcome == "unchanged" and not opened:
        same = (known.described, known.configuration) == (document.version, rules.digest)
        if same and known.vector == packed:
            return
        shown = known._replace(
            result="unchanged", described=document.version, configuration=rules.digest,
            vector=packed,
        )  # fmt: skip
        making.note(target, document.version, shown, why)
        return
    again = known.delivery if known and known.version == document.version else ""
    shown = Shown(
        version=document.version,
        digest=cut_digest,
        delivery="d_" + digest(document.id, *target, again),
        result="changed" if outcome == "unchanged" else outcome,
        showing=showing,
        described=document.version,
        configuration=rules.digest,
        vector=packed,
        answered=known.answered if known else (0, ""),
    )
    making.note(target, document.version, shown, why)
    making.change(moved)
    ask = _ask_for(making, target, passed.result, opened=opened)
    removed = removals_for(making, version.before, target, rules.views[passed.result.view])
    since = payloads.Since(known.version if known and shown.result == "changed" else None, removed)
    _deliver(making, document, (target, ask, since), passed)


def _ask_for(making: Making, target: Target, result: routing.Result, *, opened: bool) -> Ask | None:
    """The ask that a delivery is sent with: a new one if it opens something."""
    ask = making.asks.get(target)
    if ask is not None and ask.counts and not opened:
        return ask
    if not opened and ask is not None and result.expects is not None:
        return None  # everything is answered already
    return restart(making, target, making.shown[target], result.expects)


def _vector(making: Making, old: Vector, passed: _Passed, showing: int) -> Vector:
    """What the target is shown, element by element."""
    if passed.bases is None:
        return EMPTY
    vector = advance(old, passed.bases, showing)
    if passed.result.answers != "request" or making.folded is None:
        return vector
    named = {
        f"{path}[{number}]"
        for path, runs in making.folded.named.items()
        for _, number in pairs_of(runs)
    }
    package = making.document.package if making.document else ""
    numbered = {each.path for each in numbered_lists(package)} if package else set()
    elements = {
        path: Mark(mark.digest, showing, mark.checks)
        if path in named or path.partition("[")[0] not in numbered
        else mark
        for path, mark in vector.elements.items()
    }
    return Vector(vector.rest and vector.rest._replace(since=showing), elements)


def _described(
    making: Making, version: _Version, target: Target, passed: _Passed, rules: Rules
) -> Vector:
    """What the target was shown before, under the view in force now."""
    known = making.shown.get(target)
    if known is None or known.result == "withdrawn" or passed.bases is None:
        return EMPTY
    old = unpack(known.vector)
    before = version.before
    if known.configuration == rules.digest or before is None:
        return old
    tree = body_of(before.payload)
    judged = _judged(making, before, tree)._replace(on=version.document.received_at[:10])
    for result in decide(rules.book, judged).results:
        if target_of(result) == target:
            view = rules.views[result.view]
            cut = apply(view, tree, result.matched)
            beside = _beside(making.shown_before, target, result)
            return restate(old, bases(view, tree, cut, result, beside))
    return old


def _beside(delivered: Mapping[Target, Shown], target: Target, result: routing.Result) -> bytes:
    """For answers about the dossier: what else of it was delivered to this recipient."""
    if result.answers != "dossier":
        return b""
    others = sorted(
        (other, shown.vector.hex() if other.part == BOARD else shown.digest)
        for other, shown in delivered.items()
        if other.recipient == target.recipient and other != target
        if shown.result != "withdrawn"
    )
    return orjson.dumps([[*other, found] for other, found in others])


def _deliver(
    making: Making,
    document: Document,
    whom: tuple[Target, Ask | None, payloads.Since],
    passed: _Passed,
) -> None:
    """The delivery on its way."""
    target, ask, since = whom
    shown, entitlement = making.shown[target], _entitlement(passed.result, ask)
    payload = payloads.document(making.dossier.id, document, entitlement, passed.cut.tree, since)
    silence = silence_of(ask, making.dossier.kind) if _asks(ask, shown) else None
    making.queue.append(
        Row(
            id=shown.delivery,
            subscription=target.recipient,
            dossier=making.dossier.id,
            part=target.part,
            version=document.version,
            recipient=target.recipient,
            purpose=target.purpose,
            what="document",
            type=f"{document.package}.{shown.result}",
            payload=payload,
            context=_context(making.event, numbers_of(passed.cut.tree)),
            created_at=making.event.received_at,
            showing=shown.showing,
            silence=silence,
        )
    )


def _asks(ask: Ask | None, shown: Shown) -> bool:
    """Whether this delivery is the one that asks."""
    return ask is not None and ask.delivery == shown.delivery


def _end(making: Making, target: Target, version: int, configuration: str) -> None:
    """This target was shown it before and is not entitled any more: a notice goes.

    Its ask closes. But where it objected to something, that holds, and the notice asks it.
    """
    known = making.shown[target]
    showing = known.showing + 1
    ended = known._replace(
        result="withdrawn", showing=showing, described=version, configuration=configuration,
        vector=b"",
    )  # fmt: skip
    making.note(target, version, ended, Why(configuration))
    making.change(
        replace(answer, changed_at=showing)
        for answer in making.answers_of(target)
        if answer.status in ADVERSE and not (answer.changed_at and answer.subject)
    )
    ask = making.asks.get(target)
    if ask is not None and ask.counts:
        making.ask(ask._replace(state="withdrawn"))
    notice = Row(
        id="d_" + digest(known.delivery, "withdrawn", version),
        subscription=target.recipient,
        dossier=making.dossier.id,
        part=target.part,
        version=version,
        recipient=target.recipient,
        purpose=target.purpose,
        what="notice",
        type=f"{making.dossier.kind}.withdrawn",
        payload=b"",  # the delivery it names is known when it is written
        context=_context(making.event),
        created_at=making.event.received_at,
        showing=showing,
    )
    held = any(one.status in ADVERSE for one in making.answers_of(target))
    expects = None
    if held and making.dossier.state != ENDED:
        within = timedelta(seconds=ask.within_s) if ask and ask.within_s else HOLD_WITHIN
        due_at = later(making.event.received_at, within)
        asked = Ask(
            target, version, due_at, "escalate", "open", notice.id, making.event.received_at,
            showing, int(within.total_seconds()),
        )  # fmt: skip
        making.ask(asked)
        making.due.append(Due(making.dossier.id, deadline_name(asked), due_at, making.dossier.kind))
        expects = {"answer_by": due_at, "silence": "escalate"}
    making.withdrawals.append(Withdrawal(target, known.version + 1, notice, expects))


def _context(event: Event, numbers: Sequence[str] = ()) -> str:
    context: dict[str, Any] = {"trace": event.trace}
    if numbers:
        context["numbers"] = numbers
    return orjson.dumps(context).decode()


def numbers_of(tree: Tree) -> tuple[str, ...]:
    """By which numbers of its own a delivery may be named: its message's, also with its revision.

    Only what its view shows: no one can answer by a number that they have not seen.
    """
    number, revision = tree.get("FunctionalReferenceID"), tree.get("VersionID")
    if not number:
        return ()
    return (number, f"{number}/{revision}") if revision else (number,)


def _entitlement(result: routing.Result, ask: Ask | None) -> Entitlement:
    elements: list[Mapping[str, Any]] | None = None
    if result.matched is not None:
        elements = [
            {"path": path, "checks": list(element.checks), "codes": list(element.codes)}
            for path, element in zip(elements_of(result), result.matched.elements, strict=True)
        ]
    return Entitlement(
        purpose=result.purpose,
        rules=result.rules,
        because=result.because,
        legal_basis=result.legal_basis,
        checks=result.checks,
        codes=result.codes,
        elements=elements,
        ask=ask,
    )
