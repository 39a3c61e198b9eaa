"""Whose a part is: what a public name in a reference gives to whom, and where others stand.

Rules
    A reference may hold a code that a party owns (`Scheme.owned`). Its owner lodges the parts of
    the dossier by their names. Any other party lodges parts only as the table of the kind allows
    (`Kind.joining`): in parts of its own, which have a number behind their name (`crew~2`) and
    which nothing of the owner's waits for, is compared with or is replaced by.
    Whoever has lodged a part goes on with that one, where it may lodge such a part at all.
    A reference that holds no code is of whoever lodges under it first.
What does not belong
    What happens to dossiers and readers when another party joins (`broker.core.joined`).
"""

from collections.abc import Iterator

from broker.adapter import Kind
from broker.model.dossier import Document, Dossier, Event
from broker.model.owned import Joining, Owners

LODGES = frozenset({"put", "merge"})
NOT_YOURS, OWNER_LODGED = "reference.not-yours", "reference.owner-lodged"
_MARK = "~"


def is_refused(event: Event, kind: Kind | None, owners: Owners) -> bool:
    """Whether an event lodges what its party may not lodge under this reference at all."""
    if event.does not in LODGES or kind is None:
        return False
    return joining_of(kind, event.part) == "refused" and is_stranger(event, kind, owners)


def is_stranger(event: Event, kind: Kind | None, owners: Owners) -> bool:
    """Whether another party, or none, owns a code in the references of an event."""
    return any(party != event.party for party in _owners_of(event, kind, owners))


def is_owner_by_code(event: Event, kind: Kind | None, owners: Owners) -> bool:
    """Whether the party of an event owns all codes in its references, and there is one."""
    found = list(_owners_of(event, kind, owners))
    return bool(found) and all(party == event.party for party in found)


def _owners_of(event: Event, kind: Kind | None, owners: Owners) -> Iterator[str]:
    """Who owns each code in the references; "": none does."""
    governed = {one.name: one.owned for one in kind.schemes if one.owned} if kind else {}
    for scheme, value in event.references:
        owned = governed.get(scheme)
        code = owned.code_in(value) if owned else None
        if owned and code:
            yield owners.get((owned.codes, code), "")


def joining_of(kind: Kind, part: str) -> Joining:
    """What becomes of a part of this name that another party lodges."""
    return kind.joining.get(part, "refused")


def base_of(part: str) -> str:
    """The name of a part, without the number of a party beside its owner."""
    return part.partition(_MARK)[0]


def is_beside(part: str) -> bool:
    """Whether a part is one of a party that joined: it stands beside the owner's."""
    return _MARK in part


def part_of(dossier: Dossier, party: str, base: str) -> str | None:
    """The part of this name that the party has lodged, taken back or not."""
    lodged: dict[str, Document] = {**dossier.gone, **dossier.live}
    mine = [part for part, one in lodged.items() if one.party == party and base_of(part) == base]
    return max(mine, key=lambda part: (part in dossier.live, part == base), default=None)


def next_part(dossier: Dossier, base: str) -> str:
    """The name of the next part beside that of the owner."""
    taken = {part for part in dossier.versions if base_of(part) == base} - {base}
    return f"{base}{_MARK}{len(taken) + 2}"


def parts_beside(dossier: Dossier, base: str) -> dict[str, Document]:
    """The live parts of parties that joined, of this name."""
    return {
        part: one for part, one in dossier.live.items() if is_beside(part) and base_of(part) == base
    }
