"""Money is commercial, and its currency is kept."""

from broker.model.duties import (
    CustomsValuation41A,
    DutyTaxFee50A,
    ObligationGuarantee90A,
    Payment94A,
)
from broker.model.packages import fields_of


def test_the_access_code_of_a_guarantee_is_sensitive():
    """Of a guarantee only the code that opens it is sensitive."""
    classes = {n: f.element.data for n, f in fields_of(ObligationGuarantee90A).items()}
    assert classes["AccessCode"] == "sensitive"
    assert {classes[name] for name in ("AmountAmount", "ID", "ReferenceID")} == {"commercial"}


def test_amounts_are_pairs():
    """Every field that ends in Amount holds a value and a currency."""
    for model in (CustomsValuation41A, DutyTaxFee50A, ObligationGuarantee90A, Payment94A):
        amounts = {f.kind for n, f in fields_of(model).items() if n.endswith("Amount")}
        assert amounts == {"amount"}, model
