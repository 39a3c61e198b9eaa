"""The board, of answers, requests, questions and reports; and the broker's own form of a request.

A board shows an answer with the fields of `AgencyAnswer`, and whose answer it is.
"""

from broker.model.answer import (
    AnswerCondition,
    AnswerCorrection,
    AnswerError,
    AnswerLimit,
    AnswerPayment,
    AnswerProcessing,
    AnswerReason,
    AnswerRemark,
    DocumentWanted,
)
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
)


class BoardAnswer(Canonical):
    """An answer in force: the fields of `AgencyAnswer`, and whose answer it is.

    `VersionID`: where what it was about has changed or is gone, the version it was given on; it
    counts against the whole. `FormerSubject`: what it was about. `Silence`: "true" where nothing
    was answered in time.
    """

    AgencyID: Identifier = leaf(None, "an..35", data="public")
    PurposeCode: Code = leaf(None, "an..35", data="public")
    Subject: Text = leaf(None, "an..512", data="public")
    QuantityMeasure: Measure | None = leaf(None, "n..16,6", "6060")
    Part: Text = leaf(None, "an..70", data="public")
    CheckCode: Code = leaf(None, "an..17", data="public")
    StatusCode: Code = leaf(None, "an..35", data="public")
    NativeCode: Code = leaf(None, "an..35", data="public")
    NativeText: Text = leaf(None, "an..512")
    ValidUntilDateTime: Moment = leaf(None, "an..35", "2380")
    NativeVersionID: Identifier = leaf(None, "an..9", "1057", data="public")
    AcceptanceDateTime: Moment = leaf(None, "an..35", "2380")
    CancellationDateTime: Moment = leaf(None, "an..35", "2380")
    RejectionDateTime: Moment = leaf(None, "an..35", "2380")
    VersionID: Identifier = leaf(None, "n..9", data="public")
    FormerSubject: Text = leaf(None, "an..512", data="public")
    Silence: Code = leaf(None, "an..5", data="public")
    Reason: tuple[AnswerReason, ...] = many()
    Condition: tuple[AnswerCondition, ...] = many()
    WantedDocument: tuple[DocumentWanted, ...] = many()
    Payment: tuple[AnswerPayment, ...] = many()
    Limit: tuple[AnswerLimit, ...] = many()
    Remark: tuple[AnswerRemark, ...] = many()
    Error: tuple[AnswerError, ...] = many()
    Correction: tuple[AnswerCorrection, ...] = many()
    ProcessingStatus: tuple[AnswerProcessing, ...] = many()


class BoardRequest(Canonical):
    """A request: its number in the dossier, what it asks for, and its state.

    `FunctionalReferenceID` is the sender's own number of it, `RefusalCode` that of its refusal.
    """

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    TypeCode: Code = leaf(None, "an..17", data="public")
    StatusCode: Code = leaf(None, "an..35", data="public")
    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154")
    Part: Text = leaf(None, "an..70", data="public")
    RefusalCode: Code = leaf(None, "an..35", data="public")


class BoardQuestion(Canonical):
    """What an authority wants: its number in the dossier, what, until when, and its state.

    `TypeCode`: documents or information. `StatusCode`: open or overdue; only the authority closes
    it. What is sent in response names the number.
    """

    SequenceNumeric: Numeric = leaf("006", "n..5", "1050", data="public")
    AgencyID: Identifier = leaf(None, "an..35", data="public")
    TypeCode: Code = leaf(None, "an..17", data="public")
    StatusCode: Code = leaf(None, "an..35", data="public")
    Subject: Text = leaf(None, "an..512", data="public")
    Part: Text = leaf(None, "an..70", data="public")
    DueDateTime: Moment = leaf(None, "an..35", "2380")
    WantedDocument: tuple[DocumentWanted, ...] = many()


class BoardFact(Canonical):
    """What was reported: that something was presented, has arrived or departed.

    `AgencyID`: the authority that stated it; absent: its declarant did.
    """

    TypeCode: Code = leaf(None, "an..17", data="public")
    DateTime: Moment = leaf(None, "an..35", "2380")
    AgencyID: Identifier = leaf(None, "an..35", data="public")
    Part: Text = leaf(None, "an..70", data="public")


class RequestReason(Canonical):
    """Why a declarant asks for something."""

    Code: str | None = leaf(None, "an..17", "4295")
    Text: str | None = leaf(None, "an..512", "4440")


class RequestReport(Canonical):
    """A request of a declarant in the broker's own form, for messages that have none of their own.

    `TypeCode`: presentation, arrival or departure, of a report. `RequestID`: the number of the
    request that is taken back. `QuestionID`: that of the question that it responds to.
    """

    FunctionalReferenceID: Identifier = leaf("D026", "an..35", "1154", of_message=True)
    TypeCode: Code = leaf(None, "an..17", data="public")
    RequestID: Identifier = leaf(None, "n..9", data="public")
    QuestionID: Identifier = leaf(None, "n..9", data="public")
    Reason: tuple[RequestReason, ...] = many()


class BoardReport(Canonical):
    """What a declarant is told: the overall status and the answers its view lets through.

    `VersionID` is the one that an agency has given most recently; absent before.
    """

    OverallStatusCode: Code = leaf(None, "an..35", data="public")
    VersionID: Identifier = leaf(None, "n..9", data="public")
    Answer: tuple[BoardAnswer, ...] = many()
    Request: tuple[BoardRequest, ...] = many("SequenceNumeric")
    Question: tuple[BoardQuestion, ...] = many("SequenceNumeric")
    Reported: tuple[BoardFact, ...] = many()
