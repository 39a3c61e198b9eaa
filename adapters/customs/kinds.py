"""What the customs family brings in: its adapters, and the kind of dossier they open.

A declaration is known by its LRN, which its declarant gives and which names it within the party of
the declarant, and by its MRN, which customs gives and which names it everywhere.
"""

from datetime import timedelta

from adapters.customs.sample_declaration import compose
from adapters.customs.wco_dec import PACKAGE, WcoDec
from adapters.customs.wco_res import WcoRes
from adapters.request_json import RequestJson, form_schemas
from broker.adapter import Family, Kind, Scheme

DECLARATION = Kind(
    name="declaration",
    schemes=(
        Scheme("LRN", opens=True, binds=("sender",), scope="party", reuse_after=timedelta(365)),
        Scheme("MRN", opens=False, binds=("agency",)),
    ),
)


def family() -> Family:
    """The family as its entry point names it."""
    adapters = (WcoDec(), WcoRes(), RequestJson("customs", DECLARATION.name, {"": PACKAGE}))
    return Family(
        "customs", adapters, (DECLARATION,), {"declaration": compose}, schemas=form_schemas()
    )
