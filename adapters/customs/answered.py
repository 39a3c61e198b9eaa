"""Answers of agencies in the classes of a Response: what a reply passes on to the declarant.

    FunctionCode   that of the authority, where its answer is what the reply reports
    Error          a reason or an error each, with its pointer
    Status         the processing status in the agency's own code
    statements     a remark (AFB): whose answer, its status, on which data it was given; a
                   condition, a remark or a limit each; a document wanted (ACA) each, with its limit
    Amendment      a correction each; the value that stands there now is a statement
    DutyTaxFee     a payment each, of the header or of its item. What the class has no element for
                   there (kind, rate and method in the header; due time and reference of an item) is
                   a statement about the payment
    Bank           the first that is named; any other is in the statement about its payment

A pointer of an authority is repeated as it was written; one that cannot be written again is given
in words, beside the pointer at what is known of it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from adapters.stated import OF_PAYMENT, value
from broker.adapter import Path, Profile, Tree
from broker.model import pointers

FREE_REMARK, DOCUMENT_REQUEST = "AFB", "ACA"
_ITEM = re.compile(r"GoodsShipment\.GovernmentAgencyGoodsItem\[([0-9]{1,5})\]")
_DATES = ("AcceptanceDateTime", "CancellationDateTime", "RejectionDateTime")
_OF_DUTY = (
    ("BaseAmount", "AdValoremTaxBaseAmount"), ("DeductAmount", "DeductAmount"),
    ("RegimeCode", "DutyRegimeCode"), ("BaseQuantity", "SpecificTaxBaseQuantity"),
    ("RateNumeric", "TaxRateNumeric"), ("TypeCode", "TypeCode"),
)  # fmt: skip
_OF_PAYMENT = (("AssessedAmount", "TaxAssessedAmount"), ("PaymentAmount", "PaymentAmount"))
_OF_HEADER = (*_OF_PAYMENT, ("ReferenceID", "ReferenceID"), ("DueDateTime", "DueDateTime"))


def function_code(answers: Iterable[Tree], status: str, profile: Profile) -> str | None:
    """The FunctionCode that an authority gave, if it is what this reply reports; else None.

    A notice is in the reply to its own event alone. A decision is repeated where it is the overall
    status, so that a code with a finer meaning keeps it.
    """
    notices = profile.settings.get("notices", ())
    statuses = profile.settings.get("statuses", {})
    found: list[str] = []
    notified: list[str] = []
    for answer in answers:
        native, decided = answer.get("NativeCode"), answer.get("StatusCode")
        if native and decided is None and native in notices:
            notified.append(native)
        same = decided == ("acknowledged" if status == "waiting" else status)
        if native and same and statuses.get(native) == decided:
            found.append(native)
    return next(reversed(notified or found), None)


def declaration_of(answers: Iterable[Tree]) -> Tree:
    """Dates and duties."""
    tree: Tree = {}
    header: list[Tree] = []
    items: dict[str, list[Tree]] = {}
    for answer in answers:
        tree |= {name: answer[name] for name in _DATES if answer.get(name)}
        for payment in answer.get("Payment", ()):
            number = _item_of(payment, answer)
            duty = _duty(payment, of_item=bool(number))
            if duty:
                (items.setdefault(number, []) if number else header).append(duty)
    if header:
        tree["DutyTaxFee"] = header
    if items:
        found = [
            {"SequenceNumeric": number, "Commodity": {"DutyTaxFee": duties}}
            for number, duties in items.items()
        ]
        tree["GoodsShipment"] = {"GovernmentAgencyGoodsItem": found}
    return tree


def bank_of(answers: Iterable[Tree]) -> Tree | None:
    """Where to pay: the first bank that is named."""
    banks = (_bank(payment) for answer in answers for payment in answer.get("Payment", ()))
    return next((bank for bank in banks if bank), None)


def errors_of(answer: Tree, dialect: str) -> Iterator[Tree]:
    """Reasons and errors, each with its pointer."""
    for each in (*answer.get("Reason", ()), *answer.get("Error", ())):
        yield {
            "Description": _with_pointer(each.get("Text"), each),
            "ValidationCode": each.get("Code"),
            "Pointer": _about(each, answer, dialect),
        }


def statuses_of(answer: Tree, profile: Profile) -> Iterator[Tree]:
    """Processing statuses; the agency's own code, if it is no FunctionCode and fits."""
    settings = profile.settings
    dialect = str(settings.get("pointers", "wco"))
    for each in answer.get("ProcessingStatus", ()):
        names = ("EffectiveDateTime", "NameCode", "ReleaseDateTime")
        yield {**{name: each.get(name) for name in names}, "Pointer": _about(each, answer, dialect)}
    native = answer.get("NativeCode")
    known = {*settings.get("notices", ()), *settings.get("statuses", {})}
    if native and len(native) <= 3 and native not in known:
        yield {"NameCode": native, "Pointer": to_pointer(answer.get("Subject"), dialect)}


def corrections_of(answer: Tree, dialect: str) -> Iterator[Tree]:
    """What an authority has changed, as it pointed at it."""
    for each in answer.get("Correction", ()):
        yield {
            "ChangeReasonCode": each.get("ReasonCode"),
            "Pointer": _about(each, answer, dialect),
        }


def statements_of(answer: Tree, bank: Tree | None, dialect: str) -> Iterator[Tree]:
    """Whose answer it is, then all that is stated in words."""
    about = to_pointer(answer.get("Subject"), dialect)
    agency = [answer.get(name) for name in ("AgencyID", "PurposeCode", "CheckCode")]
    decided = [answer.get("StatusCode") or "notice", answer.get("NativeText")]
    decided += _circumstances(answer)
    words = f"{' '.join(filter(None, agency))}: {'; '.join(filter(None, decided))}".removeprefix(
        ": "
    )
    valid = answer.get("ValidUntilDateTime")
    wanted: list[dict[str, Any]] = list(answer.get("WantedDocument", ()))
    if words:
        yield {
            "StatementCode": answer.get("CheckCode"),
            "StatementDescription": words,
            "LimitDateTime": None if wanted else valid,
            "StatementTypeCode": FREE_REMARK,
            "Pointer": about,
        }
    for condition in answer.get("Condition", ()):
        yield remark(condition.get("Text") or "", about)
    for document in wanted:
        trees = [document.get(name) for name in ("ID", "Text")]
        yield {
            "StatementCode": document.get("TypeCode"),
            "StatementDescription": _with_pointer(" ".join(filter(None, trees)), document),
            "LimitDateTime": document.get("LimitDateTime") or valid,
            "StatementTypeCode": DOCUMENT_REQUEST,
            "Pointer": _about(document, answer, dialect),
        }
    for each in (*answer.get("Limit", ()), *answer.get("Remark", ())):
        yield {
            "StatementCode": each.get("Code"),
            "StatementDescription": _with_pointer(each.get("Text"), each),
            "LimitDateTime": each.get("DateTime"),
            "StatementTypeCode": each.get("TypeCode") or FREE_REMARK,
            "Pointer": _about(each, answer, dialect),
        }
    for each in answer.get("Correction", ()):
        if value := each.get("Value"):
            yield remark(f"corrected, now: {value}", _about(each, answer, dialect))
    for payment in answer.get("Payment", ()):
        if left := _left_out(payment, answer, bank):
            yield remark(left, _about(payment, answer, dialect))


def remark(words: str, about: list[dict[str, str]] | None = None) -> Tree:
    """Free words about what is pointed at."""
    return {
        "StatementDescription": words,
        "StatementTypeCode": FREE_REMARK,
        "Pointer": about or [],
    }


def to_pointer(path: Path | None, dialect: str) -> list[dict[str, str]]:
    """The Pointer elements of a path; none where it has no pointer."""
    pointer = pointers.to_pointer(path, dialect) if path else None
    return pointers.to_tree(pointer) if pointer else []


def _about(each: Tree, answer: Tree, dialect: str) -> list[dict[str, str]]:
    """The pointer as it was written, else the one of the path, else of the answer's subject."""
    written = each.get("Pointer")
    pointer = pointers.from_text(written) if written else None
    if pointer:
        return pointers.to_tree(pointer)
    return to_pointer(each.get("Path") or answer.get("Subject"), dialect)


def _with_pointer(text: str | None, each: Tree) -> str | None:
    """The words, and the pointer where it cannot be written as one."""
    written = each.get("Pointer")
    if not written or pointers.from_text(written):
        return text or None
    return " ".join(filter(None, (text, f"(pointer: {written})")))


def _circumstances(answer: Tree) -> Iterator[str]:
    """On which data an answer was given, and why, where that is not what it seems."""
    if answer.get("Silence") == "true":
        yield "released because no answer was given in time"
    if version := answer.get("VersionID"):
        yield f"given on version {version}"
    if former := answer.get("FormerSubject"):
        yield f"about {former}, which is no longer there"


def _item_of(payment: Tree, answer: Tree) -> str:
    """The number of the goods item that a payment is for; "" for the whole."""
    found = _ITEM.match(payment.get("Path") or answer.get("Subject") or "")
    return found[1] if found else ""


def _duty(payment: Tree, *, of_item: bool) -> Tree:
    """DutyTaxFee as far as the class has elements there."""
    duty = _taken(payment, _OF_DUTY) if of_item else {}
    paid = _taken(payment, _OF_PAYMENT if of_item else _OF_HEADER)
    if not of_item and payment.get("Guarantee"):
        paid["ObligationGuarantee"] = list(payment["Guarantee"])
    return {**duty, "Payment": paid} if paid else duty


def _taken(payment: Tree, names: Iterable[tuple[str, str]]) -> Tree:
    return {native: payment[name] for name, native in names if payment.get(name)}


def _bank(payment: Tree) -> Tree:
    return _taken(payment, (("BankID", "ReferenceID"), ("AccountID", "ID")))


def _left_out(payment: Tree, answer: Tree, bank: Tree | None) -> str:
    """In words, what of a payment has no place in its DutyTaxFee; "" if all of it has one."""
    number = _item_of(payment, answer)
    placed = {name for name, _ in (*(_OF_DUTY if number else ()), *_OF_PAYMENT)}
    placed |= set() if number else {name for name, _ in _OF_HEADER}
    placed |= {"BankID", "AccountID"} if _bank(payment) == bank else set()
    words = [
        f"{word}: {value(payment[name])}"
        for name, word in OF_PAYMENT
        if payment.get(name) and name not in placed
    ]
    securities = payment.get("Guarantee", ()) if number else ()
    words += [f"account or security: {each['ReferenceID']}" for each in securities]
    if not words:
        return ""
    amount = payment.get("PaymentAmount") or payment.get("AssessedAmount")
    head = f"payment of {value(amount)}" if amount else "payment"
    return f"{head}: {'; '.join(words)}"
