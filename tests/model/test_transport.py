"""How goods travel is public, in what they travel is commercial."""

import pytest

from broker.model import transport
from broker.model.packages import fields_of

MEANS = (
    transport.BorderTransportMeans15A,
    transport.ArrivalTransportMeans10A,
    transport.DepartureTransportMeans46A,
)


@pytest.mark.parametrize("model", MEANS)
def test_the_mode_is_public_and_the_name_is_not(model):
    """Mode of transport is public; name and number of the ship or lorry are commercial."""
    fields = fields_of(model)
    assert fields["ModeCode"].element.data == "public"
    assert {fields[name].element.data for name in ("Name", "ID")} == {"commercial"}


def test_equipment_and_seals_are_matched_by_number():
    """A container by the number painted on it, else by its place; seals keep their numbers."""
    for model, name, keys in (
        (transport.Consignment28A, "TransportEquipment", ("ID", "SequenceNumeric")),
        (transport.TransportEquipment31B, "Seal", ("SequenceNumeric",)),
    ):
        assert fields_of(model)[name].element.keys == keys
