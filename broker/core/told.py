"""Boards and replies on their way to those who are owed them.

A board goes out by rows and views like any document. An agency with a row for it is sent it when
what its view passes of it has changed. The role `submitter` is the declarants: each message has
its own reply, about the elements that it named; a later change is sent as another reply, which
names the first.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from broker.core.confirmed import expect_confirmation
from broker.core.effects import Effects, Making, Why
from broker.core.rules import Rules
from broker.dossiers.board import Board, Reader, board_of, board_tree, declarant_tree, overall
from broker.dossiers.naming import names_in, names_of, scope_of
from broker.dossiers.standing import Entry, entries
from broker.model.dossier import BOARD, Document, Dossier, Event, Result, Shown, Target
from broker.model.events import body_of
from broker.model.extent import extent_json
from broker.model.lists import elements_at, lists_of
from broker.model.paths import element_key
from broker.model.problem import Problem
from broker.model.records import digest
from broker.replies import payloads
from broker.replies.refusals import Refused, declined_row, noted_row
from broker.routing import decision as routing
from broker.routing.match import decide
from broker.routing.view import View, apply
from broker.state.queue import Row

SUBMITTER = "submitter"
NOTED = "noted"
"""The status of a reply to a declarant who is not entitled to the board."""
FROM_DECLARANTS = frozenset(
    {"put", "merge", "patch", "close", "withdraw", "note", "present", "release"}
)


@dataclass(frozen=True, slots=True)
class Boards:
    """The board before and after an event."""

    before: Board
    after: Board


class ReplyTo(NamedTuple):
    """A message that is replied to, and how it names elements: path in the dossier -> its own.

    `only`: elements that the sender numbers are named too if they are in `names`, not otherwise.
    `gone`: its part was taken back; what happens to other parts is no longer its affair.
    """

    document: Document
    names: Mapping[str, str]
    own: bool
    only: bool = False
    gone: bool = False


def send_boards(making: Making, boards: Boards, rules: Rules) -> bool:
    """The board to each agency whose view of it has changed; whether any was sent."""
    document = board_document(making, boards.after)
    version, sent = making.board_version + 1, False
    for result in decide(rules.book, document).results:
        if result.recipient == SUBMITTER:
            continue
        cut = apply(rules.views[result.view], dict(document.body), result.matched).tree
        found = _digest(cut)
        target = Target(BOARD, result.recipient, result.purpose)
        before = making.shown.get(target)
        if before is not None and before.digest == found:
            continue
        delivery = "d_" + digest(making.dossier.id, BOARD, version, *target)
        others = [one for one in cut.get("Answer", ()) if one.get("AgencyID") != result.recipient]
        shown = Shown(version, found, delivery, "changed" if before else "new",
                      showing=version, vector=bytes.fromhex(_digest(others)[:16]))  # fmt: skip
        making.note(target, version, shown, Why(rules.digest, result))
        making.queue.append(_board_row(making, target, shown, cut))
        making.board_version, sent = version, True
    return sent


def send_replies(before: Dossier, making: Making, boards: Boards, rules: Rules) -> None:
    """The reply to the event's own message, and to each message whose board has changed."""
    document = board_document(making, boards.after)
    results = [
        result for result in decide(rules.book, document).results if result.recipient == SUBMITTER
    ]
    version = max(making.board_version, before.board_version + 1)  # one event, one version
    if not results:
        for reply in _without_board(before, making):
            row = _reply_row(making, reply, (version, "reply"), {"OverallStatusCode": NOTED})
            making.queue.append(row._replace(type=f"message.{NOTED}"))
        return
    view, why = rules.views[results[0].view], Why(rules.digest, results[0])
    for reply in _replies(before, making):
        change = _changed(boards, reply, view, making.event)
        if reply.own or change.is_new or reply.document.part in making.remarks:
            row = _reply_row(making, reply, (version, results[0].purpose), change.tree)
            making.queue.append(row)
            making.board_version = version
            target = Target(row.part, SUBMITTER, row.purpose)
            result: Result = "new" if reply.own else "changed"
            shown = Shown(version, _digest(change.tree), row.id, result)
            making.record(target, version, shown, why)
            if not reply.own:
                expect_confirmation(making, reply.document, row.id, rules)


def _without_board(before: Dossier, making: Making) -> Iterator[ReplyTo]:
    """Who is replied to where no board is shown: the own message, and those remarked on."""
    own = _own(before, making)
    if own is not None:
        yield own
    for part, document in making.dossier.live.items():
        if part in making.remarks:
            yield ReplyTo(document, {}, own=False)


class _Change(NamedTuple):
    """What a reader's view passes now, and whether that is another than before."""

    tree: Mapping[str, Any]
    is_new: bool


def _changed(boards: Boards, reply: ReplyTo, view: View, event: Event) -> _Change:
    """What came before the event is shown on both sides without what was news then."""
    scope = reply.names.get if reply.only else scope_of(reply.names, reply.document.package)
    reader = Reader(reply.document.part, scope, event.id)
    tree = apply(view, declarant_tree(boards.after, reader)).tree
    if reply.own:
        return _Change(tree, is_new=True)
    is_new = apply(view, declarant_tree(boards.before, reader)).tree != tree
    if is_new and reply.gone:
        part = reply.document.part
        is_new = _collect_answers(boards.before, part) != _collect_answers(boards.after, part)
    return _Change(tree, is_new)


def _collect_answers(board: Board, part: str) -> dict[Target, list[Entry]]:
    """What is answered about a part."""
    return {
        target: list(entries(standing))
        for target, standing in board.standings.items()
        if target.part == part
    }


def _replies(before: Dossier, making: Making) -> Iterator[ReplyTo]:
    """The messages that are replied to: the event's own first, then those that are live."""
    event = making.event
    own = _own(before, making)
    if own is not None:
        yield own
    dossier = making.dossier
    for document in (*dossier.live.values(), *dossier.messages.values()):
        same = (document.submission, document.message) == (event.submission, event.message)
        if not same:
            names = names_of(document, dossier)
            older = (document.part, document.version) in dossier.messages
            if names or not older:
                yield ReplyTo(document, names, own=False)
    yield from _replies_of_gone(before, making)


def _replies_of_gone(before: Dossier, making: Making) -> Iterator[ReplyTo]:
    """The messages whose parts were taken back: earlier, by a grant, or with the whole."""
    event, dossier = making.event, making.dossier
    for part, document in before.gone.items():
        if part in dossier.gone:
            yield ReplyTo(document, {}, own=False, gone=True)
    if event.does == "answer":  # it has granted what takes these parts back
        for document in {one.event: one for one in making.taken}.values():
            yield ReplyTo(document, {}, own=False)
    if event.does == "withdraw":
        for part, document in before.live.items():
            withdrawn = part not in dossier.live and (part == event.part or not event.part)
            if withdrawn and document.party != event.party:
                yield ReplyTo(document, {}, own=False)


def _own(before: Dossier, making: Making) -> ReplyTo | None:
    """The event's own message, if it is one of a declarant and this event is replied to."""
    event, folded = making.event, making.folded
    if event.does not in FROM_DECLARANTS or not event.replies or folded is None:
        return None
    part = event.part
    if event.does == "withdraw" and not part and before.live:
        part = min(before.live)
    known = folded.document or making.dossier.live.get(part) or before.live.get(part)
    document = Document(
        part=part,
        version=known.version if known else 0,
        id="",
        package=known.package if known else event.package,
        digest="",
        order=event.order,
        submission=event.submission,
        message=event.message,
        event=event.id,
        sender=event.sender,
        party=event.party,
        profile=event.profile,
        received_at=event.received_at,
        payload=b"",
        extent=folded.extent,
    )
    if folded.outcome == "late":
        return ReplyTo(document, _as_lodged(making, part), own=True, only=True)
    return ReplyTo(document, names_in(folded.named), own=True)


def _as_lodged(making: Making, part: str) -> dict[str, str]:
    """The elements of a late message that the live version holds as this message says them."""
    live = making.dossier.live[part]
    names = {}
    tree = body_of(live.payload)
    for each in lists_of(live.package):
        known = elements_at(tree, each.steps)
        for at, element in enumerate(elements_at(making.event.body, each.steps), 1):
            if element in known:
                path = f"{each.path}[{element_key(element, at)}]"
                names[path] = path
    return names


def board_document(making: Making, board: Board) -> routing.Document:
    """The board as routing sees it."""
    dossier = making.dossier
    return routing.Document(
        kind=dossier.kind,
        package="board",
        body=board_tree(board, dossier.overall),
        on=making.event.received_at[:10],
        part=BOARD,
        overall=dossier.overall,
    )


def boards_of(before: Dossier, making: Making) -> Boards:
    """The board before the event, and now."""
    return Boards(board_of(before), board_of(making.state()))


def refresh_overall(making: Making) -> Board:
    """The overall status as it is now, put into the dossier."""
    board = board_of(making.state())
    making.dossier = replace(making.dossier, overall=overall(board))
    return board


def _digest(tree: Any) -> str:
    return hashlib.sha256(orjson.dumps(tree, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _board_row(making: Making, target: Target, shown: Shown, tree: Mapping[str, Any]) -> Row:
    """The board for an agency: canonical."""
    event = making.event
    status = str(tree.get("OverallStatusCode", ""))  # what the view withholds is shown nowhere
    return Row(
        id=shown.delivery,
        subscription=target.recipient,
        dossier=making.dossier.id,
        part=target.part,
        version=shown.version,
        recipient=target.recipient,
        purpose=target.purpose,
        what="board",
        type="board.changed",
        payload=payloads.board(status, shown.version, tree),
        context=orjson.dumps({"trace": event.trace}).decode(),
        created_at=event.received_at,
    )


def _reply_row(
    making: Making, reply: ReplyTo, numbered: tuple[int, str], tree: Mapping[str, Any]
) -> Row:
    """The reply to one message, written in its own syntax when it is rendered."""
    document, event = reply.document, making.event
    version, purpose = numbered
    status = str(tree.get("OverallStatusCode", ""))
    context: dict[str, Any] = {
        "trace": event.trace,
        "reply_to": document.submission,
        "message": document.message,
        "status": status,
        "version": version,
        "party": document.party,
        "elements": dict(reply.names),
        "extent": extent_json(document.extent),
    }
    delivery = own_reply_id(document)
    problems = making.problems if reply.own else making.remarks.get(document.part, ())
    if not reply.own:
        context["changes"] = delivery
        delivery = "d_" + digest(making.dossier.id, BOARD, version, document.event, event.id)
    part = f"{BOARD}/{document.part}" if document.part else BOARD
    return Row(
        id=delivery,
        subscription=document.sender,
        dossier=making.dossier.id,
        part=part,
        version=version,
        recipient=document.sender,
        purpose=purpose,
        what="reply",
        type="board.changed",
        payload=payloads.board(status, version, tree, problems),
        context=orjson.dumps(context).decode(),
        created_at=event.received_at,
    )


def own_reply_id(document: Document) -> str:
    """The id of the reply to a message: the hash of event and sender, so that it is sent once."""
    return "d_" + digest(document.event, document.sender, "reply")


def note_to_sender(event: Event, problems: Sequence[Problem]) -> Row:
    """These things are odd about a message that is applied."""
    whom = Refused(event.submission, event.message, event.sender, event.party,
                   event.received_at, event.trace, event.id)  # fmt: skip
    return noted_row(whom, problems, event.references)


def decline(event: Event, effects: Effects) -> Effects:
    """Tell the sender of a declined event what was wrong with it."""
    return replace(effects, queue=(*effects.queue, declined_row(event, effects.problems)))
