"""Money: terms of trade, customs value, duties, payments and guarantees.

All of it is commercial; the access code of a guarantee is sensitive. Fields stand in the order of
the WCO schemas.
"""

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
from broker.model.places import GuaranteeOffice14C


class CurrencyExchange40A(Canonical):
    """CurrencyExchange, WCO 40A: the rate used for a currency."""

    WCO = "40A"

    CurrencyTypeCode: Code = leaf("135", "a3", "6345")
    RateNumeric: Numeric = leaf("118", "n..12,5", "5402")


class TradeTerms22B(Canonical):
    """TradeTerms, WCO 22B: the delivery terms agreed between seller and buyer."""

    WCO = "22B"

    ConditionCode: Code = leaf("090", "a3", "4053")
    CountryRelationshipCode: Code = leaf("106", "an..3", "4443")
    Description: Text = leaf("089", "an..70", "4052")
    LocationID: Identifier = leaf("L002", "an..17", "3225")
    LocationName: Text = leaf("L001", "an..256", "3224")


class ChargeDeduction58B(Canonical):
    """ChargeDeduction, WCO 58B: a charge added to the price or taken off it."""

    WCO = "58B"

    ChargesTypeCode: Code = leaf("371", "an..3", "5025")
    OtherChargeDeductionAmount: Amount | None = leaf("181", "n..16,3", "5004")


class CustomsValuation41A(Canonical):
    """CustomsValuation, WCO 41A: how the customs value came about."""

    WCO = "41A"

    FreightChargeAmount: Amount | None = leaf("117", "n..16,3", "5290")
    MethodCode: Code = leaf("122", "an..3", "5509")
    ChargeDeduction: tuple[ChargeDeduction58B, ...] = many()


class ValuationAdjustment39B(Canonical):
    """ValuationAdjustment, WCO 39B: that relation or conditions affect the value."""

    WCO = "39B"

    AdditionCode: Code = leaf("188", "an..4", "5097")


class ObligationGuarantee90A(Canonical):
    """ObligationGuarantee, WCO 90A: the security for what may become due."""

    WCO = "90A"

    AmountAmount: Amount | None = leaf("492", "n..16,3", "5004")
    ID: Identifier = leaf("D014", "an..70", "1004")
    ReferenceID: Identifier = leaf("100", "an..35", "1154")
    SecurityDetailsCode: Code = leaf("101", "an..3", "4377")
    AccessCode: Code = leaf("499", "an..4", "4377", data="sensitive")
    GuaranteeOffice: GuaranteeOffice14C | None = one()


class Payment94A(Canonical):
    """Payment, WCO 94A: what is due for one duty and how it is paid."""

    WCO = "94A"

    MethodCode: Code = leaf("107", "a1", "4467")
    ReferenceID: Identifier = leaf("014", "an..35", "1168")
    TaxAssessedAmount: Amount | None = leaf("120", "n..16,3", "5504")
    DueDateTime: Moment = leaf("376", "an..35", "2480")
    PaymentAmount: Amount | None = leaf("378", "n..16,3", "5082")
    ObligationGuarantee: tuple[ObligationGuarantee90A, ...] = many()


class DutyTaxFee50A(Canonical):
    """DutyTaxFee, WCO 50A: one duty, tax or fee with its base and rate."""

    WCO = "50A"

    AdValoremTaxBaseAmount: Amount | None = leaf("116", "n..16,3", "5286")
    DeductAmount: Amount | None = leaf("111", "n..16,3", "5074")
    DutyRegimeCode: Code = leaf("164", "an..3", "9213")
    SpecificTaxBaseQuantity: Measure | None = leaf("129", "n..16,6", "6090")
    TaxRateNumeric: Numeric = leaf("115", "an..17,3", "5278")
    TypeCode: Code = leaf("113", "an..3", "5153")
    QuotaOrderID: Identifier = leaf("401", "an..17")
    Payment: Payment94A | None = one()


class InvoiceLine79A(Canonical):
    """InvoiceLine, WCO 79A: what the invoice charges for the item."""

    WCO = "79A"

    ItemChargeAmount: Amount | None = leaf("112", "n..16,3", "5116")
