"""The persons report: who is on a ship or an aircraft, crew and passengers.

The content of PAXLST (airlines) and of the IMO FAL forms 5 and 6, in the class Declaration (42A)
with its means of transport (15A).

Rules
    The WCO names of person classes are not public: they are those of the IMO Compendium and of
    the WCO's own forms where seen (Crew, Passenger), without identifiers.
    A person is numbered (SequenceNumeric, IMO0044) and named by that number wherever one is
    pointed at: names and document numbers never stand in a path. Two persons of one dossier are
    the same by the carrier's own reference, else by document and issuer, else by name and birth.
    `ListPart` keeps which pieces of a split list have come (UN/EDIFACT S010).
What does not belong
    Persons of a goods declaration: those are parties.
"""

from broker.model.leaf import (
    Canonical,
    Code,
    Identifier,
    Measure,
    Moment,
    Numeric,
    Text,
    leaf,
    many,
    one,
)
from broker.model.parties import Carrier18A, Communication25A


class PersonAddress(Canonical):
    """Address, WCO 04A: where a person lives, or stays in the country of arrival."""

    WCO = "04A"

    TypeCode: Code = leaf("410", "an..3", "3131", data="public")
    Line: Text = leaf("239", "an..70", "3042", data="personal")
    CityName: Text = leaf("241", "an..35", "3164", data="personal")
    CountrySubDivisionName: Text = leaf("243", "an..35", "3228", data="personal")
    PostcodeID: Identifier = leaf("245", "an..17", "3251", data="personal")
    CountryCode: Code = leaf("242", "an..3", "3207", data="personal")


class TravelDocument(Canonical):
    """AdditionalDocument, WCO 02A: a passport, identity card, visa, seafarer's book or licence."""

    WCO = "02A"

    TypeCode: Code = leaf("D006", "an..3", "1001", data="personal")
    Name: Text = leaf("D028", "an..35", "1000", data="personal")
    ID: Identifier = leaf("D005", "an..70", "1004", data="personal")
    IssueCountryCode: Code = leaf(None, "an..3", "3207", data="personal")
    IssueDateTime: Moment = leaf(None, "an..35", "2380", data="personal")
    ExpirationDateTime: Moment = leaf(None, "an..35", "2380", data="personal")


class CheckedBaggage(Canonical):
    """What a person has checked in: pieces, mass, tags."""

    PieceQuantity: Measure | None = leaf(None, "n..3", "6060", data="personal")
    GrossMassMeasure: Measure | None = leaf(None, "n..16,6", "6314", data="personal")
    TagID: Identifier = leaf(None, "an..70", "4440", data="personal")


PERSON_KEYS = (
    "CarrierReferenceID",
    "AdditionalDocument.ID+AdditionalDocument.IssueCountryCode",
    "AdditionalDocument.ID",
    "FamilyName+GivenName+BirthDateTime",
)
"""Match keys of persons, in order."""
PERSONS_STRONG = PERSON_KEYS[:3]
"""Keys that identify the person wherever they are met again; two may share name and birth."""

PERSONS_APART = "GivenName+BirthDateTime"
"""A child on a parent's passport, or two with the document "NONE", are not the same person."""


class CarriedPassenger(Canonical):
    """A passenger, as the carrier or the ship lists them.

    `PresenceCode`: `not_confirmed` where a later message of the list did not name the person,
    `not_boarded` where the closing list says that they are not on board.
    """

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", imo="IMO0044", data="public")
    PresenceCode: Code = leaf(None, "an..17", data="public", of_message=True)
    CarrierReferenceID: Identifier = leaf(None, "an..35", "1154", data="personal")
    BookingReferenceID: Identifier = leaf(None, "an..35", "1154", data="personal")
    TicketID: Identifier = leaf(None, "an..35", "1154", data="personal")
    CustomerReferenceID: Identifier = leaf(None, "an..35", "1154", data="personal")
    GovernmentReferenceID: Identifier = leaf(None, "an..35", "1154", data="personal")
    SeatID: Identifier = leaf(None, "an..35", "1154", data="personal")
    RoleCode: Code = leaf(None, "an..3", "3035", imo="IMO0128", data="public")
    FamilyName: Text = leaf(None, "an..70", "3036", imo="IMO0098", data="personal")
    GivenName: Text = leaf(None, "an..70", "3036", imo="IMO0100", data="personal")
    MiddleName: Text = leaf(None, "an..70", "3036", data="personal")
    GenderCode: Code = leaf(None, "an..3", "9019", imo="IMO0099", data="personal")
    BirthDateTime: Moment = leaf(None, "an..35", "2380", imo="IMO0097", data="personal")
    BirthPlaceName: Text = leaf(None, "an..256", "3224", data="personal")
    BirthCountryCode: Code = leaf(None, "an..4", "3225", imo="IMO0096", data="personal")
    NationalityCode: Code = leaf(None, "an..3", "3293", data="personal")
    ResidenceCountryCode: Code = leaf(None, "an..3", "3225", data="personal")
    EmbarkationLocationID: Identifier = leaf(None, "an..17", "3225", data="commercial")
    DisembarkationLocationID: Identifier = leaf(None, "an..17", "3225", data="commercial")
    ClearanceLocationID: Identifier = leaf(None, "an..17", "3225", data="commercial")
    VerificationCode: Code = leaf(None, "an..3", "7365", data="personal")
    AdditionalDocument: tuple[TravelDocument, ...] = many()
    Address: tuple[PersonAddress, ...] = many()
    Communication: tuple[Communication25A, ...] = many()
    Baggage: tuple[CheckedBaggage, ...] = many()


class CrewMember(Canonical):
    """A member of the crew, or a supernumerary on the crew list; see `CarriedPassenger`."""

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", imo="IMO0044", data="public")
    PresenceCode: Code = leaf(None, "an..17", data="public", of_message=True)
    CarrierReferenceID: Identifier = leaf(None, "an..35", "1154", data="personal")
    GovernmentReferenceID: Identifier = leaf(None, "an..35", "1154", data="personal")
    RoleCode: Code = leaf(None, "an..3", "3035", imo="IMO0128", data="public")
    RankCode: Code = leaf(None, "an..17", "9005", imo="IMO0043", data="personal")
    RankName: Text = leaf(None, "an..70", "9004", imo="IMO0042", data="personal")
    FamilyName: Text = leaf(None, "an..70", "3036", imo="IMO0098", data="personal")
    GivenName: Text = leaf(None, "an..70", "3036", imo="IMO0100", data="personal")
    MiddleName: Text = leaf(None, "an..70", "3036", data="personal")
    GenderCode: Code = leaf(None, "an..3", "9019", imo="IMO0099", data="personal")
    BirthDateTime: Moment = leaf(None, "an..35", "2380", imo="IMO0097", data="personal")
    BirthPlaceName: Text = leaf(None, "an..256", "3224", data="personal")
    BirthCountryCode: Code = leaf(None, "an..4", "3225", imo="IMO0096", data="personal")
    NationalityCode: Code = leaf(None, "an..3", "3293", data="personal")
    ResidenceCountryCode: Code = leaf(None, "an..3", "3225", data="personal")
    EmbarkationLocationID: Identifier = leaf(None, "an..17", "3225", data="commercial")
    DisembarkationLocationID: Identifier = leaf(None, "an..17", "3225", data="commercial")
    ClearanceLocationID: Identifier = leaf(None, "an..17", "3225", data="commercial")
    VerificationCode: Code = leaf(None, "an..3", "7365", data="personal")
    AdditionalDocument: tuple[TravelDocument, ...] = many()
    Address: tuple[PersonAddress, ...] = many()
    Communication: tuple[Communication25A, ...] = many()
    Baggage: tuple[CheckedBaggage, ...] = many()


class ReportedCall(Canonical):
    """Itinerary, WCO 81A: a port or airport on the way, with its times (local where no zone).

    `JourneyID` is said where it is another than that of the journey as a whole.
    """

    WCO = "81A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    RoleCode: Code = leaf(None, "an..3", "3227", data="public")
    ID: Identifier = leaf(None, "an..17", "3225", data="public")
    JourneyID: Identifier = leaf(None, "an..17", "8028", data="public")
    ArrivalDateTime: Moment = leaf(None, "an..35", "2380", data="public")
    DepartureDateTime: Moment = leaf(None, "an..35", "2380", data="public")


class PersonsTransportMeans(Canonical):
    """BorderTransportMeans, WCO 15A: the ship or aircraft, and who is on it.

    `JourneyID` is the flight or voyage number. Quantities are those that the carrier states for
    the whole ship or aircraft, whatever is listed.
    """

    WCO = "15A"

    Name: Text = leaf("T005", "an..70", "8212", imo="IMO0142")
    ID: Identifier = leaf("T006", "an..35", "8213", imo="IMO0140")
    IdentificationTypeCode: Code = leaf("T018", "an..17", data="public")
    ModeCode: Code = leaf("T022", "n1", "8067", data="public")
    StageCode: Code = leaf(None, "an..3", "8051", data="public")
    JourneyID: Identifier = leaf("149", "an..17", "8028", imo="IMO0191", data="public")
    CrewQuantity: Measure | None = leaf(None, "n..8", "6066", data="public")
    PassengerQuantity: Measure | None = leaf(None, "n..8", "6066", data="public")
    Carrier: Carrier18A | None = one()
    Itinerary: tuple[ReportedCall, ...] = many("SequenceNumeric")
    Crew: tuple[CrewMember, ...] = many(*PERSON_KEYS, apart=PERSONS_APART, strong=PERSONS_STRONG)
    Passenger: tuple[CarriedPassenger, ...] = many(
        *PERSON_KEYS, apart=PERSONS_APART, strong=PERSONS_STRONG
    )


class ListPiece(Canonical):
    """One piece of a split list: S010 of UNH, under its common access reference (0068)."""

    ReferenceID: Identifier = leaf(None, "an..35", "0068", data="public")
    SequenceNumeric: Numeric = leaf("006", "n..5", "0070", data="public")
    TransferCode: Code = leaf(None, "a1", "0073", data="public")


class ReportSubmitter(Canonical):
    """Submitter, WCO 17B: who hands the report in, and how to reach him."""

    WCO = "17B"

    Name: Text = leaf("R058", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R059", "an..17", "3039", data="personal")
    RoleCode: Code = leaf("R005", "an..3", "3035", data="public")
    Communication: tuple[Communication25A, ...] = many()


class PersonsReport(Canonical):
    """Declaration, WCO 42A: a list of persons, or what became of a list (closed, cancelled)."""

    WCO = "42A"

    FunctionCode: Code = leaf("017", "an..35", "1225", data="public", of_message=True)
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154", of_message=True)
    IssueDateTime: Moment = leaf("D011", "an..35", "2380", of_message=True)
    TypeCode: Code = leaf("D013", "an..3", "1001", data="public")
    VersionID: Identifier = leaf("383", "an..9", "1056", data="public", of_message=True)
    Submitter: ReportSubmitter | None = one()
    BorderTransportMeans: PersonsTransportMeans | None = one()
    ListPart: tuple[ListPiece, ...] = many("ReferenceID+SequenceNumeric", of_message=True)
