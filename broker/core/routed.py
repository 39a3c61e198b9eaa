"""Who is entitled to a document, what that means to those who were told before, and the rows.

The view is applied here: what waits in the queue is already cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson

from broker.clock import parse_stamp, stamp
from broker.core.effects import Effects, Withdrawal
from broker.dossiers.board import deadline_name
from broker.model.dossier import Ask, Document, Sent, Target
from broker.model.events import body_of
from broker.model.records import digest
from broker.replies import payloads
from broker.replies.payloads import Entitlement
from broker.routing import decision as routing
from broker.routing.match import Book, decide
from broker.routing.versions import digest_of
from broker.routing.view import Cut, View, apply
from broker.state.due import Due
from broker.state.queue import Row


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions are taken under; `digest` names the whole configuration."""

    book: Book
    views: Mapping[str, View]
    digest: str
    binds: Mapping[str, tuple[str, ...]]


def routed(effects: Effects, document: Document, rules: Rules) -> Effects:
    """Decide who receives the live document now, and tell them what changed for them."""
    event = effects.event
    tree = event.body if document.event == event.id else body_of(document.payload)
    decision = decide(
        rules.book,
        routing.Document(
            kind=effects.dossier.kind,
            package=document.package,
            body=tree,
            on=document.received_at[:10],
            part=document.part,
            overall=effects.dossier.overall,
        ),
    )
    now: set[Target] = set()
    for result in decision.results:
        cut = apply(rules.views[result.view], tree, result.matched)
        now.add(Target(document.part, result.recipient, result.purpose))
        effects = _entitled(effects, document, result, cut, rules.digest)
    return _gone(effects, document.part, document.version, now, rules.digest)


def withdrawn(effects: Effects, parts: Mapping[str, int], rules: Rules) -> Effects:
    """Nobody is concerned by these parts (name: version) any more."""
    for part, version in parts.items():
        effects = _gone(effects, part, version + 1, set(), rules.digest)
    return effects


def _entitled(
    effects: Effects, document: Document, result: routing.Result, cut: Cut, configuration: str
) -> Effects:
    dossier = effects.dossier
    target = Target(document.part, result.recipient, result.purpose)
    before = dossier.sent.get(target)
    known = before if before is not None and before.result != "withdrawn" else None
    said = digest_of(cut.tree, result)
    elements = _elements(result)
    if known is not None and known.digest == said:
        sent = replace(known, result="unchanged")
        return _noted(effects, target, document.version, sent, (result, cut, configuration))
    again = before.delivery if before and before.version == document.version else ""
    delivery = "d_" + digest(document.id, *target, again)
    sent = Sent(document.version, said, elements, delivery, "changed" if known else "new")
    effects = _noted(effects, target, document.version, sent, (result, cut, configuration))
    effects = _asked(effects, target, document.version, sent, result.expects)
    ask = effects.dossier.asks.get(target)
    told = _entitlement(result, ask if result.expects else None)
    row = Row(
        id=delivery,
        subscription=result.recipient,
        dossier=dossier.id,
        part=document.part,
        version=document.version,
        recipient=result.recipient,
        purpose=result.purpose,
        what="document",
        type=f"{document.package}.{sent.result}",
        payload=payloads.document(
            dossier.id, document, told, cut.tree, known.version if known else None
        ),
        context=orjson.dumps({"trace": effects.event.trace}).decode(),
        created_at=effects.event.received_at,
    )
    return replace(effects, queue=(*effects.queue, row))


def _gone(
    effects: Effects, part: str, version: int, still: set[Target], configuration: str
) -> Effects:
    """Targets of the part that were told before and are not entitled any more."""
    for target, sent in effects.dossier.sent.items():
        if target.part != part or target in still or sent.result == "withdrawn":
            continue
        gone = replace(sent, result="withdrawn")
        effects = _noted(effects, target, version, gone, (None, None, configuration))
        ask = effects.dossier.asks.get(target)
        if ask is not None and ask.counts:
            effects = _ask_is(effects, replace(ask, state="withdrawn"))
        notice = Row(
            id="d_" + digest(sent.delivery, "withdrawn", version),
            subscription=target.recipient,
            dossier=effects.dossier.id,
            part=part,
            version=version,
            recipient=target.recipient,
            purpose=target.purpose,
            what="notice",
            type=f"{effects.dossier.kind}.withdrawn",
            payload=payloads.withdrawal(
                effects.dossier.id,
                {"part": part, "purpose": target.purpose, "delivery": sent.delivery},
            ),
            context=orjson.dumps({"trace": effects.event.trace}).decode(),
            created_at=effects.event.received_at,
        )
        withdrawal = Withdrawal(target, version, notice)
        effects = replace(effects, withdrawals=(*effects.withdrawals, withdrawal))
    return effects


def _noted(
    effects: Effects,
    target: Target,
    version: int,
    sent: Sent,
    why: tuple[routing.Result | None, Cut | None, str],
) -> Effects:
    """The decision's row, and the dossier's memory of it."""
    result, cut, configuration = why
    row: dict[str, Any] = {
        "dossier": effects.dossier.id,
        **target._asdict(),
        "version": version,
        "result": sent.result,
        "digest": sent.digest,
        "elements": orjson.dumps(sent.elements).decode(),
        "rules": orjson.dumps(result.rules if result else ()).decode(),
        "view": result.view if result else "",
        "because": orjson.dumps(_reasons(result)).decode(),
        "withheld": orjson.dumps(cut.withheld if cut else ()).decode(),
        "configuration": configuration,
        "delivery": sent.delivery,
        "at": effects.event.received_at,
    }
    dossier = replace(effects.dossier, sent={**effects.dossier.sent, target: sent})
    return replace(effects, dossier=dossier, decisions=(*effects.decisions, row))


def _asked(
    effects: Effects, target: Target, version: int, sent: Sent, expects: routing.Expected | None
) -> Effects:
    """A new ask for what was sent; the one about an older version is superseded."""
    older = effects.dossier.asks.get(target)
    if older is not None and older.counts:
        effects = _ask_is(effects, replace(older, state="superseded"))
    if expects is None:
        return effects
    received_at = effects.event.received_at
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
    effects = _ask_is(effects, ask)
    due = Due(effects.dossier.id, deadline_name(ask), ask.due_at, effects.dossier.kind)
    return replace(effects, due=(*effects.due, due))


def _ask_is(effects: Effects, ask: Ask) -> Effects:
    dossier = replace(effects.dossier, asks={**effects.dossier.asks, ask.target: ask})
    return replace(effects, dossier=dossier, asks=(*effects.asks, ask))


def later(moment: str, wait: timedelta) -> str:
    """The stamp this long after another."""
    return stamp(parse_stamp(moment) + wait)


def _elements(result: routing.Result) -> tuple[str, ...]:
    """The canonical paths of the matched elements; () is the whole."""
    if result.matched is None:
        return ()
    each = result.matched.each
    return tuple(f"{each}[{element.shown}]" for element in result.matched.elements)


def _reasons(result: routing.Result | None) -> list[list[str]]:
    return [list(result.because), list(result.legal_basis)] if result else [[], []]


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
