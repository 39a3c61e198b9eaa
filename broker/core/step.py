"""One event applied to one dossier: fold, then route, then tell. A pure function.

Fold   the event makes a version, an answer or nothing (`broker.dossiers`)
Route  the live documents are judged, each recipient's view is cut (`broker.routing`)
Tell   asks, boards and refusals go to those who are owed them (`broker.replies`)
"""

from dataclasses import replace

from broker.core.answered import answered
from broker.core.effects import Effects, Making
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
            made = _elapsed(dossier, event)
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
    making = Making(folded.dossier, event, folded.document)
    if folded.dossier.state == "withdrawn":
        gone = {part: document.version for part, document in dossier.live.items()}
        withdrawn(making, gone, rules)
    elif folded.document is not None:
        routed(making, folded.document, rules)
    return making


def _elapsed(dossier: Dossier, event: Event) -> Making | Effects:
    """A due time has come; one that no longer matters changes nothing."""
    after = elapsed(dossier, event.name)
    changed = [ask for ask in after.asks.values() if dossier.asks[ask.target] != ask]
    if not changed:
        return Effects(dossier, event, "repeated")
    making = Making(after, event)
    making.asked += changed
    return making


def _told(before: Dossier, making: Making, rules: Rules) -> None:
    """The overall status after the event, who is concerned by it, and the board's readers."""
    status = overall(making.settled())
    if status != before.overall:
        making.dossier = replace(making.dossier, overall=status)
        for document in making.dossier.live.values():
            rejudged(making, document, rules)
    board_told(making, _last(before, making), rules)


def _last(before: Dossier, making: Making) -> Document | None:
    """The document whose sender is owed the board: the live one, or what was just taken back."""
    if making.event.does == "withdraw":
        return _as_reply_to(before.live.get(making.event.part), making.event)
    return making.dossier.live.get("")


def _as_reply_to(document: Document | None, event: Event) -> Document | None:
    """A withdrawal is answered to the message that asked for it."""
    if document is None:
        return None
    return replace(
        document,
        submission=event.submission,
        message=event.message,
        sender=event.sender,
        profile=event.profile,
    )
