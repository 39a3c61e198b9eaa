"""Documents, statements and references that a goods declaration carries or points to.

Fields stand in the order of the WCO schemas. Guarantees and payments are money, see `duties`.
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
from broker.model.parties import Authenticator12A, Submitter17B


class Pointer97A(Canonical):
    """Pointer, WCO 97A: one step of the way to an element; all steps together are one pointer.

    SequenceNumeric counts the element that is pointed at, not the step: it is no match key.
    """

    WCO = "97A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    DocumentSectionCode: Code = leaf("375", "an..3", "1049", data="public")
    TagID: Identifier = leaf("381", "an..4", "9162", data="public")


class AdditionalInformation03A(Canonical):
    """AdditionalInformation, WCO 03A: a coded or free statement, and what it is about."""

    WCO = "03A"

    StatementCode: Code = leaf("226", "an..17", "4441")
    StatementDescription: Text = leaf("225", "an..512", "4440")
    LimitDateTime: Moment = leaf("264", "an..35", "2380")
    StatementTypeCode: Code = leaf("369", "an..3", "4451")
    Pointer: tuple[Pointer97A, ...] = many()


class Amendment06A(Canonical):
    """Amendment, WCO 06A: why one element changes, with a pointer to it."""

    WCO = "06A"

    ChangeReasonCode: Code = leaf("099", "an..3", "4295")
    Pointer: tuple[Pointer97A, ...] = many()


class WriteOff22C(Canonical):
    """WriteOff, WCO 22C: how much of a licence this item uses up."""

    WCO = "22C"

    QuantityQuantity: Measure | None = leaf("502", "n..16,6", "6061")
    AmountAmount: Amount | None = leaf("503", "n..16,3", "5004")


class AdditionalDocument02A(Canonical):
    """AdditionalDocument, WCO 02A: a licence, certificate or other supporting document."""

    WCO = "02A"

    CategoryCode: Code = leaf("D031", "an..3", "1003")
    EffectiveDateTime: Moment = leaf("276", "an..35", "2380")
    ID: Identifier = leaf("D005", "an..70", "1004")
    Name: Text = leaf("D028", "an..35", "1000")
    TypeCode: Code = leaf("D006", "an..3", "1001")
    LPCOExemptionCode: Code = leaf("360", "an..3", "4183")
    Submitter: Submitter17B | None = one()
    WriteOff: WriteOff22C | None = one()


class PreviousDocument99A(Canonical):
    """PreviousDocument, WCO 99A: the declaration or manifest line this one continues."""

    WCO = "99A"

    CategoryCode: Code = leaf("D031", "an..3", "1003")
    ID: Identifier = leaf("D018", "an..70", "1004")
    TypeCode: Code = leaf("D019", "an..3", "1001")
    LineNumeric: Numeric = leaf("171", "n..5", "1156")


class Invoice78A(Canonical):
    """Invoice, WCO 78A: the commercial invoice."""

    WCO = "78A"

    ID: Identifier = leaf("D016", "an..70", "1004")
    IssueDateTime: Moment = leaf("D015", "an..35", "2380")


class UCR35B(Canonical):
    """UCR, WCO 35B: the unique consignment reference that stays with the goods."""

    WCO = "35B"

    ID: Identifier = leaf("016", "an..35")
    TraderAssignedReferenceID: Identifier = leaf("009", "an..35", "1097")


class Authentication61B(Canonical):
    """Authentication, WCO 61B: the mark by which the declaration is signed."""

    WCO = "61B"

    Authentication: Text = leaf("104", "an..256", "4426", data="sensitive")
    Authenticator: Authenticator12A | None = one()
