"""Boards and refusals on their way to those who are owed them.

A board goes out by rows and views like any document: whoever has a row for it is told when what
its view shows of it has changed. The role `submitter` is the sender of the live document.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.core.effects import Effects
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


def board_told(effects: Effects, last: Document | None, rules: Rules) -> Effects:
    """Tell everybody whose view of the board has changed; `last` is the document replied to."""
    tree = board_tree(effects.dossier)
    document = routing.Document(
        kind=effects.dossier.kind,
        package="board",
        body=tree,
        on=effects.event.received_at[:10],
        part=BOARD,
        overall=effects.dossier.overall,
    )
    version = effects.dossier.board_version + 1
    changed = False
    for result in decide(rules.book, document).results:
        cut = apply(rules.views[result.view], tree, result.matched).tree
        said = digest(orjson.dumps(cut, option=orjson.OPT_SORT_KEYS).hex())
        target = Target(BOARD, result.recipient, result.purpose)
        before = effects.dossier.sent.get(target)
        if before is not None and before.digest == said:
            continue
        changed = True
        delivery = "d_" + digest(effects.dossier.id, BOARD, version, *target)
        sent = Sent(version, said, (), delivery, "changed" if before else "new")
        effects = _noted(effects, target, sent, result, rules.digest)
        row = _board_row(effects, target, sent, (cut, last))
        if row is not None:
            effects = replace(effects, queue=(*effects.queue, row))
    if changed:
        dossier = replace(effects.dossier, board_version=version)
        effects = replace(effects, dossier=dossier)
    return effects


def _board_row(
    effects: Effects,
    target: Target,
    sent: Sent,
    what: tuple[Mapping[str, Any], Document | None],
) -> Row | None:
    """The queue's row: native for the sender, canonical for everybody else."""
    tree, last = what
    dossier, event = effects.dossier, effects.event
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
    effects: Effects, target: Target, sent: Sent, result: routing.Result, configuration: str
) -> Effects:
    row = {
        "dossier": effects.dossier.id,
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
        "at": effects.event.received_at,
    }
    dossier = replace(effects.dossier, sent={**effects.dossier.sent, target: sent})
    return replace(effects, dossier=dossier, decisions=(*effects.decisions, row))


def refused(event: Event, effects: Effects) -> Effects:
    """Tell the sender of a declined event what was wrong with it."""
    return replace(effects, queue=(*effects.queue, declined_row(event, effects.problems)))
