"""What goods items say of the goods."""

from broker.model.goods import GoodsMeasure65A, GovernmentAgencyGoodsItem68A, Packaging93A
from broker.model.packages import fields_of


def test_quantities_keep_their_unit():
    """Masses, tariff quantities and package counts are pairs of value and unit."""
    assert {f.kind for f in fields_of(GoodsMeasure65A).values()} == {"measure"}
    assert fields_of(Packaging93A)["QuantityQuantity"].kind == "measure"


def test_a_party_of_an_item_is_the_party_of_the_shipment():
    """An item names its own consignee, buyer or seller in the classes of the shipment."""
    for name in ("Consignee", "Consignor", "Buyer", "Seller"):
        field = fields_of(GovernmentAgencyGoodsItem68A)[name]
        assert field.model is not None
        assert field.model.__module__ == "broker.model.parties"
