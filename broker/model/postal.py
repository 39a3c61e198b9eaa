"""The postal item: one item with its contents, as its sender declared it (UPU CN 22, CN 23).

The content of ITMATT and of an operator's item push, in the class Declaration (42A) with its
shipment, as the WCO-UPU joint messages arrange it.

Rules
    UPU names of content elements stand in the adapters' tables; here are the WCO's.
    Values and masses of a content piece are those of the line, not of one piece.
What does not belong
    Receptacles and dispatches, which are dossiers of their own; duties, which customs answers.
"""

from broker.model.documents import AdditionalInformation03A
from broker.model.leaf import (
    Amount,
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
from broker.model.parties import DomesticDutyTaxParty55B
from broker.model.places import Origin92A


class PostalClassification(Canonical):
    """Classification, WCO 21A: a code of the goods in one nomenclature."""

    WCO = "21A"

    ID: Identifier = leaf("145", "an..18", "7357")
    IdentificationTypeCode: Code = leaf(None, "an..3", "7143", data="public")


class PostalMeasure(Canonical):
    """GoodsMeasure, WCO 65A: the mass of a content piece."""

    WCO = "65A"

    NetNetWeightMeasure: Measure | None = leaf("128", "n..16,6", "6048")


class PostalCommodity(Canonical):
    """Commodity, WCO 23A: what a content piece is."""

    WCO = "23A"

    Description: Text = leaf("137", "an..512", "7002")
    Classification: tuple[PostalClassification, ...] = many()
    GoodsMeasure: PostalMeasure | None = one()


class PostalPackaging(Canonical):
    """Packaging, WCO 93A: how many pieces there are."""

    WCO = "93A"

    QuantityQuantity: Measure | None = leaf("144", "n..8", "6061")


class ContentPiece(Canonical):
    """ConsignmentItem, WCO 29A: one line of the customs declaration (UPU: content piece)."""

    WCO = "29A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    CustomsValueAmount: Amount | None = leaf("108", "n..16,3", "5032")
    AdditionalInformation: tuple[AdditionalInformation03A, ...] = many()
    Commodity: PostalCommodity | None = one()
    Origin: tuple[Origin92A, ...] = many()
    Packaging: tuple[PostalPackaging, ...] = many()


class PostalAddress(Canonical):
    """Address, WCO 04A: of a sender or an addressee, with a second line as CN 23 has it."""

    WCO = "04A"

    CityName: Text = leaf("241", "an..35", "3164", data="personal")
    CountryCode: Code = leaf("242", "a2", "3207", data="public")
    CountrySubDivisionName: Text = leaf("243", "an..35", "3228", data="personal")
    Line: Text = leaf("239", "an..70", "3042", data="personal")
    AdditionalLine: Text = leaf(None, "an..70", "3042", data="personal")
    PostcodeID: Identifier = leaf("245", "an..17", "3251", data="personal")


class PostalCommunication(Canonical):
    """Communication, WCO 25A: a telephone number or mail address, as long as ICS2 allows."""

    WCO = "25A"

    ID: Identifier = leaf("240", "an..512", "3148", data="personal")
    TypeCode: Code = leaf("253", "an..3", "3155", data="public")


class PostalConsignor(Canonical):
    """Consignor, WCO 30A: the sender of the item."""

    WCO = "30A"

    Name: Text = leaf("R020", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R021", "an..35", "3039", data="personal")
    Address: PostalAddress | None = one()
    Communication: tuple[PostalCommunication, ...] = many()


class PostalConsignee(Canonical):
    """Consignee, WCO 27A: the addressee of the item."""

    WCO = "27A"

    Name: Text = leaf("R014", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R015", "an..35", "3039", data="personal")
    Address: PostalAddress | None = one()
    Communication: tuple[PostalCommunication, ...] = many()


class PostalValuation(Canonical):
    """CustomsValuation, WCO 41A: the postage."""

    WCO = "41A"

    FreightChargeAmount: Amount | None = leaf("117", "n..16,3", "5290")


class PostalContract(Canonical):
    """TransportContractDocument: the item's identifier (UPU S10) as the contract of carriage."""

    ID: Identifier = leaf("D023", "an..70", "1004")
    TypeCode: Code = leaf("D024", "an..4", "1001", data="public")


class Receptacle(Canonical):
    """The receptacle the item travels in (UPU S9)."""

    ID: Identifier = leaf(None, "an..35", "8260")


class PostalConsignment(Canonical):
    """Consignment, WCO 28A: the item as it is carried."""

    WCO = "28A"

    DepartureTransportModeCode: Code = leaf(None, "an..3", "8067", data="public")
    DepartureDateTime: Moment = leaf(None, "an..35", "2380")
    InsuredValueAmount: Amount | None = leaf(None, "n..16,3", "5004")
    ConsignmentItem: tuple[ContentPiece, ...] = many("SequenceNumeric")
    CustomsValuation: PostalValuation | None = one()
    PostalReceptacle: tuple[Receptacle, ...] = many()
    TransportContractDocument: PostalContract | None = one()


class PostalShipment(Canonical):
    """GoodsShipment, WCO 67A: what is sent, by whom, to whom."""

    WCO = "67A"

    TransactionNatureCode: Code = leaf("103", "an..3", "4423")
    Consignee: PostalConsignee | None = one()
    Consignment: PostalConsignment | None = one()
    Consignor: PostalConsignor | None = one()
    DomesticDutyTaxParty: tuple[DomesticDutyTaxParty55B, ...] = many()


class PostalOperator(Canonical):
    """Submitter, WCO 17B: a designated operator (UPU code list 206)."""

    WCO = "17B"

    ID: Identifier = leaf("R059", "an..17", "3039", data="public")
    RoleCode: Code = leaf("R005", "an..35", "3035", data="public")


class PostalDocument(Canonical):
    """AdditionalDocument, WCO 02A: an invoice, licence or certificate in the item."""

    WCO = "02A"

    ID: Identifier = leaf("D005", "an..70", "1004")
    Name: Text = leaf("D028", "an..35", "1000")
    TypeCode: Code = leaf("D006", "an..35", "1001")


class PostalItem(Canonical):
    """Declaration, WCO 42A: a postal item under customs control.

    `FunctionalReferenceID` is the item's identifier, `AcceptanceDateTime` the date of posting,
    `MailClassCode` and `MailCategoryCode` are of UPU code lists 116 and 115.
    """

    WCO = "42A"

    AcceptanceDateTime: Moment = leaf("023", "an..35", "2380")
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154")
    MailClassCode: Code = leaf(None, "an..1", data="public")
    MailCategoryCode: Code = leaf(None, "an..1", data="public")
    HandlingClassCode: Code = leaf(None, "an..3", data="public")
    InvoiceAmount: Amount | None = leaf("109", "n..16,3", "5072")
    TotalGrossMassMeasure: Measure | None = leaf("131", "n..16,6", "6092")
    OriginOperator: PostalOperator | None = one()
    DestinationOperator: PostalOperator | None = one()
    LocalID: Identifier = leaf(None, "an..35", "1154")
    AdditionalDocument: tuple[PostalDocument, ...] = many()
    AdditionalInformation: tuple[AdditionalInformation03A, ...] = many()
    GoodsShipment: PostalShipment | None = one()
