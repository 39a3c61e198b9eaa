"""One event applied to one dossier: fold, then route, then tell. A pure function.

Fold   the event makes a version, an answer or nothing (`broker.dossiers`)
Route  the live documents are judged, each recipient's view is cut (`broker.routing`)
Tell   asks, boards and replies go to those who are owed them (`broker.replies`)
"""

from broker.core.answered import answer
from broker.core.confirmed import confirm, confirmed_reply
from broker.core.effects import Effects, Making
from broker.core.noted import lacking, note_oddities
from broker.core.passed_time import elapse
from broker.core.removed import obey, return_answers
from broker.core.routed import rejudge, rejudge_wide, route, withdraw
from broker.core.rules import Rules
from broker.core.told import (
    Boards,
    decline,
    note_to_sender,
    refresh_overall,
    send_boards,
    send_replies,
)
from broker.dossiers.board import board_of
from broker.dossiers.fold import Folded, fold
from broker.model.dossier import Dossier, Event

REPLIED = frozenset({"applied", "repeated", "late"})


def step(dossier: Dossier, event: Event, rules: Rules) -> Effects:
    """What this event does to this dossier; declined events leave it as it was."""
    match event.does:
        case "answer":
            made = answer(dossier, event, rules)
        case "note" if confirmed_reply(event):
            made = confirm(dossier, event)
        case "elapsed":
            made = _elapse(dossier, event, rules)
        case _:
            made = _fold(dossier, event, rules)
    if isinstance(made, Making):
        _tell(dossier, made, rules)
        return made.effects()
    return decline(event, made) if made.outcome == "declined" else made


def _fold(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    if event.id in dossier.outcomes:
        return Effects(dossier, event, "repeated")
    folded = fold(dossier, event)
    if folded.outcome not in REPLIED:
        return Effects(folded.dossier, event, folded.outcome, folded.problems, folded.document)
    making = Making(folded.dossier, event, folded)
    if folded.outcome == "applied":
        _route(dossier, making, folded, rules)
    note_oddities(dossier, making, rules)
    return making


def _route(before: Dossier, making: Making, folded: Folded, rules: Rules) -> None:
    event, document = making.event, folded.document
    if folded.dossier.state == "withdrawn":
        gone = {part: one.version for part, one in before.live.items()}
        withdraw(making, gone, rules)
    elif document is not None and document.state == "withdrawn":
        withdraw(making, {event.part: before.live[event.part].version}, rules)
        rejudge_wide(making, rules)
    elif document is not None:
        obey(making, before.live.get(document.part), rules)
        return_answers(making, document)
        route(making, document, before.live.get(document.part), rules)
        rejudge_wide(making, rules)


def _elapse(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """A due time has come; one that no longer matters changes nothing."""
    making = Making(dossier, event)
    changes = elapse(making, rules)
    lacking(making, rules)
    return making if changes or making.queue else Effects(dossier, event, "repeated")


def _tell(before: Dossier, making: Making, rules: Rules) -> None:
    """The overall status after the event, who is concerned by it, and the board's readers."""
    known = board_of(before)
    board = refresh_overall(making)
    if making.dossier.overall != before.overall:
        for document in making.dossier.live.values():
            rejudge(making, document, rules)
        board = refresh_overall(making)
    while send_boards(making, Boards(known, board), rules) and rejudge_wide(making, rules):
        board = refresh_overall(making)
    send_replies(before, making, Boards(known, board), rules)
    if making.event.does == "answer" and making.problems:
        making.queue.append(note_to_sender(making.event, making.problems))
