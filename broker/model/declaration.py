"""The goods declaration: the content of the WCO class Declaration (42A).

A tree of classes with WCO names, one Python class per WCO class, named with its WCO identifier.
The classes below the shipment stand in files of one subject each: parties, places, transport,
goods, duties, documents.

Rules
    Field names are the WCO element names, in the order of the WCO schemas.
    Identifiers, representations and EDIFACT numbers are those of the WCO annotations of the
    DEC-DMS:2 and RES-DMS:2 schemas; "None": the annotation names none.
    A class holds the union of what it may hold at any of its positions; what is obligatory, and
    how often a class may occur, is a profile's affair.
What does not belong
    National extensions (kept as unmapped values), and the envelope of a message.
"""

from broker.model.documents import (
    UCR35B,
    AdditionalDocument02A,
    AdditionalInformation03A,
    Amendment06A,
    Authentication61B,
    Invoice78A,
    PreviousDocument99A,
)
from broker.model.duties import (
    CurrencyExchange40A,
    CustomsValuation41A,
    ObligationGuarantee90A,
    TradeTerms22B,
)
from broker.model.goods import GovernmentAgencyGoodsItem68A
from broker.model.leaf import Amount, Canonical, Code, Identifier, Measure, Moment, leaf, many, one
from broker.model.parties import (
    AEOMutualRecognitionParty16C,
    Agent05A,
    AuthorisationHolder17C,
    Buyer16A,
    Consignee27A,
    Consignor30A,
    Declarant57B,
    DomesticDutyTaxParty55B,
    Exporter57A,
    Importer74A,
    Payer56B,
    Seller09B,
    Submitter17B,
    Surety19B,
)
from broker.model.places import (
    Destination99B,
    ExitOffice56A,
    ExportCountry95B,
    PresentationOffice15C,
    SupervisingOffice97B,
    Warehouse43B,
)
from broker.model.transport import BorderTransportMeans15A, Consignment28A


class GoodsShipment67A(Canonical):
    """GoodsShipment, WCO 67A: the goods of the declaration and who trades them."""

    WCO = "67A"

    ExitDateTime: Moment = leaf("024", "an..35", "2380")
    TransactionNatureCode: Code = leaf("103", "n..2", "4423")
    AEOMutualRecognitionParty: tuple[AEOMutualRecognitionParty16C, ...] = many()
    Buyer: Buyer16A | None = one()
    Consignee: Consignee27A | None = one()
    Consignment: Consignment28A | None = one()
    Consignor: Consignor30A | None = one()
    CustomsValuation: CustomsValuation41A | None = one()
    Destination: Destination99B | None = one()
    DomesticDutyTaxParty: tuple[DomesticDutyTaxParty55B, ...] = many()
    ExportCountry: ExportCountry95B | None = one()
    GovernmentAgencyGoodsItem: tuple[GovernmentAgencyGoodsItem68A, ...] = many("SequenceNumeric")
    Importer: Importer74A | None = one()
    Invoice: Invoice78A | None = one()
    Payer: Payer56B | None = one()
    PreviousDocument: tuple[PreviousDocument99A, ...] = many()
    Seller: Seller09B | None = one()
    Surety: Surety19B | None = one()
    TradeTerms: TradeTerms22B | None = one()
    UCR: UCR35B | None = one()
    Warehouse: Warehouse43B | None = one()


class GoodsDeclaration(Canonical):
    """Declaration, WCO 42A: goods put under a procedure; all that is said of them."""

    WCO = "42A"

    AcceptanceDateTime: Moment = leaf("023", "an..35", "2380")
    FunctionCode: Code = leaf("017", "n..2", "1225", data="public", of_message=True)
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154", of_message=True)
    ID: Identifier = leaf("D014", "an..70", "1004")
    IssueDateTime: Moment = leaf("D011", "an..35", "2380", of_message=True)
    IssueLocationID: Identifier = leaf("D012", "an..5", "3411")
    TypeCode: Code = leaf("D013", "an..3", "1001", data="public")
    GoodsItemQuantity: Measure | None = leaf("228", "n..5", "6061")
    DeclarationOfficeID: Identifier = leaf("065", "an..17", "3225", data="public")
    InvoiceAmount: Amount | None = leaf("109", "n..16,3", "5072")
    LoadingListQuantity: Measure | None = leaf("013", "n..5", "6061")
    TotalGrossMassMeasure: Measure | None = leaf("131", "n..16,6", "6092")
    TotalPackageQuantity: Measure | None = leaf("146", "n..8", "7365")
    SpecificCircumstancesCodeCode: Code = leaf("504", "an..3")
    Authentication: Authentication61B | None = one(of_message=True)
    Submitter: Submitter17B | None = one()
    AdditionalDocument: tuple[AdditionalDocument02A, ...] = many()
    AdditionalInformation: tuple[AdditionalInformation03A, ...] = many()
    Agent: Agent05A | None = one()
    Amendment: tuple[Amendment06A, ...] = many(of_message=True)
    AuthorisationHolder: tuple[AuthorisationHolder17C, ...] = many()
    BorderTransportMeans: BorderTransportMeans15A | None = one()
    Consignment: Consignment28A | None = one()
    CurrencyExchange: tuple[CurrencyExchange40A, ...] = many()
    Declarant: Declarant57B | None = one()
    ExitOffice: ExitOffice56A | None = one()
    Exporter: Exporter57A | None = one()
    GoodsShipment: GoodsShipment67A | None = one()
    ObligationGuarantee: tuple[ObligationGuarantee90A, ...] = many()
    PresentationOffice: PresentationOffice15C | None = one()
    SupervisingOffice: SupervisingOffice97B | None = one()
