"""Offices, countries and regions are public."""

import inspect

from broker.model import places
from broker.model.packages import fields_of


def test_offices_and_countries_are_public():
    """No office, destination, country of export or origin names anybody or anything traded."""
    public = [
        model
        for name, model in inspect.getmembers(places, inspect.isclass)
        if "Office" in name or name.startswith(("Destination", "ExportCountry"))
    ]
    assert len(public) == 8
    for model in public:
        assert {f.element.data for f in fields_of(model).values() if f.kind != "class"} == {
            "public"
        }, model


def test_where_goods_lie_is_commercial():
    """A warehouse and the location of goods are told to those who need them."""
    for model in (places.GoodsLocation64A, places.Warehouse43B):
        assert fields_of(model)["ID"].element.data == "commercial"
