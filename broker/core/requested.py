"""A declarant asks for something that an authority decides: the request, and who is sent it.

Rules
    What is asked for is tried on the version in force first: what could not be applied, or would
    break a demand of the profile, is declined at once.
    A request goes to the recipients whose rows are about requests of its type. Each is sent the
    difference between what its view passes before and after. Those who hold the purpose that the
    table asks must all grant it, and so must an agency whose adverse answer is about something
    that would change. If no recipient holds the purpose, it is refused at once,
    and an operator is told.
What does not belong
    When something must be asked (`broker.dossiers.permission`); how it is decided (`decided`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from broker.adapter import Tree
from broker.core.asking import later
from broker.core.demanded import broken_demands
from broker.core.effects import Effects, Making, RequestReply, Why
from broker.core.rules import Rules
from broker.core.signals import no_decider
from broker.dossiers.amending import differences
from broker.dossiers.board import deadline_name
from broker.dossiers.declines import refusal_problem
from broker.dossiers.fold import fold
from broker.dossiers.folded import Folded
from broker.dossiers.permission import targets_held
from broker.dossiers.standing import ADVERSE, element_of
from broker.model.dossier import (
    REQUESTED,
    Ask,
    Document,
    Dossier,
    Event,
    Holder,
    Request,
    Shown,
    Target,
)
from broker.model.events import body_of
from broker.model.problem import Problem, rejects
from broker.model.records import digest
from broker.model.request_table import RequestTable, Verdict
from broker.replies import payloads
from broker.replies.payloads import Entitlement
from broker.routing import decision as routing
from broker.routing.match import decide
from broker.routing.rules import duration_of
from broker.routing.view import apply
from broker.state.due import Due
from broker.state.queue import Row

TYPES = {
    "amend": "amendment-requested", "withdraw": "withdrawal-requested",
    "present": "presentation", "release": "release-requested",
}  # fmt: skip
"""How a delivery of a request is called, after its dossier's kind."""

Differences = list[tuple[str, str, str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One recipient of a request: why, what would change for it, and whether it must grant."""

    result: routing.Result | None
    changes: Differences
    reasons: tuple[Mapping[str, Any], ...]
    decides: bool


class Tried(NamedTuple):
    """What the request would make of each part that it is about: before, after (None: gone)."""

    documents: tuple[tuple[Document, Tree, Tree | None], ...]
    problems: tuple[Problem, ...]


class Terms(NamedTuple):
    """Under which verdict of which table something is asked; `profile`: whose table it is."""

    verdict: Verdict
    table: RequestTable
    profile: str


def ask_for(dossier: Dossier, event: Event, terms: Terms, rules: Rules) -> Making | Effects:
    """The request on its way; or declined, with the problems why it is not taken."""
    verdict, table, profile = terms
    tried, named = _try(dossier, event, table, rules), f"{profile}@{table.valid_from}"
    if rejects(tried.problems):
        return Effects(dossier, event, "declined", tried.problems)
    found = _recipients(dossier, event, tried, verdict, rules)
    if not any(sent.decides for target, sent in found.items() if target[1] == verdict.purpose):
        problems = (refusal_problem(table.otherwise, table, event),)
        signals = (no_decider(event, verdict.purpose, named),)
        return Effects(dossier, event, "declined", problems, signals=signals)
    making = Making(dossier, event)
    making.outcome = "requested"
    making.problems = tried.problems
    request = _numbered(dossier, event, named, (table, found))
    making.request(request)
    for holder in request.holders:
        _deliver(making, request, (holder, found[holder.recipient, holder.purpose]), table, rules)
    making.replies.append(RequestReply(request))
    expires = Due(dossier.id, expiry_name(request), request.expires_at, dossier.kind)
    making.due.append(expires)
    return making


def repeat(dossier: Dossier, event: Event, request: Request) -> Making:
    """The same request once more: it is replied to, and nothing else happens."""
    making = Making(dossier, event)
    making.outcome = "repeated"
    making.replies.append(RequestReply(request))
    return making


def expiry_name(request: Request) -> str:
    """The name of the moment at which a request that is not decided is refused."""
    return f"expires/{request.part}"


def _try(dossier: Dossier, event: Event, table: RequestTable, rules: Rules) -> Tried:
    """What the request would change, tried on the version in force."""
    folded = attempt(dossier, event, rules, fixed=table.fixed)
    if folded.outcome == "declined":
        return Tried((), folded.problems)
    parts = [event.part] if event.part in dossier.live else sorted(dossier.live)
    documents = []
    problems = list(folded.problems)
    for part in parts:
        live, now = dossier.live[part], folded.dossier.live.get(part)
        before = body_of(live.payload)
        after = None if now is None else before if now is live else body_of(now.payload)
        documents.append((live, before, after))
    problems += broken_demands(dossier, event, folded, rules)
    return Tried(tuple(documents), tuple(problems))


def attempt(
    dossier: Dossier,
    event: Event,
    rules: Rules,
    *,
    bring_forward: bool = True,
    fixed: Collection[str] = (),
) -> Folded:
    """Fold an event by the rules of its kind.

    `bring_forward`: onto the version in force, whatever has been accepted since. `fixed`: what no
    amendment may change.
    """
    live = dossier.live.get(event.part)
    order = max(event.order, live.order) if live and bring_forward else event.order
    kind = rules.kinds.get(dossier.kind)
    own_only = kind is not None and kind.withdraws == "own"
    if bring_forward:
        dossier = replace(dossier, outcomes=frozenset())  # the request itself has been seen
    return fold(dossier, replace(event, order=order), own_only=own_only, fixed=fixed)


def _recipients(
    dossier: Dossier, event: Event, tried: Tried, verdict: Verdict, rules: Rules
) -> dict[tuple[str, str], Sent]:
    """By recipient and purpose: who is sent the request."""
    found: dict[tuple[str, str], Sent] = {}
    for document, before, after in tried.documents:
        asked = routing.Document(
            kind=dossier.kind, package=document.package, body=before, on=event.received_at[:10],
            part=document.part, overall=dossier.overall,
            request=REQUESTED.get(event.does, event.does),
        )  # fmt: skip
        for result, changes in _results(asked, after, rules):
            key = _key(result)
            decides = result.purpose == verdict.purpose
            if changes or decides:
                reasons = _reasons(event, rules, result, decides=decides)
                sent = Sent(result, changes, reasons, decides)
                if known := found.get(key):  # of another part: it may be one that it holds
                    sent = replace(
                        sent,
                        changes=[*known.changes, *changes],
                        decides=known.decides or decides,
                    )
                found[key] = sent
        for key, sent in _objecting(dossier, asked._replace(request=""), after, rules):
            found[key] = replace(found[key], decides=True) if key in found else sent
    return found


def _results(
    asked: routing.Document, after: Tree | None, rules: Rules
) -> Iterator[tuple[routing.Result, Differences]]:
    """Who is entitled to what is asked, before or after it, and what would change for them."""
    before = asked.body
    now = {_key(result): result for result in decide(rules.book, asked).results}
    then = now
    if after is not None and after is not before:
        changed = decide(rules.book, asked._replace(body=after)).results
        then = {_key(result): result for result in changed}
    for key in sorted({*now, *then}):
        cuts = (_cut(now.get(key), before, rules), _cut(then.get(key), after, rules))
        yield then.get(key) or now[key], [(asked.part, *delta) for delta in differences(*cuts)]


def _cut(result: routing.Result | None, tree: Tree | None, rules: Rules) -> Tree:
    """What a recipient would be shown of this; nothing where it is not entitled."""
    if result is None or tree is None:
        return {}
    return apply(rules.views[result.view], tree, result.matched).tree


def _key(result: routing.Result) -> tuple[str, str]:
    return result.recipient, result.purpose


def _objecting(
    dossier: Dossier, lodged: routing.Document, after: Tree | None, rules: Rules
) -> Iterator[tuple[tuple[str, str], Sent]]:
    """Those whose adverse answers are about something that would change."""
    held = {
        (target.recipient, target.purpose)
        for target in targets_held(dossier)
        if target.part == lodged.part
    }
    if not held:
        return
    entitled = {
        _key(result): (result, changes) for result, changes in _results(lodged, after, rules)
    }
    for key in sorted(held):
        result, changes = entitled.get(key, (None, []))
        if result is None or _touches(dossier, (lodged.part, *key), changes):
            yield key, Sent(result, changes, (), decides=True)


def _touches(dossier: Dossier, target: tuple[str, str, str], changes: Differences) -> bool:
    """Whether any of these changes is about what a target's adverse answers are about.

    An answer about something that has changed since, or is gone, counts against the whole.
    """
    elements = {element_of(path) for _, path, _, _ in changes}
    subjects = {
        "" if answer.changed_at else element_of(answer.subject)
        for answer in dossier.answers
        if answer.target == target and answer.status in ADVERSE and answer.state == "counts"
    }
    return bool(elements) and ("" in elements or "" in subjects or bool(elements & subjects))


def _reasons(
    event: Event, rules: Rules, result: routing.Result, *, decides: bool
) -> tuple[Mapping[str, Any], ...]:
    """Why the declarant asks, as far as the recipient's view passes it.

    No view is made for the broker's own form: its words are for those who decide.
    """
    if event.form or event.package == "request":
        given = event.stated.get("Reason", ()) if decides else ()
        return tuple({name.lower(): text for name, text in reason.items()} for reason in given)
    view = rules.views[result.view]
    tree = apply(view, event.body).tree if view.package == event.package else {}
    reasons: list[dict[str, Any]] = [
        {"code": block["ChangeReasonCode"]}
        for block in tree.get("Amendment", ())
        if block.get("ChangeReasonCode")
    ]
    reasons += [
        {"text": statement["StatementDescription"]}
        for statement in tree.get("AdditionalInformation", ())
        if statement.get("StatementDescription")
    ]
    return tuple(reasons)


def _delivery(event: Event, recipient: str, purpose: str) -> str:
    return "d_" + digest(event.id, "request", recipient, purpose)


def _numbered(
    dossier: Dossier,
    event: Event,
    named: str,
    sent_to: tuple[RequestTable, Mapping[tuple[str, str], Sent]],
) -> Request:
    table, found = sent_to
    live = dossier.live.get(event.part)
    return Request(
        number=dossier.numbered + 1,
        event=event,
        version=live.version if live else 0,
        table=named,
        holders=tuple(
            Holder(*key, _delivery(event, *key), "" if sent.decides else "informed")
            for key, sent in found.items()
        ),
        expires_at=later(event.received_at, duration_of(table.expires)),
    )


def _deliver(
    making: Making,
    request: Request,
    whom: tuple[Holder, Sent],
    table: RequestTable,
    rules: Rules,
) -> None:
    """The request on its way to one recipient, with its ask if that must decide it."""
    (holder, sent), event = whom, making.event
    target = Target(request.part, holder.recipient, holder.purpose)
    ask = _ask(making, target, holder, sent, table) if sent.decides else None
    result = sent.result
    told = Entitlement(
        purpose=holder.purpose,
        rules=result.rules if result else (),
        because=result.because if result else ("it has objected to what would change",),
        legal_basis=result.legal_basis if result else (),
        checks=(), codes=(), elements=None, ask=ask,
    )  # fmt: skip
    asked = payloads.Asked(sent.changes, sent.reasons, sent.decides)
    shown = Shown(1, digest(*map(str, sent.changes)), holder.delivery, "new", showing=1)
    making.record(target, 1, shown, Why(rules.digest, result))
    making.queue.append(
        Row(
            id=holder.delivery,
            subscription=holder.recipient,
            dossier=making.dossier.id,
            part=request.part,
            version=1,
            recipient=holder.recipient,
            purpose=holder.purpose,
            what="request",
            type=f"{making.dossier.kind}.{TYPES[request.does]}",
            payload=payloads.request(making.dossier.id, request, told, asked),
            context=orjson.dumps({"trace": event.trace}).decode(),
            created_at=event.received_at,
            showing=1,
        )
    )


def _ask(making: Making, target: Target, holder: Holder, sent: Sent, table: RequestTable) -> Ask:
    """The recipient is expected to decide; where its row gives no time, the table's counts."""
    within = duration_of(table.escalates)
    if sent.result is not None and sent.result.expects is not None:
        within = sent.result.expects.within
    due_at = later(making.event.received_at, within)
    ask = Ask(
        target, 1, due_at, "escalate", "open", holder.delivery, making.event.received_at, 1,
        int(within.total_seconds()),
    )  # fmt: skip
    making.ask(ask)
    making.due.append(Due(making.dossier.id, deadline_name(ask), due_at, making.dossier.kind))
    return ask
