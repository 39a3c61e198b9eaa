"""One event applied to one dossier: fold, then route, then tell. A pure function.

Fold   the event makes a version, an answer or nothing (`broker.dossiers`)
Route  the live documents are judged, each recipient's view is cut (`broker.routing`)
Tell   asks, boards and refusals go to those who are owed them (`broker.replies`)
"""

from dataclasses import replace

from broker.core.answered import answered
from broker.core.effects import Effects, Making
from broker.core.noted import lacking, noted
from broker.core.routed import Rules, rejudged, routed, withdrawn
from broker.core.told import board_told, refused
from broker.dossiers.board import elapsed, overall
from broker.dossiers.fold import fold
from broker.model.dossier import Document, Dossier, Event


def step(dossier: Dossier, event: Event, rules: Rules) -> Effects:
    """What this event does to this dossier; declined events leave it as it was."""
    match event.does:
        case "answer":
            made = answered(dossier, event, rules)
        case "elapsed":
            made = _elapsed(dossier, event, rules)
        case _:
            made = _folded(dossier, event, rules)
    if isinstance(made, Making):
        _told(dossier, made, rules)
        return made.effects()
    return refused(event, made) if made.outcome == "declined" else made


def _folded(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    folded = fold(dossier, event)
    if folded.outcome != "applied":
        return Effects(folded.dossier, event, folded.outcome, folded.problems, folded.document)
    making = Making(folded.dossier, event, folded.document, folded.problems)
    if folded.dossier.state == "withdrawn":
        gone = {part: document.version for part, document in dossier.live.items()}
        withdrawn(making, gone, rules)
    elif folded.document is not None and folded.document.state == "withdrawn":
        withdrawn(making, {event.part: dossier.live[event.part].version}, rules)
    elif folded.document is not None:
        routed(making, folded.document, rules)
    noted(dossier, making, rules)
    return making


def _elapsed(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """A due time has come; one that no longer matters changes nothing."""
    making = Making(elapsed(dossier, event.name), event)
    making.asked += [ask for ask in making.asks.values() if dossier.asks[ask.target] != ask]
    lacking(making, rules)
    return making if making.asked or making.queue else Effects(dossier, event, "repeated")


def _told(before: Dossier, making: Making, rules: Rules) -> None:
    """The overall status after the event, who is concerned by it, and the board's readers."""
    status = overall(making.dossier, making.asks)
    if status != before.overall:
        making.dossier = replace(making.dossier, overall=status)
        for document in making.dossier.live.values():
            rejudged(making, document, rules)
    board_told(making, _readers(before, making), rules)


def _readers(before: Dossier, making: Making) -> tuple[Document, ...]:
    """The documents whose senders are owed the board: the live ones, or what was taken back."""
    event = making.event
    if event.does != "withdraw":
        return tuple(making.dossier.live.values())
    gone = [one for part, one in before.live.items() if part == event.part or not event.part]
    stays = [one for one in making.dossier.live.values() if one not in gone]
    return (*(_as_reply_to(one, event) for one in gone), *stays)


def _as_reply_to(document: Document, event: Event) -> Document:
    """A withdrawal is answered to the message that asked for it."""
    return replace(
        document,
        submission=event.submission,
        message=event.message,
        sender=event.sender,
        profile=event.profile,
    )
