"""What an operator should know of an event, as values: the station logs and counts them.

    no_decider    no recipient decides what the table of a profile asks: a row is missing
    none_open     an authority has granted or refused, natively, and no request is open
    differs       an authority's correction is not what it has granted before, or overtakes a
                  request that is open
    not_applied   an authority's correction cannot be applied to the version in force

Rules
    Ids, names of the configuration and codes; never a value of a message.
"""

from broker.core.effects import Signal
from broker.dossiers.folded import with_fact, without_fact
from broker.model.dossier import REQUESTED, Document, Dossier, Event

_GRANTED = "granted/"
"""How a fact begins that names the version of a part that an authority has granted."""

_DECIDED = frozenset({"granted", "refused"})


def no_decider(event: Event, purpose: str, table: str) -> Signal:
    """What the sender asks for is refused, because no recipient is there to decide it."""
    does = REQUESTED.get(event.does, event.does)
    more = {"does": does, "purpose": purpose, "table": table}
    return Signal("no_decider", _about(event) | more)


def none_open(event: Event) -> tuple[Signal, ...]:
    """A native code that says nothing but how a request is decided, where none is open."""
    for content in event.body.get("Answer") or ():
        decided = {row.get("StatusCode") for row in content.get("RequestStatus", ())} & _DECIDED
        if decided and not content.get("StatusCode"):
            more = {"recipient": event.recipient, "status": min(decided)}
            return (Signal("none_open", _about(event) | more),)
    return ()


def differing(event: Event, *, applied: bool) -> Signal:
    """A correction that leaves something else than was granted or asked, or cannot be applied."""
    about = _about(event) | {"recipient": event.recipient}
    return Signal("differs" if applied else "not_applied", about)


def with_grant(dossier: Dossier, document: Document) -> Dossier:
    """The dossier that knows that this version of a part is one that was granted."""
    known = [fact for fact in dossier.facts.get(document.part, ()) if fact.startswith(_GRANTED)]
    for fact in known:
        dossier = without_fact(dossier, document.part, fact)
    return with_fact(dossier, document.part, f"{_GRANTED}{document.version}")


def is_granted(dossier: Dossier, part: str, version: int) -> bool:
    """Whether this version of a part is one that was granted."""
    return f"{_GRANTED}{version}" in dossier.facts.get(part, ())


def _about(event: Event) -> dict[str, str]:
    return {"dossier": event.dossier, "kind": event.kind, "event_id": event.id}
