"""Means of transport, equipment and the consignment they carry.

Modes and nationalities are public; names and numbers of ships, lorries, containers and seals are
commercial. Fields stand in the order of the WCO schemas.
"""

from broker.model.leaf import Canonical, Code, Identifier, Numeric, Text, leaf, many, one
from broker.model.parties import Carrier18A, Consignor30A
from broker.model.places import GoodsLocation64A, LoadingLocation83A


class BorderTransportMeans15A(Canonical):
    """BorderTransportMeans, WCO 15A: the ship, aircraft, train or lorry that crosses the border."""

    WCO = "15A"

    Name: Text = leaf("T005", "an..35", "8212")
    ID: Identifier = leaf("T006", "an..35", "8213")
    IdentificationTypeCode: Code = leaf("T018", "an..17", data="public")
    TypeCode: Code = leaf("T010", "an..4", "8179", data="public")
    RegistrationNationalityCode: Code = leaf("T014", "a2", "8453", data="public")
    ModeCode: Code = leaf("T022", "n1", "8067", data="public")


class ArrivalTransportMeans10A(Canonical):
    """ArrivalTransportMeans, WCO 10A: what brings the goods to where they are presented."""

    WCO = "10A"

    Name: Text = leaf("T001", "an..35", "8212")
    ID: Identifier = leaf("T002", "an..35", "8213")
    IdentificationTypeCode: Code = leaf("T034", "an..17", data="public")
    TypeCode: Code = leaf("T008", "an..4", "8179", data="public")
    ModeCode: Code = leaf("T020", "n1", "8067", data="public")


class DepartureTransportMeans46A(Canonical):
    """DepartureTransportMeans, WCO 46A: what the goods leave on."""

    WCO = "46A"

    Name: Text = leaf("T003", "an..35", "8212")
    ID: Identifier = leaf("T004", "an..35", "8213")
    IdentificationTypeCode: Code = leaf("T029", "an..17", data="public")
    TypeCode: Code = leaf("T009", "an..4", "8179", data="public")
    ModeCode: Code = leaf("T021", "n1", "8067", data="public")


class Itinerary81A(Canonical):
    """Itinerary, WCO 81A: a country on the way."""

    WCO = "81A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    RoutingCountryCode: Code = leaf("064", "a2", "3263", data="public")


class Freight62A(Canonical):
    """Freight, WCO 62A: how the carriage is paid."""

    WCO = "62A"

    PaymentMethodCode: Code = leaf("098", "an..3", "4215")


class Seal44B(Canonical):
    """Seal, WCO 44B: a seal on the equipment."""

    WCO = "44B"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    ID: Identifier = leaf("165", "an..35", "9308")


class TransportEquipment31B(Canonical):
    """TransportEquipment, WCO 31B: a container or other unit the goods are packed in."""

    WCO = "31B"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    ID: Identifier = leaf("159", "an..17", "8260")
    Seal: tuple[Seal44B, ...] = many("SequenceNumeric")


class ConsignmentItem29A(Canonical):
    """ConsignmentItem, WCO 29A: a line of the transport contract."""

    WCO = "29A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    Consignor: Consignor30A | None = one()
    Freight: Freight62A | None = one()


class Consignment28A(Canonical):
    """Consignment, WCO 28A: what one transport contract carries."""

    WCO = "28A"

    ContainerCode: Code = leaf("096", "an..3", "7365", data="public")
    Carrier: Carrier18A | None = one()
    ConsignmentItem: tuple[ConsignmentItem29A, ...] = many("SequenceNumeric")
    ArrivalTransportMeans: ArrivalTransportMeans10A | None = one()
    Consignor: Consignor30A | None = one()
    DepartureTransportMeans: DepartureTransportMeans46A | None = one()
    Freight: Freight62A | None = one()
    GoodsLocation: GoodsLocation64A | None = one()
    Itinerary: tuple[Itinerary81A, ...] = many("SequenceNumeric")
    LoadingLocation: LoadingLocation83A | None = one()
    TransportEquipment: tuple[TransportEquipment31B, ...] = many("ID", "SequenceNumeric")
