"""Changes that a later message of their sender has overtaken: they are late, and not applied.

Rules
    Only an event that may have been overtaken is looked at (`Event.overtaken`): a change that was
    lodged before its put, and waited for it, is older than the put and is meant for it.
    What changes or takes back a part is late where that part says what a later message of the same
    party says. Of a dossier of many parts the older ones are taken back all the same.
    A closing is never late: it says that nothing more is expected, and not what is.
"""

from broker.model.dossier import Document, Dossier, Event

CHANGES = frozenset({"merge", "patch", "withdraw"})


def is_newer(live: Document, event: Event) -> bool:
    """Whether a version says what its party lodged after this event."""
    return event.overtaken and live.party == event.party and live.order > event.order


def find_newer(dossier: Dossier, event: Event) -> Document | None:
    """The version in force that makes this change late, if any does."""
    if not event.overtaken or event.does not in CHANGES:
        return None
    live = dossier.live.get(event.part)
    if live is not None:
        return live if is_newer(live, event) else None
    own = [one for one in dossier.live.values() if one.party == event.party]
    if event.does != "withdraw" or event.part or not own:
        return None
    return own[0] if all(is_newer(one, event) for one in own) else None
