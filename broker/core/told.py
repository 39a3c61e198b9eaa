"""Boards and refusals on their way to those who are owed them.

A board goes out by rows and views like any document: whoever has a row for it is told when what
its view shows of it has changed. The role `submitter` is the sender of the live document.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.core.effects import Effects, Making
from broker.core.routed import Rules
from broker.dossiers.board import board_tree
from broker.model.dossier import BOARD, Document, Event, Sent, Target
from broker.model.records import digest
from broker.replies import payloads
from broker.replies.refusals import declined_row
from broker.routing import decision as routing
from broker.routing.match import decide
from broker.routing.view import apply
from broker.state.queue import Row

SUBMITTER = "submitter"


def board_told(making: Making, last: Document | None, rules: Rules) -> None:
    """Tell everybody whose view of the board has changed; `last` is the document replied to."""
    dossier = making.dossier
    tree = board_tree(dossier)
    document = routing.Document(
        kind=dossier.kind,
        package="board",
        body=tree,
        on=making.event.received_at[:10],
        part=BOARD,
        overall=dossier.overall,
    )
    version = dossier.board_version + 1
    for result in decide(rules.book, document).results:
        cut = apply(rules.views[result.view], tree, result.matched).tree
        said = hashlib.sha256(orjson.dumps(cut, option=orjson.OPT_SORT_KEYS)).hexdigest()
        target = Target(BOARD, result.recipient, result.purpose)
        before = making.sent.get(target)
        if before is not None and before.digest == said:
            continue
        delivery = "d_" + digest(dossier.id, BOARD, version, *target)
        sent = Sent(version, said, (), delivery, "changed" if before else "new")
        _noted(making, target, sent, result, rules.digest)
        row = _board_row(making, target, sent, (cut, last))
        if row is not None:
            making.queue.append(row)
        making.dossier = replace(making.dossier, board_version=version)


def _board_row(
    making: Making,
    target: Target,
    sent: Sent,
    what: tuple[Mapping[str, Any], Document | None],
) -> Row | None:
    """The queue's row: native for the sender, canonical for everybody else."""
    tree, last = what
    dossier, event = making.dossier, making.event
    recipient = target.recipient
    context: dict[str, Any] = {"trace": event.trace}
    if recipient == SUBMITTER:
        if last is None:
            return None
        recipient = last.sender
        context |= {
            "reply_to": last.submission, "message": last.message, "profile": last.profile,
            "status": dossier.overall, "version": sent.version, "party": last.party,
        }  # fmt: skip
    return Row(
        id=sent.delivery,
        subscription=recipient,
        dossier=dossier.id,
        part=BOARD,
        version=sent.version,
        recipient=recipient,
        purpose=target.purpose,
        what="reply" if target.recipient == SUBMITTER else "board",
        type="board.changed",
        payload=payloads.board(dossier.overall, sent.version, tree),
        context=orjson.dumps(context).decode(),
        created_at=event.received_at,
    )


def _noted(
    making: Making, target: Target, sent: Sent, result: routing.Result, configuration: str
) -> None:
    making.decisions.append(
        {
            "dossier": making.dossier.id,
            **target._asdict(),
            "version": sent.version,
            "result": sent.result,
            "digest": sent.digest,
            "elements": "[]",
            "rules": orjson.dumps(result.rules).decode(),
            "view": result.view,
            "because": orjson.dumps([result.because, result.legal_basis]).decode(),
            "withheld": "[]",
            "configuration": configuration,
            "delivery": sent.delivery,
            "at": making.event.received_at,
        }
    )
    making.sent[target] = sent


def refused(event: Event, effects: Effects) -> Effects:
    """Tell the sender of a declined event what was wrong with it."""
    return replace(effects, queue=(*effects.queue, declined_row(event, effects.problems)))
