"""Boards and refusals on their way to those who are owed them.

A board goes out by rows and views like any document: whoever has a row for it is told when what
its view shows of it has changed. The role `submitter` is the sender of the live document.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from broker.core.effects import Effects, Making, Why
from broker.core.routed import Rules
from broker.dossiers.board import board_tree, declarant_tree
from broker.model.dossier import BOARD, Document, Event, Sent, Target
from broker.model.records import digest
from broker.replies import payloads
from broker.replies.refusals import declined_row
from broker.routing import decision as routing
from broker.routing.match import decide
from broker.routing.view import apply
from broker.state.queue import Row

SUBMITTER = "submitter"


def board_told(making: Making, readers: Sequence[Document], rules: Rules) -> None:
    """Tell everybody whose view of the board has changed.

    `readers` are the documents that the declarants are replied to, each about its own part.
    """
    dossier = making.dossier
    document = routing.Document(
        kind=dossier.kind,
        package="board",
        body=board_tree(dossier),
        on=making.event.received_at[:10],
        part=BOARD,
        overall=dossier.overall,
    )
    version = making.board_version + 1
    for result in decide(rules.book, document).results:
        if result.recipient != SUBMITTER:
            _board_for(making, _Reader(result, BOARD, document.body, None), version, rules)
            continue
        for one in readers:
            part = f"{BOARD}/{one.part}" if one.part else BOARD
            tree = declarant_tree(dossier, making.asks, one.part)
            _board_for(making, _Reader(result, part, tree, one), version, rules)


class _Reader(NamedTuple):
    """Who is told of the board, under which part name, what of it, and in reply to what."""

    result: routing.Result
    part: str
    tree: Mapping[str, Any]
    reply_to: Document | None


def _board_for(making: Making, reader: _Reader, version: int, rules: Rules) -> None:
    """The board for one reader, if its view of it has changed."""
    result = reader.result
    cut = apply(rules.views[result.view], dict(reader.tree), result.matched).tree
    said = hashlib.sha256(orjson.dumps(cut, option=orjson.OPT_SORT_KEYS)).hexdigest()
    target = Target(reader.part, result.recipient, result.purpose)
    before = making.sent.get(target)
    if before is not None and before.digest == said:
        return
    delivery = "d_" + digest(making.dossier.id, BOARD, version, *target)
    sent = Sent(version, said, (), delivery, "changed" if before else "new")
    making.note(target, version, sent, Why(rules.digest, result))
    making.queue.append(_board_row(making, target, sent, (cut, reader.reply_to)))
    making.board_version = version


def _board_row(
    making: Making,
    target: Target,
    sent: Sent,
    what: tuple[Mapping[str, Any], Document | None],
) -> Row:
    """The queue's row: native for the sender, canonical for everybody else."""
    tree, last = what
    status = str(tree.get("OverallStatusCode", ""))  # what the view withholds is told nowhere
    dossier, event = making.dossier, making.event
    recipient = target.recipient
    context: dict[str, Any] = {"trace": event.trace}
    if last is not None:
        recipient = last.sender
        context |= {
            "reply_to": last.submission, "message": last.message, "profile": last.profile,
            "status": status, "version": sent.version, "party": last.party,
            "document": [last.part, last.version],
        }  # fmt: skip
    return Row(
        id=sent.delivery,
        subscription=recipient,
        dossier=dossier.id,
        part=target.part,
        version=sent.version,
        recipient=recipient,
        purpose=target.purpose,
        what="reply" if last is not None else "board",
        type="board.changed",
        payload=payloads.board(status, sent.version, tree),
        context=orjson.dumps(context).decode(),
        created_at=event.received_at,
    )


def refused(event: Event, effects: Effects) -> Effects:
    """Tell the sender of a declined event what was wrong with it."""
    return replace(effects, queue=(*effects.queue, declined_row(event, effects.problems)))
