"""Values of a message that have no place in the model; a long one is cut, and says how long."""

from dataclasses import dataclass

from broker.model.problem import PLACE_MAX, Place, cut_all

UNMAPPED_MAX = 4_000
"""Characters of a value: the file itself holds the rest."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """What has no place in the model: kept, classed sensitive, passed by no view."""

    place: Place
    path: str
    value: str

    def __post_init__(self) -> None:
        """Path and value are cut where they are longer than they may be."""
        cut_all(self, ("path",), PLACE_MAX)
        cut_all(self, ("value",), UNMAPPED_MAX)
