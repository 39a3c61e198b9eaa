"""The goods item, and what it says of the goods themselves.

Quantities are pairs of value and unit wherever the WCO schemas allow a unit. Fields stand in the
order of the WCO schemas. Duties and values are in `duties`, parties in `parties`.
"""

from broker.model.documents import (
    UCR35B,
    AdditionalDocument02A,
    AdditionalInformation03A,
    PreviousDocument99A,
)
from broker.model.duties import (
    CustomsValuation41A,
    DutyTaxFee50A,
    InvoiceLine79A,
    ValuationAdjustment39B,
)
from broker.model.leaf import (
    Amount,
    Canonical,
    Code,
    Identifier,
    Measure,
    Numeric,
    Text,
    leaf,
    many,
    one,
)
from broker.model.parties import (
    AEOMutualRecognitionParty16C,
    Buyer16A,
    Consignee27A,
    Consignor30A,
    DomesticDutyTaxParty55B,
    Seller09B,
)
from broker.model.places import Destination99B, ExportCountry95B, Origin92A
from broker.model.transport import TransportEquipment31B


class Classification21A(Canonical):
    """Classification, WCO 21A: a code of the goods in one nomenclature."""

    WCO = "21A"

    ID: Identifier = leaf("145", "an..18", "7357")
    IdentificationTypeCode: Code = leaf(None, "an..3", "7143")


class DangerousGoods12C(Canonical):
    """DangerousGoods, WCO 12C: the number of a dangerous substance."""

    WCO = "12C"

    UNDGID: Identifier = leaf("506", "n..4", "7124")


class GoodsMeasure65A(Canonical):
    """GoodsMeasure, WCO 65A: how much of the goods there is."""

    WCO = "65A"

    GrossMassMeasure: Measure | None = leaf("126", "n..16,6", "6018")
    NetNetWeightMeasure: Measure | None = leaf("128", "n..16,6", "6048")
    TariffQuantity: Measure | None = leaf("130", "n..16,6", "6102")


class Commodity23A(Canonical):
    """Commodity, WCO 23A: what the goods are."""

    WCO = "23A"

    Description: Text = leaf("137", "an..512", "7002")
    Classification: tuple[Classification21A, ...] = many()
    DangerousGoods: tuple[DangerousGoods12C, ...] = many()
    DutyTaxFee: tuple[DutyTaxFee50A, ...] = many()
    GoodsMeasure: GoodsMeasure65A | None = one()
    InvoiceLine: InvoiceLine79A | None = one()
    TransportEquipment: tuple[TransportEquipment31B, ...] = many("ID", "SequenceNumeric")


class GovernmentProcedure70A(Canonical):
    """GovernmentProcedure, WCO 70A: the procedure asked for and the one before it."""

    WCO = "70A"

    CurrentCode: Code = leaf("166", "an..7", "9353")
    PreviousCode: Code = leaf("161", "an..7", "9033")


class Packaging93A(Canonical):
    """Packaging, WCO 93A: the packages the goods are in."""

    WCO = "93A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    MarksNumbersID: Identifier = leaf("142", "an..512", "7102")
    QuantityQuantity: Measure | None = leaf("144", "n..8", "6061")
    TypeCode: Code = leaf("141", "an..2", "7065")
    PackingMaterialDescription: Text = leaf("344", "an..256", "4440")
    LengthMeasure: Measure | None = leaf("367", "n..15", "6096")
    WidthMeasure: Measure | None = leaf("368", "n..15", "6098")
    HeightMeasure: Measure | None = leaf("402", "n..15", "6008")
    VolumeMeasure: Measure | None = leaf("395", "n..16,6", "6028")


class GovernmentAgencyGoodsItem68A(Canonical):
    """GovernmentAgencyGoodsItem, WCO 68A: one kind of goods under one procedure."""

    WCO = "68A"

    CustomsValueAmount: Amount | None = leaf("108", "n..16,3", "5032")
    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    StatisticalValueAmount: Amount | None = leaf("114", "n..16,3", "5218")
    TransactionNatureCode: Code = leaf("103", "n..2", "4423")
    AdditionalDocument: tuple[AdditionalDocument02A, ...] = many()
    AdditionalInformation: tuple[AdditionalInformation03A, ...] = many()
    AEOMutualRecognitionParty: tuple[AEOMutualRecognitionParty16C, ...] = many()
    Buyer: Buyer16A | None = one()
    Commodity: Commodity23A | None = one()
    Consignee: Consignee27A | None = one()
    Consignor: Consignor30A | None = one()
    CustomsValuation: CustomsValuation41A | None = one()
    Destination: Destination99B | None = one()
    DomesticDutyTaxParty: tuple[DomesticDutyTaxParty55B, ...] = many()
    ExportCountry: ExportCountry95B | None = one()
    GovernmentProcedure: tuple[GovernmentProcedure70A, ...] = many()
    Origin: tuple[Origin92A, ...] = many()
    Packaging: tuple[Packaging93A, ...] = many("SequenceNumeric")
    PreviousDocument: tuple[PreviousDocument99A, ...] = many()
    Seller: Seller09B | None = one()
    UCR: UCR35B | None = one()
    ValuationAdjustment: ValuationAdjustment39B | None = one()
