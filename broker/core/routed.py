"""Who is entitled to a document, what that means to those who were told before, and the rows.

The view is applied here: what waits in the queue is already cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import orjson

from broker.adapter import Kind, Tree
from broker.clock import parse_stamp, stamp
from broker.core.effects import Making, Why, Withdrawal
from broker.dossiers.board import deadline_name
from broker.model.dossier import Ask, Document, Dossier, Event, Sent, Target
from broker.model.dossier import Result as Outcome
from broker.model.events import body_of
from broker.model.records import digest
from broker.replies import payloads
from broker.replies.payloads import Entitlement
from broker.routing import decision as routing
from broker.routing.match import Book, decide
from broker.routing.versions import compare, digest_of, target_of
from broker.routing.view import Cut, View, apply
from broker.state.due import Due
from broker.state.queue import Row


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions are taken under; `digest` names the whole configuration.

    `book` holds all rows; `overall` those of recipients and purposes that a change of the overall
    status can concern; `binds` the reference schemes that a recipient's answers may bind;
    `kinds` what dossiers are made of.
    """

    book: Book
    overall: Book
    views: Mapping[str, View]
    digest: str
    binds: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind] = field(default_factory=dict)


def routed(making: Making, document: Document, rules: Rules) -> None:
    """Decide who receives the live document now, and tell them what changed for them."""
    _decided(making, document, rules, rules.book, dict(making.sent))


def rejudged(making: Making, document: Document, rules: Rules) -> None:
    """The overall status has changed: judge again those whom that can concern."""
    index = rules.overall.index.get((making.dossier.kind, document.package), ())
    if not index:
        return
    concerned = {Target(document.part, row.rule.recipient, row.rule.purpose) for row in index}
    before = {target: sent for target, sent in making.sent.items() if target in concerned}
    _decided(making, document, rules, rules.overall, before)


def shown(dossier: Dossier, document: Document, target: Target, rules: Rules) -> Tree:
    """What the target's view passes of a document now; {} if it is not entitled."""
    tree = body_of(document.payload)
    decision = decide(rules.book, _judged(dossier, document, tree))
    for result in decision.results:
        if target_of(result) == target:
            return apply(rules.views[result.view], tree, result.matched).tree
    return {}


def withdrawn(making: Making, parts: Mapping[str, int], rules: Rules) -> None:
    """Nobody is concerned by these parts (name: version) any more."""
    for part, version in parts.items():
        for change in compare(part, making.sent, {}):
            _gone(making, change.target, version + 1, rules.digest)


def _judged(dossier: Dossier, document: Document, tree: Tree) -> routing.Document:
    """The document as routing sees it."""
    return routing.Document(
        kind=dossier.kind,
        package=document.package,
        body=tree,
        on=document.received_at[:10],
        part=document.part,
        overall=dossier.overall,
    )


class _Told(NamedTuple):
    """A result with what its view passes."""

    result: routing.Result
    cut: Cut


def _decided(
    making: Making,
    document: Document,
    rules: Rules,
    book: Book,
    before: Mapping[Target, Sent],
) -> None:
    event = making.event
    said = document.event == event.id and event.does == "put"
    tree = event.body if said else body_of(document.payload)
    decision = decide(book, _judged(making.dossier, document, tree))
    told = {
        target_of(result): _Told(result, apply(rules.views[result.view], tree, result.matched))
        for result in decision.results
    }
    digests = {target: digest_of(one.cut.tree, one.result) for target, one in told.items()}
    for change in compare(document.part, before, digests):
        target = change.target
        if change.outcome == "withdrawn":
            _gone(making, target, document.version, rules.digest)
        elif change.outcome == "unchanged":
            sent = before[target]._replace(result="unchanged")
            making.note(target, document.version, sent, _why(told[target], rules))
        else:
            what = (change.outcome, digests[target])
            sent = _sent(document, target, told[target], what, before)
            _sending(making, document, sent, told[target], rules)


def _sent(
    document: Document,
    target: Target,
    told: _Told,
    what: tuple[Outcome, str],
    before: Mapping[Target, Sent],
) -> Sent:
    """What is sent now. One sent again for the same version after a withdrawal has its own id."""
    known = before.get(target)
    again = known.delivery if known and known.version == document.version else ""
    delivery = "d_" + digest(document.id, *target, again)
    return Sent(document.version, what[1], _elements(told.result), delivery, what[0])


def _sending(making: Making, document: Document, sent: Sent, told: _Told, rules: Rules) -> None:
    """The decision's row, the ask, and the delivery on its way."""
    result, event = told.result, making.event
    target = target_of(result)
    known = making.sent.get(target)
    making.note(target, document.version, sent, _why(told, rules))
    ask = _asked(making, target, document.version, sent, result.expects)
    previous = known.version if known and sent.result == "changed" else None
    making.queue.append(
        Row(
            id=sent.delivery,
            subscription=target.recipient,
            dossier=making.dossier.id,
            part=target.part,
            version=document.version,
            recipient=target.recipient,
            purpose=target.purpose,
            what="document",
            type=f"{document.package}.{sent.result}",
            payload=payloads.document(
                making.dossier.id, document, _entitlement(result, ask), told.cut.tree, previous
            ),
            context=_context(event),
            created_at=event.received_at,
        )
    )


def _gone(making: Making, target: Target, version: int, configuration: str) -> None:
    """This target was told before and is not entitled any more: its ask closes, a notice goes."""
    sent = making.sent[target]
    gone = sent._replace(result="withdrawn")
    making.note(target, version, gone, Why(configuration))
    ask = making.asks.get(target)
    if ask is not None and ask.counts:
        _ask_is(making, ask._replace(state="withdrawn"))
    notice = Row(
        id="d_" + digest(sent.delivery, "withdrawn", version),
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
    )
    making.withdrawals.append(Withdrawal(target, sent.version + 1, notice))


def _context(event: Event) -> str:
    return orjson.dumps({"trace": event.trace}).decode()


def _why(told: _Told, rules: Rules) -> Why:
    return Why(rules.digest, told.result, told.cut.withheld)


def _asked(
    making: Making, target: Target, version: int, sent: Sent, expects: routing.Expected | None
) -> Ask | None:
    """A new ask for what was sent; the one about an older version is superseded."""
    older = making.asks.get(target)
    if older is not None and older.counts:
        _ask_is(making, older._replace(state="superseded"))
    if expects is None:
        return None
    received_at = making.event.received_at
    ask = Ask(
        target=target,
        version=version,
        elements=sent.elements,
        due_at=later(received_at, expects.within),
        silence=expects.silence,
        state="open",
        delivery=sent.delivery,
        asked_at=received_at,
    )
    _ask_is(making, ask)
    making.due.append(Due(making.dossier.id, deadline_name(ask), ask.due_at, making.dossier.kind))
    return ask


def _ask_is(making: Making, ask: Ask) -> None:
    making.asks[ask.target] = ask
    making.asked.append(ask)


def later(moment: str, wait: timedelta) -> str:
    """The stamp this long after another."""
    return stamp(parse_stamp(moment) + wait)


def _elements(result: routing.Result) -> tuple[str, ...]:
    """The canonical paths of the matched elements; () is the whole."""
    if result.matched is None:
        return ()
    each = result.matched.each
    return tuple(f"{each}[{element.shown}]" for element in result.matched.elements)


def _entitlement(result: routing.Result, ask: Ask | None) -> Entitlement:
    elements: list[Mapping[str, Any]] | None = None
    if result.matched is not None:
        elements = [
            {"path": path, "checks": list(element.checks), "codes": list(element.codes)}
            for path, element in zip(_elements(result), result.matched.elements, strict=True)
        ]
    return Entitlement(
        purpose=result.purpose,
        rules=result.rules,
        because=result.because,
        legal_basis=result.legal_basis,
        checks=result.checks,
        codes=result.codes,
        elements=elements,
        answer_by=ask.due_at if ask else None,
        silence=ask.silence if ask else None,
    )
