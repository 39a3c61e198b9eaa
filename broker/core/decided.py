"""How a request ends: granted, refused, overtaken or taken back; and what its holders answer.

Rules
    All holders must grant a request, and one refusal refuses it. A request that is granted is
    applied to the version in force; what it names has not changed since, because nothing may.
    It is never granted by silence: its ask becomes overdue, then the request is refused.
    A release, a refusal or an ending by an agency that was to decide it overtakes it.
    Its sender may take it back. Each end is reported to its sender, and to all it was sent to.
What does not belong
    How a request begins (`requested`); what the reply looks like (`request_replies`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.core.applied import route_applied
from broker.core.effects import Effects, Making, RequestReply, Withdrawal
from broker.core.held import hold_besides
from broker.core.requested import attempt, expiry_name
from broker.core.rules import Rules
from broker.core.signals import with_grant
from broker.dossiers.declines import decline_problem, refusal_problem
from broker.model.dossier import (
    Answer,
    Dossier,
    Event,
    Holder,
    Request,
    RequestState,
    Target,
    is_request,
)
from broker.model.problem import Problem
from broker.model.records import digest
from broker.model.request_table import RequestTable
from broker.state.queue import Row

UNKNOWN, MALFORMED = "request.unknown", "request.answer-malformed"
GRANTED, REFUSED = "granted", "refused"
_TAKEN = frozenset(
    {GRANTED, REFUSED, "registered", "undecided", "acknowledged", "information_wanted"}
)
"""What can be answered to a request; all but the first two decide nothing."""
_OVERTAKING = frozenset({"released", "conditional", "refused", "do_not_load"})


def request_meant(dossier: Dossier, event: Event) -> Request | str | None:
    """The open request that an answer is about; why it is about none; None: it names none.

    An answer names a request by its number or by its delivery; what is granted without a name is
    the only one that is open. A native answer means the open one, if its code says something about
    requests of that type.
    """
    held = [
        request
        for request in dossier.requests.values()
        if any(holder.recipient == event.recipient for holder in request.deciding)
    ]
    number, delivery = event.body.get("RequestID"), event.body.get("DeliveryID")
    if number:
        return next((one for one in held if str(one.number) == number), UNKNOWN)
    for request in held:
        if delivery and delivery in {holder.delivery for holder in request.deciding}:
            return request
    contents: list[Mapping[str, Any]] = event.body.get("Answer") or []
    if any(content.get("StatusCode") == GRANTED for content in contents):
        return held[0] if len(held) == 1 and not delivery else UNKNOWN
    if delivery:
        return None
    meant = [one for one in held if any(_native(content, one) for content in contents)]
    numbers = {value for _, value in event.references}
    named = [request for request in meant if request.reference in numbers]
    if len(meant) > 1 and len(named) != 1:
        return UNKNOWN
    return next(iter(named or meant), None)


def _native(content: Mapping[str, Any], request: Request) -> str | None:
    """What an agency's own code says of a request of this type; None: nothing."""
    for row in content.get("RequestStatus", ()):
        if row.get("TypeCode") in {None, request.does}:
            return str(row["StatusCode"])
    return None


def decide_request(
    dossier: Dossier, event: Event, request: Request, rules: Rules
) -> Making | Effects:
    """An answer about a request: it is granted, refused, or noted."""
    contents: list[Mapping[str, Any]] = event.body.get("Answer") or []
    content = contents[0] if len(contents) == 1 else {}
    status = _native(content, request) or str(content.get("StatusCode"))
    if content.get("Subject") or status not in _TAKEN:
        problems = (decline_problem(MALFORMED, event),)
        return Effects(dossier, event, "declined", problems=problems)
    making = Making(dossier, event)
    answers = tuple(_answers(request, event, content, status))
    making.change(answers)
    if status not in {GRANTED, REFUSED}:
        making.replies.append(RequestReply(request, answers, own=False))
        return making
    holders = tuple(
        holder._replace(decision=status)
        if holder.recipient == event.recipient and holder in request.deciding
        else holder
        for holder in request.holders
    )
    if holders == request.holders:
        return Effects(dossier, event, "repeated")
    known = replace(request, holders=holders)
    if status == REFUSED:
        end(making, known, "refused", answers)
        hold_besides(making, known, content)
    elif all(holder.decision == GRANTED for holder in known.deciding):
        _grant(dossier, making, known, answers, rules)
    else:
        making.request(known)
        _close_asks(making, [one for one in holders if one.recipient == event.recipient], known)
    return making


def _answers(
    request: Request, event: Event, content: Mapping[str, Any], status: str
) -> Iterable[Answer]:
    """What was answered, under each purpose of the agency: it explains, and counts nowhere."""
    for ordinal, holder in enumerate(request.deciding):
        if holder.recipient == event.recipient:
            yield Answer(
                part=request.part, recipient=holder.recipient, purpose=holder.purpose,
                version=1, subject="", check="", status=status, order=event.order,
                event=event.id, ordinal=ordinal, content={**content, "StatusCode": status},
                at=event.received_at, showing=1, state="over",
            )  # fmt: skip


def _grant(
    dossier: Dossier, making: Making, request: Request, answers: tuple[Answer, ...], rules: Rules
) -> None:
    folded = attempt(making.state(), request.event, rules)
    if folded.outcome == "declined":  # what it names is gone with its dossier
        end(making, request, "overtaken", answers, folded.problems)
        return
    if folded.outcome == "applied":
        making.apply(folded)
        if folded.document is not None and folded.document not in folded.taken:
            making.dossier = with_grant(making.dossier, folded.document)
        route_applied(dossier, making, folded, rules)
    end(making, request, "granted", answers)


def end(
    making: Making,
    request: Request,
    state: RequestState,
    answers: tuple[Answer, ...] = (),
    problems: tuple[Problem, ...] = (),
) -> None:
    """The request has ended: all that it was sent to are notified, and its sender is replied to."""
    event = making.event
    code = problems[0].native if problems else ""
    ended = replace(request, state=state, code=code, decided_at=event.received_at)
    making.request(ended)
    _close_asks(making, request.holders, request)
    own = event.does == "take_back"
    making.replies.append(RequestReply(ended, answers, problems, own=own))
    decided = {one.purpose for one in answers}
    for holder in request.holders:
        if holder.recipient == event.recipient and holder.purpose in decided:
            continue
        target = Target(request.part, holder.recipient, holder.purpose)
        notice = Row(
            id="d_" + digest(holder.delivery, state),
            subscription=holder.recipient,
            dossier=making.dossier.id,
            part=request.part,
            version=2,
            recipient=holder.recipient,
            purpose=holder.purpose,
            what="notice",
            type=f"{making.dossier.kind}.request-{state.replace('_', '-')}",
            payload=b"",  # the delivery it names is known when it is written
            context=orjson.dumps({"trace": event.trace}).decode(),
            created_at=event.received_at,
            showing=2,
        )
        making.withdrawals.append(Withdrawal(target, 2, notice))


def _close_asks(making: Making, holders: Iterable[Holder], request: Request) -> None:
    for holder in holders:
        ask = making.asks.get(Target(request.part, holder.recipient, holder.purpose))
        if ask is not None and ask.counts:
            making.ask(ask._replace(state="withdrawn"))


def overtake(making: Making) -> None:
    """An agency that was to decide a request has released, refused or ended what it is about."""
    event = making.event
    given = [
        answer
        for answer in making.answers.values()
        if answer.event == event.id and answer.status in _OVERTAKING
        if not answer.subject and not is_request(answer.part)
    ]
    for request in list(making.dossier.requests.values()):
        about = request.event.part
        decides = any(holder.recipient == event.recipient for holder in request.deciding)
        if decides and any(about in {"", answer.part} for answer in given):
            end(making, request, "overtaken")


def take_back(dossier: Dossier, event: Event) -> Making | Effects:
    """The sender of a request takes it back."""
    number = event.body.get("RequestID", "")
    for request in dossier.requests.values():
        if str(request.number) == number and request.event.party == event.party:
            making = Making(dossier, event)
            end(making, request, "taken_back")
            return making
    problems = (decline_problem(UNKNOWN, event),)
    return Effects(dossier, event, "declined", problems=problems)


def expire_request(making: Making, rules: Rules) -> bool:
    """A request was not decided in time: it is refused. Whether one was."""
    for request in list(making.dossier.requests.values()):
        if expiry_name(request) == making.event.name:
            table = _table_of(request, rules)
            problem = refusal_problem(table.expired, table, request.event)
            if table.expired == "request.refused":
                problem = decline_problem("request.undecided", request.event)
            end(making, request, "refused", problems=(problem,))
            return True
    return False


def _table_of(request: Request, rules: Rules) -> RequestTable:
    """The table that was in force when the request was received."""
    profile, _, begins = request.table.partition("@")
    return rules.table_since(profile, begins)
