"""What the postal family brings in: its adapters, and the kind of dossier they open.

An item is known by its identifier and its date of posting: numbers are used again. An agency may
say the number alone; the broker finds the live item.

An identifier belongs to the post that issued it: the operator of the country at its end. No other
party lodges anything under it. An identifier that is not an S10 names no country, and is of whoever
lodges it first.
"""

from datetime import timedelta

from adapters.postal.item_json import ItemJson
from adapters.postal.item_schema import published
from adapters.postal.itmatt import Itmatt
from adapters.postal.sample_item import compose, compose_flawed, compose_lines
from adapters.postal.tables import PACKAGE
from adapters.request_json import RequestJson, form_schema
from broker.adapter import Family, Kind, Owned, Scheme

ITEM = Kind(
    name="item",
    schemes=(
        Scheme(
            "S10",
            opens=True,
            binds=("sender",),
            reuse_after=timedelta(365),
            dated=True,
            owned=Owned("operator", shape="[A-Z]{2}", before="[A-Z]{2}[0-9]{9}", behind="/"),
        ),
    ),
    joining={"": "refused"},
)


def family() -> Family:
    """The family as its entry point names it."""
    return Family(
        "postal",
        (Itmatt(), ItemJson(), RequestJson("postal", ITEM.name, {"": PACKAGE})),
        (ITEM,),
        {"itmatt": compose, "items": compose_lines},
        compose_flawed,
        {
            **{kind: published() for kind in ItemJson.content_types},
            **{kind: {"anyOf": [published(), form_schema()]} for kind in RequestJson.content_types},
        },
    )
