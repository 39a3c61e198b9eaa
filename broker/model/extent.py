"""How much of a list a message holds, and how that is stored."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a list a message holds, by the message's own numbers.

    `declared`: how many elements it states or holds, whichever is more; `taken`: how many go on.
    `left_out`: the path of each element that does not, however many. `cut`: elements were left
    out, the message was truncated, its counts state more than was read, or it names an element
    that could not be identified: such a message removes no element of the version before it.
    `not_confirmed` (outgoing only, by the broker): elements that an earlier message named and this
    one did not, which therefore stay on the list; their paths are in the numbers of the dossier.
    """

    declared: int = 0
    taken: int = 0
    left_out: tuple[str, ...] = ()
    cut: bool = False
    not_confirmed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all that was declared was taken, and confirmed."""
        return not (self.cut or self.left_out or self.not_confirmed)


def extent_json(extent: Extent | None) -> dict[str, Any] | None:
    """The extent as it is stored; what is empty is left out."""
    if extent is None:
        return None
    return {name: value for name in _NAMES if (value := getattr(extent, name))}


_NAMES = tuple(field.name for field in fields(Extent))


def extent_of(stored: dict[str, Any] | None) -> Extent | None:
    """The extent that `extent_json` stored."""
    if stored is None:
        return None
    lists = {name: tuple(stored.get(name, ())) for name in ("left_out", "not_confirmed")}
    return Extent(**{**stored, **lists})
