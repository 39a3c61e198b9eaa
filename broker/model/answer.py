"""What an agency answers, in the class Response (07B).

    `AnswerReport` holds what was said twice: natively, in the WCO classes as they were received,
    and normalised, in `Answer`. Routing, the board and replies look at the normalised half only.
    A class that an answer cuts down (shipment, item, commodity) is called Answered...; where it is
    the same as in the declaration, it is the declaration's.
    Reasons are an agency's own: sensitive, in either half. Payments, limits, remarks, errors and
    corrections are meant for the declarant: a view may pass them.
    `Path` is the canonical path of what something is about. `Pointer` is the pointer as the agency
    wrote it, where the path alone does not say it: an unknown tag or class in it, or another way.
What does not belong
    What an answer does to a dossier, and who may hear of it.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from broker.model.conveyance import ConveyanceReport
from broker.model.declaration import GoodsDeclaration
from broker.model.documents import AdditionalInformation03A, Amendment06A, Pointer97A
from broker.model.duties import DutyTaxFee50A
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
from broker.model.persons import PersonsReport
from broker.model.places import AppealOffice07A, ContactOffice35A
from broker.model.postal import PostalItem

AnswerStatus = Literal[
    "acknowledged",
    "information_wanted",
    "inspection",
    "held",
    "conditional",
    "released",
    "refused",
    "do_not_load",
    "ended",
]
"""What `StatusCode` may say; on the wire it is text, so that a new word breaks no reader."""

ANSWER_STATUSES: tuple[str, ...] = get_args(AnswerStatus)
REQUEST_STATUSES = ("granted", "refused")
"""What `StatusCode` may say of a request; any other status decides nothing about it."""

REPORTS = {
    "PresentationDateTime": "presented", "ArrivalDateTime": "arrived",
    "DepartureDateTime": "departed",
}  # fmt: skip
"""What an authority may report of a dossier, by the leaf that says when."""

ENDED = "ended"
"""The authority ends the dossier of its own accord; also the overall status after it."""


class Bank14A(Canonical):
    """Bank, WCO 14A: where duties are to be paid."""

    WCO = "14A"

    ReferenceID: Identifier = leaf("R069", "an..17", "3039")
    ID: Identifier = leaf("372", "an..35", "1147", data="sensitive")


class Error53A(Canonical):
    """Error, WCO 53A: why the agency objects, with a pointer to what."""

    WCO = "53A"

    Description: Text = leaf("488", "an..512", "4440", data="sensitive")
    ValidationCode: Code = leaf("377", "an..8", "9321", data="sensitive")
    Pointer: tuple[Pointer97A, ...] = many()


class Status12B(Canonical):
    """Status, WCO 12B: a processing status, with a pointer to what it is about."""

    WCO = "12B"

    EffectiveDateTime: Moment = leaf("380", "an..35", "2069")
    NameCode: Code = leaf("379", "an..3", "4405", data="public")
    ReleaseDateTime: Moment = leaf("277", "an..35", "2380")
    Pointer: tuple[Pointer97A, ...] = many()


class AnsweredCommodity(Canonical):
    """Commodity, WCO 23A: the goods whose duties the answer states."""

    WCO = "23A"

    DutyTaxFee: tuple[DutyTaxFee50A, ...] = many()


class AnsweredItem(Canonical):
    """GovernmentAgencyGoodsItem, WCO 68A: an item the answer is about."""

    WCO = "68A"

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    Commodity: AnsweredCommodity | None = one()


class AnsweredShipment(Canonical):
    """GoodsShipment, WCO 67A: the shipment the answer is about."""

    WCO = "67A"

    GovernmentAgencyGoodsItem: tuple[AnsweredItem, ...] = many("SequenceNumeric")


class AnsweredDeclaration(Canonical):
    """Declaration, WCO 42A: the declaration the answer is about."""

    WCO = "42A"

    AcceptanceDateTime: Moment = leaf("023", "an..35", "2380")
    CancellationDateTime: Moment = leaf("373", "an..35", "2380")
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154")
    ID: Identifier = leaf("D014", "an..70", "1004")
    RejectionDateTime: Moment = leaf("374", "an..35", "2380")
    VersionID: Identifier = leaf("383", "an..9", "1057", data="public")
    DutyTaxFee: tuple[DutyTaxFee50A, ...] = many()
    GoodsShipment: AnsweredShipment | None = one()


class AnswerReason(Canonical):
    """Why the agency decided so; `Path` is the canonical path of what it objects to."""

    Code: str | None = leaf(None, "an..35", "9321", data="sensitive")
    Text: str | None = leaf(None, "an..512", "4440", data="sensitive")
    Path: str | None = leaf(None, "an..512", data="sensitive")


class AnswerCondition(Canonical):
    """What must be kept to for a conditional release."""

    Text: str | None = leaf(None, "an..512", "4440")


class DocumentWanted(Canonical):
    """A document the agency wants to see: `ID` names it where it is known already."""

    TypeCode: Code = leaf(None, "an..17", "1001")
    ID: Identifier = leaf(None, "an..70", "1004")
    Text: str | None = leaf(None, "an..512", "4440")
    LimitDateTime: Moment = leaf(None, "an..35", "2380")
    Path: str | None = leaf(None, "an..512", data="public")
    Pointer: str | None = leaf(None, "an..512", data="public")


class PaymentGuarantee(Canonical):
    """The account or the security that a payment is taken from."""

    ReferenceID: Identifier = leaf(None, "an..35", "1154")


class AnswerPayment(Canonical):
    """What is to be paid, or is reserved: for one duty, or for all.

    `AssessedAmount` is what was assessed, `PaymentAmount` what of it is to be paid. `BankID`
    and `AccountID`: where to pay it.
    """

    Path: Text = leaf(None, "an..512", data="public")
    TypeCode: Code = leaf(None, "an..3", "5153")
    RegimeCode: Code = leaf(None, "an..3", "9213")
    RateNumeric: Numeric = leaf(None, "an..17,3", "5278")
    BaseAmount: Amount | None = leaf(None, "n..16,3", "5286")
    BaseQuantity: Measure | None = leaf(None, "n..16,6", "6090")
    DeductAmount: Amount | None = leaf(None, "n..16,3", "5074")
    AssessedAmount: Amount | None = leaf(None, "n..16,3", "5504")
    PaymentAmount: Amount | None = leaf(None, "n..16,3", "5082")
    MethodCode: Code = leaf(None, "an..3", "4467")
    ReferenceID: Identifier = leaf(None, "an..35", "1168")
    DueDateTime: Moment = leaf(None, "an..35", "2480")
    BankID: Identifier = leaf(None, "an..17", "3039")
    AccountID: Identifier = leaf(None, "an..35", "1147")
    Guarantee: tuple[PaymentGuarantee, ...] = many()


class AnswerLimit(Canonical):
    """A time by which something is to happen; `TypeCode` is that of the statement."""

    TypeCode: Code = leaf(None, "an..3", "4451")
    Code: str | None = leaf(None, "an..17", "4441")
    DateTime: Moment = leaf(None, "an..35", "2380")
    Text: str | None = leaf(None, "an..512", "4440")
    Path: str | None = leaf(None, "an..512", data="public")
    Pointer: str | None = leaf(None, "an..512", data="public")


class AnswerRemark(Canonical):
    """Words or a code meant for the declarant; `TypeCode` is that of the statement."""

    TypeCode: Code = leaf(None, "an..3", "4451")
    Code: str | None = leaf(None, "an..17", "4441")
    Text: str | None = leaf(None, "an..512", "4440")
    Path: str | None = leaf(None, "an..512", data="public")
    Pointer: str | None = leaf(None, "an..512", data="public")


class AnswerError(Canonical):
    """What is wrong with the declaration, as the agency states it to the declarant."""

    Code: str | None = leaf(None, "an..35", "9321")
    Text: str | None = leaf(None, "an..512", "4440")
    Path: str | None = leaf(None, "an..512", data="public")
    Pointer: str | None = leaf(None, "an..512", data="public")


class AnswerCorrection(Canonical):
    """What the agency has changed in the declaration; `Value`: what stands there now."""

    ReasonCode: Code = leaf(None, "an..3", "4295")
    Value: Text = leaf(None, "an..512")
    Path: Text = leaf(None, "an..512", data="public")
    Pointer: Text = leaf(None, "an..512", data="public")


class AnswerProcessing(Canonical):
    """A processing status in the agency's own code, and since when it is in force."""

    NameCode: Code = leaf(None, "an..3", "4405", data="public")
    EffectiveDateTime: Moment = leaf(None, "an..35", "2069")
    ReleaseDateTime: Moment = leaf(None, "an..35", "2380")
    Path: Text = leaf(None, "an..512", data="public")
    Pointer: Text = leaf(None, "an..512", data="public")


class AnsweredReference(Canonical):
    """The carrier's own reference of a person: what the agency names instead of a path."""

    Scheme: Code = leaf(None, "an..17", data="public")
    ID: Identifier = leaf(None, "an..70", data="personal")


class AnsweredRequest(Canonical):
    """What an agency's own code says of a request that is open, by the type of the request.

    `TypeCode`: amend, withdraw, present or release, absent for all. `StatusCode`: granted,
    refused, or a word for what decides nothing (registered, undecided). `DocumentStatusCode`: what
    they say besides of the declaration as it stands (held).
    """

    TypeCode: Code = leaf(None, "an..17", data="public")
    StatusCode: Code = leaf(None, "an..35", data="public")
    DocumentStatusCode: Code = leaf(None, "an..35", data="public")


class AgencyAnswer(Canonical):
    """One normalised answer about one subject.

    `Subject` is the canonical path of an element, absent or "" for the whole; `SubjectReference`
    takes its place until the broker has found the person that it names. `QuantityMeasure`: how
    much of it the answer is about, absent for all. `StatusCode` is one of ANSWER_STATUSES, absent
    for a notice that decides nothing (granted: of a request alone; ended: of the dossier as a
    whole); `NativeCode` and `NativeText` are the agency's own words. `RequestStatus`: what they say
    instead where a request is open. `NativeVersionID` is the agency's own count of the
    declaration's versions: the last one given.
    """

    Subject: Text = leaf(None, "an..512", data="public")
    SubjectReference: AnsweredReference | None = one()
    QuantityMeasure: Measure | None = leaf(None, "n..16,6", "6060")
    Part: Text = leaf(None, "an..70", data="public")
    CheckCode: Code = leaf(None, "an..17", data="public")
    StatusCode: Code = leaf(None, "an..35", data="public")
    NativeCode: Code = leaf(None, "an..35", data="public")
    NativeText: Text = leaf(None, "an..512")
    RequestStatus: tuple[AnsweredRequest, ...] = many()
    ValidUntilDateTime: Moment = leaf(None, "an..35", "2380")
    NativeVersionID: Identifier = leaf(None, "an..9", "1057", data="public")
    AcceptanceDateTime: Moment = leaf(None, "an..35", "2380")
    CancellationDateTime: Moment = leaf(None, "an..35", "2380")
    RejectionDateTime: Moment = leaf(None, "an..35", "2380")
    Reason: tuple[AnswerReason, ...] = many()
    Condition: tuple[AnswerCondition, ...] = many()
    WantedDocument: tuple[DocumentWanted, ...] = many()
    Payment: tuple[AnswerPayment, ...] = many()
    Limit: tuple[AnswerLimit, ...] = many()
    Remark: tuple[AnswerRemark, ...] = many()
    Error: tuple[AnswerError, ...] = many()
    Correction: tuple[AnswerCorrection, ...] = many()
    ProcessingStatus: tuple[AnswerProcessing, ...] = many()


class AnswerReport(Canonical):
    """Response, WCO 07B: what an agency said about one delivery.

    `FunctionalReferenceID` is the agency's own number of this answer, `DeliveryID` the delivery it
    answers, `RequestID` the number of the request that it decides, `QuestionID` that of
    the question that it closes. `AmendedDeclaration` is the second declaration of a result
    message: only what changed; `AmendedItem`, `AmendedConveyance` and `AmendedPersons` are the
    same of documents of other packages (`AMENDED`). The moments are of what the agency reports of
    the dossier (`REPORTS`).
    """

    WCO = "07B"

    FunctionCode: Code = leaf("017", "n..2", "1225", data="public")
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154")
    IssueDateTime: Moment = leaf("D029", "an..35", "2006")
    AdditionalInformation: tuple[AdditionalInformation03A, ...] = many()
    Amendment: tuple[Amendment06A, ...] = many()
    AppealOffice: AppealOffice07A | None = one()
    Bank: Bank14A | None = one()
    ContactOffice: tuple[ContactOffice35A, ...] = many()
    Error: tuple[Error53A, ...] = many()
    Status: tuple[Status12B, ...] = many()
    Declaration: AnsweredDeclaration | None = one()
    AmendedDeclaration: GoodsDeclaration | None = one()

    DeliveryID: Identifier = leaf(None, "an..35", data="public")
    RequestID: Identifier = leaf(None, "n..9", data="public")
    QuestionID: Identifier = leaf(None, "n..9", data="public")
    PresentationDateTime: Moment = leaf(None, "an..35", "2380", data="public")
    ArrivalDateTime: Moment = leaf(None, "an..35", "2380", data="public")
    DepartureDateTime: Moment = leaf(None, "an..35", "2380", data="public")
    AmendedItem: PostalItem | None = one()
    AmendedConveyance: ConveyanceReport | None = one()
    AmendedPersons: PersonsReport | None = one()
    Answer: tuple[AgencyAnswer, ...] = many()


AMENDED: Mapping[str, str] = {
    "goods-declaration": "AmendedDeclaration",
    "postal-item": "AmendedItem",
    "conveyance-report": "AmendedConveyance",
    "persons-report": "AmendedPersons",
}
"""By package of a document: where an answer holds what has changed in it."""
