"""An authority that refuses a request by its own code may hold the declaration besides.

The hold is an adverse answer about the newest delivery that was given to it, under its ordinary
target: it remains until the authority has answered a later one, as any other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from broker.core.effects import Making
from broker.model.dossier import BOARD, Answer, Delivered, Request, Target, is_request


def hold_besides(making: Making, request: Request, content: Mapping[str, Any]) -> None:
    """Put the declaration on hold, if the answer says so of it."""
    said = [
        row["DocumentStatusCode"]
        for row in content.get("RequestStatus", ())
        if row.get("TypeCode") in {None, request.does} and row.get("DocumentStatusCode")
    ]
    if not said:
        return
    event = making.event
    held = {**content, "StatusCode": said[0]}
    first = len(request.deciding)  # behind the answers about the request
    for ordinal, target in enumerate(_targets(making, request), first):
        shown, newest = making.shown[target], _newest(making, target)
        known = (newest.version, newest.showing) if newest else (shown.version, shown.showing)
        hold = Answer(
            part=target.part, recipient=target.recipient, purpose=target.purpose,
            version=known[0], subject="", check="", status=said[0], order=event.order,
            event=event.id, ordinal=ordinal, content=held, at=event.received_at, showing=known[1],
        )  # fmt: skip
        making.change([hold])
        if newest is not None:
            given = event.given if event.given is not None else newest.seq
            making.shown[target] = shown._replace(answered=(given, newest.id))


def _targets(making: Making, request: Request) -> list[Target]:
    """Under what the agency was shown what the request is about: as it decides, if it was."""
    recipient, part = making.event.recipient, request.event.part
    shown = [
        target
        for target, one in sorted(making.shown.items())
        if target.recipient == recipient and part in {"", target.part}
        if one.result != "withdrawn" and target.part != BOARD and not is_request(target.part)
    ]
    purposes = {holder.purpose for holder in request.deciding if holder.recipient == recipient}
    return [target for target in shown if target.purpose in purposes] or shown


def _newest(making: Making, target: Target) -> Delivered | None:
    """The newest delivery that was given to the agency before it answered."""
    return max(_given(making, target), key=lambda one: one.seq, default=None)


def _given(making: Making, target: Target) -> Iterator[Delivered]:
    given = making.event.given
    for one in making.dossier.delivered.values():
        if one.target == target and (given is None or one.seq <= given):
            yield one
