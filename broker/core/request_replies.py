"""Replies about requests: what is registered, and how each ended, in its sender's own syntax.

The reply to a request is about the request alone: its number and state, what its deciders
answered, and why it was refused. The status of the declaration is not part of it.
"""

from typing import Any

import orjson

from broker.core.effects import Making, RequestReply
from broker.core.rules import Rules
from broker.core.told import SUBMITTER, board_document
from broker.dossiers.board import board_of, request_tree
from broker.model.dossier import BOARD
from broker.model.records import digest
from broker.replies import payloads
from broker.routing.match import decide
from broker.routing.view import apply
from broker.state.queue import Row


def send_request_replies(making: Making, rules: Rules) -> None:
    """The reply to each request that began, ended, or was answered by this event."""
    if not making.replies:
        return
    document = board_document(making, board_of(making.state()))
    results = [one for one in decide(rules.book, document).results if one.recipient == SUBMITTER]
    for reply in making.replies:
        tree: dict[str, Any] = _tree(reply)
        if results:
            tree = apply(rules.views[results[0].view], tree).tree
        else:
            tree = {"Request": tree["Request"]}
        purpose = results[0].purpose if results else "reply"
        making.queue.append(_row(making, reply, tree, purpose))


def _tree(reply: RequestReply) -> dict[str, Any]:
    answers = [
        {"AgencyID": answer.recipient, "PurposeCode": answer.purpose, "Part": answer.part,
         **{name: leaf for name, leaf in answer.content.items() if name != "RequestStatus"}}
        for answer in reply.answers
    ]  # fmt: skip
    return {"Request": [request_tree(reply.request)], "Answer": answers}


def _row(making: Making, reply: RequestReply, tree: dict[str, Any], purpose: str) -> Row:
    request, event = reply.request, making.event
    about = event if reply.own else request.event
    status = f"request_{request.state}"
    own = "d_" + digest(about.id, about.sender, "reply")
    context: dict[str, Any] = {
        "trace": event.trace,
        "reply_to": about.submission,
        "message": about.message,
        "status": status,
        "version": 0,
        "party": about.party,
        "request": request_tree(request),
    }
    delivery = own
    if not reply.own:
        context["changes"] = own
        delivery = "d_" + digest(request.event.id, event.id, "reply")
    problems = (*making.problems, *reply.problems) if reply.own else reply.problems
    return Row(
        id=delivery,
        subscription=about.sender,
        dossier=making.dossier.id,
        part=f"{BOARD}/{request.part}",
        version=0,
        recipient=about.sender,
        purpose=purpose,
        what="reply",
        type=f"request.{request.state.replace('_', '-')}",
        payload=payloads.board(status, 0, tree, problems),
        context=orjson.dumps(context).decode(),
        created_at=event.received_at,
    )
