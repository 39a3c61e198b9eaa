"""CUSRSP: the reply to a post about one item (UPU M44), in XML.

Behaviour
    FunctionalReferenceID is the item's identifier, without its date. ClearanceDt is the moment of
    the reply. DecisionCd, DecisionReasonCd and DecisionReasonNm are the overall status, as
    the profile has it (`decisions`).
    Each answer, with its reasons, conditions, wanted documents, payments, limits, remarks and
    errors, then each question by its number, each report and each problem follow, as far as the
    view lets them through; errors come before warnings.
    Extent gives how many content pieces were taken and names each that was not; DecisionReasonNm
    adds it in words, in every reply until the item is sent again whole.
    PreviousReply is the id of the reply that this one changes.
Knowingly not done
    Dutiable, Taxes and fees: a payment stands with the answer that states it.
    Reading: customs answers the broker as any agency does.
Versions
    M44 (V1)   written, as dialects/cusrsp.xsd describes it; the names of Response, Data and the
               elements in Data are those of the UPU's service contract, the others are composed
"""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from adapters.postal.replying import Asked, PiecesOf, errors_first, item_of, left_out, missing_words
from adapters.stated import value
from adapters.wire.xml import writable
from broker.adapter import Extent, Outgoing, Profile, Tree
from broker.model.problem import Problem


def response_xml(out: Outgoing, asked: Asked, profile: Profile) -> bytes:
    """The response document; the message's identifier is used where no reference names the item."""
    settings: Mapping[str, Any] = profile.settings.get("cusrsp", {})
    content = [
        _leaf("FunctionalReferenceID", item_of(out) or asked.identifier),
        _leaf("PreviousReply", out.changes),
        _leaf("CustOrganizationCd", settings.get("customs_organization")),
        _leaf("PostOrganizationCd", settings.get("post_organization")),
        _decision(out, profile),
        _extent(out.extent, asked.pieces),
        _group("Answers", [_answer(one) for one in out.answers]),
        _group("Questions", [_question(one) for one in out.tree.get("Question", ())]),
        _group("Reports", [_report(one) for one in out.tree.get("Reported", ())]),
        _group("Problems", [_problem(one) for one in errors_first(out.problems)]),
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{head}<Response>{''.join(content)}</Response>\n".encode()


def _decision(out: Outgoing, profile: Profile) -> str:
    """The decision; its name adds what the decision does not cover."""
    decisions: Mapping[str, Mapping[str, str]] = profile.settings.get("decisions", {})
    decision = decisions.get(out.status) or decisions.get("*", {})
    words = [decision.get("name") or out.status, missing_words(out.extent)]
    return _group(
        "Data",
        [
            _leaf("ClearanceDt", out.stamp.issued_at),
            _leaf("DecisionCd", decision.get("decision")),
            _leaf("DecisionReasonCd", decision.get("reason")),
            _leaf("DecisionReasonNm", ", ".join(filter(None, words))),
        ],
    )


def _extent(extent: Extent | None, pieces: PiecesOf) -> str:
    """How much of the item was taken, and each content piece that was not."""
    if extent is None:
        return ""
    named = [
        _group(
            "LeftOut",
            [
                _leaf("Path", path),
                _leaf("Nm", one.description),
                _leaf("XPath", one.place.xpath),
                _leaf("Line", one.place.line),
            ],
        )
        for path, one in left_out(extent, pieces)
    ]
    return _group(
        "Extent",
        [
            _leaf("Declared", extent.declared),
            _leaf("Taken", extent.taken),
            *named,
            *(_leaf("NotConfirmed", path) for path in extent.not_confirmed),
        ],
    )


def _leaf(name: str, value: Any) -> str:
    text = writable(str(value)).strip() if value is not None else ""
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _group(name: str, pieces: list[str]) -> str:
    content = "".join(pieces)
    return f"<{name}>{content}</{name}>" if content else ""


def _answer(answer: Tree) -> str:
    leaves = [
        _leaf(name, answer.get(member))
        for name, member in (
            ("Agency", "AgencyID"),
            ("Purpose", "PurposeCode"),
            ("Subject", "Subject"),
            ("Check", "CheckCode"),
            ("Status", "StatusCode"),
            ("NativeCd", "NativeCode"),
            ("NativeNm", "NativeText"),
            ("ValidUntil", "ValidUntilDateTime"),
            ("Version", "VersionID"),
            ("FormerSubject", "FormerSubject"),
            ("Silence", "Silence"),
        )
    ]
    for name, member in (
        ("Reason", "Reason"),
        ("Condition", "Condition"),
        ("WantedDocument", "WantedDocument"),
        ("Limit", "Limit"),
        ("Remark", "Remark"),
        ("Error", "Error"),
    ):
        leaves += [_stated(name, one) for one in answer.get(member, ())]
    leaves += [_payment(one) for one in answer.get("Payment", ())]
    return _group("Answer", leaves)


def _stated(name: str, one: Tree) -> str:
    """A reason, a condition, a document that is wanted, a limit, a remark or an error."""
    code = one.get("Code") or one.get("TypeCode")
    pieces = [_leaf("Cd", code), _leaf("Id", one.get("ID")), _leaf("Nm", one.get("Text"))]
    until = one.get("LimitDateTime") or one.get("DateTime")
    return _group(name, [*pieces, _leaf("Path", one.get("Path")), _leaf("Until", until)])


def _question(asked: Tree) -> str:
    """What an authority wants, by the number that a response names."""
    leaves = [
        _leaf(name, asked.get(member))
        for name, member in (
            ("Number", "SequenceNumeric"),
            ("Agency", "AgencyID"),
            ("Subject", "Subject"),
            ("Cd", "TypeCode"),
            ("Status", "StatusCode"),
            ("Until", "DueDateTime"),
        )
    ]
    wanted = [_stated("WantedDocument", one) for one in asked.get("WantedDocument", ())]
    return _group("Question", [*leaves, *wanted])


def _report(fact: Tree) -> str:
    """What an authority has reported of the item."""
    named = (("Cd", "TypeCode"), ("Dt", "DateTime"), ("Agency", "AgencyID"))
    return _group("Report", [_leaf(name, fact.get(member)) for name, member in named])


_OF_PAYMENT = (
    ("Path", "Path"), ("Cd", "TypeCode"), ("Amount", "PaymentAmount"),
    ("Assessed", "AssessedAmount"), ("Deducted", "DeductAmount"), ("MethodCd", "MethodCode"),
    ("Reference", "ReferenceID"), ("Due", "DueDateTime"), ("Bank", "BankID"),
    ("Account", "AccountID"),
)  # fmt: skip


def _payment(payment: Tree) -> str:
    """A payment; sums with their currency."""
    leaves = [
        _leaf(name, value(payment[member])) for name, member in _OF_PAYMENT if payment.get(member)
    ]
    securities = [_leaf("Guarantee", one["ReferenceID"]) for one in payment.get("Guarantee", ())]
    return _group("Payment", [*leaves, *securities])


def _problem(problem: Problem) -> str:
    where = problem.where
    return _group(
        "Problem",
        [
            _leaf("Cd", problem.code),
            _leaf("Severity", problem.severity),
            _leaf("Nm", problem.text),
            _leaf("Path", problem.path),
            _leaf("Found", problem.found),
            _leaf("Expected", problem.expected),
            _leaf("Hint", problem.hint),
            _leaf("XPath", where.xpath),
            _leaf("JsonPointer", where.json_pointer),
            _leaf("Line", where.line),
            _leaf("Column", where.column),
        ],
    )
