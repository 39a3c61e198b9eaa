"""The conveyance report: a ship's arrival or departure, as the IMO General Declaration tells it.

The content of IMO FAL form 1 in the class Declaration (42A) with its means of transport (15A).
IMO Compendium numbers stand at the fields; what the WCO's public dictionaries do not show has no
WCO identifier.

Rules
    Counts of persons are public; the master's name is personal. Lists of persons are another
    report's: a view of this package can show none.
What does not belong
    Flights (their report is the persons report), dangerous goods, stores, waste, health.
"""

from broker.model.leaf import Canonical, Code, Identifier, Measure, Moment, Text, leaf, many, one
from broker.model.parties import Communication25A
from broker.model.persons import ReportedCall


class ShipAgent(Canonical):
    """Agent, WCO 05A: the ship's agent at the port."""

    WCO = "05A"

    Name: Text = leaf("R003", "an..70", "3036", imo="IMO0010", data="personal")
    ID: Identifier = leaf("R004", "an..17", "3039", imo="IMO0007", data="personal")
    Communication: tuple[Communication25A, ...] = many()


class ShipMaster(Canonical):
    """The master of the ship, or the officer who answers for the declaration."""

    Name: Text = leaf(None, "an..70", "3036", data="personal")


class ReportedDocument(Canonical):
    """AdditionalDocument, WCO 02A: another form of the call, and how it is handed in."""

    WCO = "02A"

    TypeCode: Code = leaf("D006", "an..35", "1001", data="public")
    StatusText: Text = leaf(None, "an..256", "4440")


class ShipIdentifier(Canonical):
    """An identifier of the ship besides its IMO number: call sign, MMSI, ENI."""

    ID: Identifier = leaf(None, "an..35", "8213", data="commercial")
    TypeCode: Code = leaf(None, "an..17", data="public")


class ReportedShip(Canonical):
    """BorderTransportMeans, WCO 15A: the ship, its voyage and what is on board.

    `ID` is the IMO number (`IdentificationTypeCode` says what it is). Times are local where no
    zone is said. The port of call is `ArrivalLocationID` of an arrival, `DepartureLocationID` of
    a departure.
    """

    WCO = "15A"

    Name: Text = leaf("T005", "an..70", "8212", imo="IMO0142")
    ID: Identifier = leaf("T006", "an..35", "8213", imo="IMO0140")
    IdentificationTypeCode: Code = leaf("T018", "an..17", data="public")
    TypeCode: Code = leaf("T010", "an..4", "8179", imo="IMO0160", data="public")
    RegistrationNationalityCode: Code = leaf("T014", "an..3", "8453", imo="IMO0138", data="public")
    RegistrationDocumentText: Text = leaf(None, "an..256", "1004")
    ModeCode: Code = leaf("T022", "n1", "8067", data="public")
    JourneyID: Identifier = leaf("149", "an..17", "8028", imo="IMO0191", data="public")
    GrossTonnageMeasure: Measure | None = leaf(None, "n..14,3", "6314", data="public")
    NetTonnageMeasure: Measure | None = leaf(None, "n..14,3", "6314", data="public")
    CrewQuantity: Measure | None = leaf(None, "n..8", "6066", imo="IMO0086", data="public")
    PassengerQuantity: Measure | None = leaf(None, "n..8", "6066", data="public")
    CargoDescription: Text = leaf(None, "an..256", "7002")
    ArrivalLocationID: Identifier = leaf(None, "an..17", "3225", imo="IMO0108", data="public")
    ArrivalDateTime: Moment = leaf(None, "an..35", "2380", imo="IMO0064", data="public")
    DepartureLocationID: Identifier = leaf(None, "an..17", "3225", data="public")
    DepartureDateTime: Moment = leaf(None, "an..35", "2380", imo="IMO0066", data="public")
    LastCallLocationID: Identifier = leaf(None, "an..17", "3225", data="public")
    NextCallLocationID: Identifier = leaf(None, "an..17", "3225", data="public")
    BerthName: Text = leaf(None, "an..256", "3224")
    ItineraryText: Text = leaf(None, "an..512", "4440")
    AdditionalIdentifier: tuple[ShipIdentifier, ...] = many()
    Itinerary: tuple[ReportedCall, ...] = many("SequenceNumeric")
    Master: ShipMaster | None = one()


class ConveyanceReport(Canonical):
    """Declaration, WCO 42A: a ship reports its arrival or its departure.

    `TypeCode` is `arrival` or `departure`.
    """

    WCO = "42A"

    FunctionCode: Code = leaf("017", "n..2", "1225", data="public", of_message=True)
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154", of_message=True)
    IssueDateTime: Moment = leaf("D011", "an..35", "2380", of_message=True)
    TypeCode: Code = leaf("D013", "an..9", "1001", data="public")
    RemarksText: Text = leaf(None, "an..512", "4440", imo="IMO0196")
    AdditionalDocument: tuple[ReportedDocument, ...] = many()
    Agent: ShipAgent | None = one()
    BorderTransportMeans: ReportedShip | None = one()
