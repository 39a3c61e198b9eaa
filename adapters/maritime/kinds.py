"""What the maritime family brings in: its adapters, and the kind of dossier they open.

A visit is one call of a ship at a port. It is opened by the General Declaration, whose CALL names
it within the party of the declarant. The broker gives it an id (VISIT), returned to the declarant,
by which others join their lists to it; the voyage number does the same within one party.
"""

from datetime import timedelta

from adapters.maritime import fal1, list_problems
from adapters.maritime.across import across
from adapters.maritime.fal1 import ARRIVAL, DEPARTURE, Fal1
from adapters.maritime.fal5 import Fal5
from adapters.maritime.list_problems import PART
from adapters.maritime.sample_visit import compose_fal1, compose_fal5, flawed
from adapters.request_json import RequestJson, form_schemas
from broker.adapter import Family, Kind, Part, Scheme

VISIT = Kind(
    name="visit",
    schemes=(
        Scheme("CALL", opens=True, binds=("sender",), scope="party"),
        Scheme("VISIT", opens=False, binds=("broker",), joins=True),
        Scheme("VOYAGE", opens=False, binds=("sender",), scope="party", newest=True),
    ),
    parts=(Part(ARRIVAL), Part(DEPARTURE), Part(PART)),
    unresolved_for=timedelta(hours=72),
    across=across,
    names="VISIT",
    arrives="BorderTransportMeans.ArrivalDateTime",
)

PACKAGES = {
    ARRIVAL: fal1.PACKAGE, DEPARTURE: fal1.PACKAGE, PART: list_problems.PACKAGE,
}  # fmt: skip
"""By part: the package of its form."""


def family() -> Family:
    """The family as its entry point names it."""
    samples = {"fal1": compose_fal1, "fal5": compose_fal5}
    adapters = (Fal1(), Fal5(), RequestJson("maritime", VISIT.name, PACKAGES))
    return Family("maritime", adapters, (VISIT,), samples, flawed, form_schemas())
