"""Silence that counts from an arrival: from which moment, and anew when that is known otherwise.

Rules
    The arrival that was reported counts, of the part or of the whole; where none was, the one that
    a live document gives (an estimate). Silence counts from it or from the acknowledgement,
    whichever is later.
    A moment that has been set already is moved when the arrival is reported, or another. Before
    the acknowledgement there is none to move: it is set then, and looked at when it comes.
"""

from datetime import timedelta

from broker.clock import parse_stamp
from broker.core.asking import later
from broker.core.effects import Making
from broker.core.late import end_of
from broker.core.rules import Rules
from broker.dossiers.board import silence_name
from broker.dossiers.reported import arrived_at
from broker.model.dossier import Dossier
from broker.model.events import body_of
from broker.state.due import Counted, Due


def count_anew(before: Dossier, making: Making, rules: Rules) -> None:
    """Move the silences that count from an arrival, where this event has changed it."""
    dossier = making.dossier
    same_facts, same_documents = dossier.facts == before.facts, dossier.live == before.live
    if same_facts and same_documents:
        return
    for ask in making.asks.values():
        if not (ask.counts and ask.silence == "release" and ask.counted_from == "arrival"):
            continue
        known, now = (arrival_of(one, ask.target.part, rules) for one in (before, dossier))
        if now is not None and now != known:
            at = later(now, timedelta(seconds=ask.within_s))
            moment = Due(dossier.id, silence_name(ask), at, dossier.kind)
            making.counted.append(Counted(moment, ask.within_s))


def arrival_of(dossier: Dossier, part: str, rules: Rules) -> str | None:
    """When the goods or persons have arrived, or arrive, as far as that is known."""
    if reported := arrived_at(dossier, part):
        return reported
    kind = rules.kinds.get(dossier.kind)
    if kind is None or not kind.arrives:
        return None
    for document in dossier.live.values():
        at = body_of(document.payload)
        for step in kind.arrives.split("."):
            at = at.get(step) if isinstance(at, dict) else None  # type: ignore[assignment]
        moment = end_of(at) if isinstance(at, str) else None
        if moment is not None and parse_stamp(moment):
            return moment
    return None
