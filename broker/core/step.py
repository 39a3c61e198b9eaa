"""One event applied to one dossier: fold, then route, then tell. A pure function.

Fold   the event makes a version, an answer or nothing (`broker.dossiers`)
Route  the live documents are judged, each recipient's view is cut (`broker.routing`)
Tell   asks, boards and refusals go to those who are owed them (`broker.replies`)
"""

from dataclasses import replace

from broker.core.answered import answered
from broker.core.effects import Effects
from broker.core.routed import Rules, routed, withdrawn
from broker.core.told import board_told, refused
from broker.dossiers.board import elapsed, overall
from broker.dossiers.fold import fold
from broker.model.dossier import Document, Dossier, Event
from broker.routing.match import judges_overall


def step(dossier: Dossier, event: Event, rules: Rules) -> Effects:
    """What this event does to this dossier; declined events leave it as it was."""
    match event.does:
        case "answer":
            effects = answered(dossier, event, rules)
        case "elapsed":
            effects = _elapsed(dossier, event)
        case _:
            effects = _folded(dossier, event, rules)
    if effects.outcome == "declined":
        return refused(event, effects)
    if effects.outcome != "applied":
        return effects
    return _told(dossier, effects, rules)


def _folded(dossier: Dossier, event: Event, rules: Rules) -> Effects:
    folded = fold(dossier, event)
    effects = Effects(
        folded.dossier, event, folded.outcome, folded.problems, document=folded.document
    )
    if folded.outcome != "applied":
        return effects
    if folded.dossier.state == "withdrawn":
        gone = {part: document.version for part, document in dossier.live.items()}
        return withdrawn(effects, gone, rules)
    return routed(effects, folded.document, rules) if folded.document else effects


def _elapsed(dossier: Dossier, event: Event) -> Effects:
    """A due time has come; one that no longer matters changes nothing."""
    after = elapsed(dossier, event.name)
    changed = tuple(ask for ask in after.asks.values() if dossier.asks[ask.target] != ask)
    return Effects(after, event, "applied" if changed else "repeated", asks=changed)


def _told(before: Dossier, effects: Effects, rules: Rules) -> Effects:
    """The overall status after the event, who is concerned by it, and the board's readers."""
    status = overall(effects.dossier)
    if status != before.overall:
        effects = replace(effects, dossier=replace(effects.dossier, overall=status))
        for document in effects.dossier.live.values():
            if judges_overall(rules.book, effects.dossier.kind, document.package):
                effects = routed(effects, document, rules)
    return board_told(effects, _last(before, effects), rules)


def _last(before: Dossier, effects: Effects) -> Document | None:
    """The document whose sender is owed the board: the live one, or what was just taken back."""
    if effects.event.does == "withdraw":
        return _as_reply_to(before.live.get(effects.event.part), effects.event)
    return effects.dossier.live.get("")


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
