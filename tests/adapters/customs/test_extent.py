"""How many goods items a declaration states, holds, and leaves out."""

import pytest

from adapters.customs.wco_dec import WcoDec
from broker.adapter import Extent, Profile

SPACE = "urn:wco:datamodel:WCO:DEC-DMS:2"
PLAIN = Profile("plain", "customs", "UK CDS WCO-DEC 3.6")


def _extent(content: str, function: str = "9") -> Extent | None:
    payload = (
        f'<Declaration xmlns="{SPACE}"><FunctionCode>{function}</FunctionCode>'
        f"<FunctionalReferenceID>L</FunctionalReferenceID><ID>M</ID>{content}</Declaration>"
    )
    (message,) = WcoDec().translate(payload.encode(), PLAIN).messages
    (draft,) = message.events
    return draft.extent


def _items(*numbers: object) -> str:
    items = "".join(
        f"<GovernmentAgencyGoodsItem><SequenceNumeric>{number}</SequenceNumeric>"
        "</GovernmentAgencyGoodsItem>" for number in numbers
    )  # fmt: skip
    return f"<GoodsShipment>{items}</GoodsShipment>"


@pytest.mark.parametrize(
    ("stated", "extent"),
    [("", Extent(2, 2)), ("2", Extent(2, 2)), ("02.0", Extent(2, 2)), ("1", Extent(2, 2)),
     ("x", Extent(2, 2)), ("3", Extent(3, 2, cut=True))],
)  # fmt: skip
def test_the_number_of_items_is_what_is_stated_or_what_is_there(stated, extent):
    """Whichever is more; a declaration that states more than it has was cut on the way."""
    quantity = f"<GoodsItemQuantity>{stated}</GoodsItemQuantity>" if stated else ""
    assert _extent(quantity + _items(1, 2)) == extent


def test_each_item_beyond_the_maximum_is_named():
    """By its own number in the shortest spelling, however many there are."""
    extent = _extent(_items(*range(1, 1000), "01000", *range(1001, 1501)))
    assert extent is not None
    assert (extent.declared, extent.taken, extent.cut) == (1500, 999, True)
    assert extent.left_out == tuple(
        f"GoodsShipment.GovernmentAgencyGoodsItem[{number}]" for number in range(1000, 1501)
    )


def test_a_request_states_no_extent():
    """The items of a request are those it is about, not all of the declaration."""
    assert _extent("<TypeCode>COR</TypeCode>" + _items(1), "13") is None
