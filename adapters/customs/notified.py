"""What a Response states, normalised: the answer, and all that is meant for the declarant.

Behaviour
    status       by the profile (`statuses`); a FunctionCode of its `notices` decides nothing
    Error        an error; its pointer as a path, as far as that can be resolved
    statements   a document wanted (StatementTypeCode ACA; in a response whose status is
                 information_wanted each one but a free remark), with its limit; else a limit where
                 there is one; else a remark
    Status       the processing status in the agency's own code
    Declaration  the dates of acceptance, cancellation and rejection, VersionID, duties
    DutyTaxFee   a payment each, of the header or of an item; Bank: where to pay each of them
    Amendment    a correction each, with the value that AmendedDeclaration has there
    What holds nothing is left out. `Pointer` is kept beside `Path` where the path says less than
    the pointer, or is written another way.
Knowingly not done
    AppealOffice and ContactOffice are in the native half alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from broker.adapter import Profile, Tree
from broker.model import pointers
from broker.model.answer import ENDED
from broker.model.paths import canonical_path, leaves

FREE_REMARK, DOCUMENT_REQUEST = "AFB", "ACA"
_ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
_OF_DUTY = (
    ("TypeCode", "TypeCode"), ("RegimeCode", "DutyRegimeCode"), ("RateNumeric", "TaxRateNumeric"),
    ("BaseAmount", "AdValoremTaxBaseAmount"), ("BaseQuantity", "SpecificTaxBaseQuantity"),
    ("DeductAmount", "DeductAmount"),
)  # fmt: skip
_OF_PAYMENT = (
    ("AssessedAmount", "TaxAssessedAmount"), ("PaymentAmount", "PaymentAmount"),
    ("ReferenceID", "ReferenceID"), ("MethodCode", "MethodCode"), ("DueDateTime", "DueDateTime"),
)  # fmt: skip
_OF_DECLARATION = (
    ("NativeVersionID", "VersionID"), ("AcceptanceDateTime", "AcceptanceDateTime"),
    ("CancellationDateTime", "CancellationDateTime"), ("RejectionDateTime", "RejectionDateTime"),
)  # fmt: skip
"""Name in an answer, name in the class of the standard."""


def answer_of(tree: Tree, profile: Profile) -> Tree:
    """The normalised half of a Response, about the whole."""
    native, dialect = tree.get("FunctionCode"), str(profile.settings.get("pointers", "wco"))
    about: Tree = tree.get("Declaration", {})
    answer: Tree = _filled(
        {
            "NativeCode": native,
            "StatusCode": _status_of(native or "", tree, profile),
            **_taken(about, _OF_DECLARATION),
        }
    )
    amended = _values(tree.get("AmendedDeclaration", {}))
    lists: dict[str, Iterable[Tree]] = {
        **_statements(tree.get("AdditionalInformation", ()), answer.get("StatusCode"), dialect),
        "Error": (_error(each, dialect) for each in tree.get("Error", ())),
        "ProcessingStatus": (_status(each, dialect) for each in tree.get("Status", ())),
        "Payment": _payments(about, tree.get("Bank", {})),
        "Correction": (_correction(each, amended, dialect) for each in tree.get("Amendment", ())),
    }
    if requests := _of_requests(native or "", tree, profile):
        answer["RequestStatus"] = requests
    for name, several in lists.items():
        if found := [each for each in several if each]:
            answer[name] = found
    return answer


def endings_of(profile: Profile) -> Mapping[str, Any]:
    """The codes that end a declaration: each with the errors that an ending may state."""
    found: Mapping[str, Any] = profile.settings.get("endings", {})
    return found


def _status_of(native: str, tree: Tree, profile: Profile) -> str | None:
    """What the code decides: the end of the declaration, or a status of the profile's table."""
    named = endings_of(profile).get(native)
    errors = tree.get("Error", ())
    if named is not None and all(error.get("ValidationCode") in named for error in errors):
        return ENDED
    status: str | None = profile.settings.get("statuses", {}).get(native)
    return status


def _of_requests(native: str, tree: Tree, profile: Profile) -> list[Tree]:
    """What the code says where a request is open: with its Status, if the profile names both."""
    codes: Mapping[str, Any] = profile.settings.get("request_statuses", {})
    names = [status.get("NameCode") for status in tree.get("Status", ())]
    finer = (codes[key] for name in names if (key := f"{native}/{name}") in codes)
    meant = next(finer, codes.get(native, ()))
    if isinstance(meant, str):
        besides = profile.settings.get("request_holds", {}).get(native)
        return [{"StatusCode": meant, **({"DocumentStatusCode": besides} if besides else {})}]
    return [{"TypeCode": does, "StatusCode": status} for does, status in dict(meant).items()]


def _filled(tree: Mapping[str, Any]) -> Tree:
    return {name: value for name, value in tree.items() if value}


def _taken(tree: Tree, names: Iterable[tuple[str, str]]) -> Tree:
    return {name: tree[native] for name, native in names if tree.get(native)}


def _about(elements: Iterable[Tree], dialect: str) -> Tree:
    """What a pointer is at: its path, and the pointer itself where the path does not say it."""
    written = pointers.as_written(elements)
    if not written:
        return {}
    pointer = pointers.from_tree(elements)
    path = None
    if pointer and pointers.package_of(pointer) == "goods-declaration":
        path = pointers.nearest_path(pointer, dialect)
    again = pointers.to_pointer(path, dialect) if path else None
    exact = again is not None and pointers.text(again) == written
    return _filled({"Path": path, "Pointer": None if exact else written})


def _error(error: Tree, dialect: str) -> Tree:
    about = _about(error.get("Pointer", ()), dialect)
    words = {"Code": error.get("ValidationCode"), "Text": error.get("Description")}
    return _filled({**words, **about})


def _status(status: Tree, dialect: str) -> Tree:
    names = ("NameCode", "EffectiveDateTime", "ReleaseDateTime")
    found = _filled({name: status.get(name) for name in names})
    return {**found, **_about(status.get("Pointer", ()), dialect)} if found else {}


def _statements(
    statements: Iterable[Tree], status: str | None, dialect: str
) -> dict[str, list[Tree]]:
    """Each statement as a document wanted, a limit or a remark."""
    found: dict[str, list[Tree]] = {"WantedDocument": [], "Limit": [], "Remark": []}
    for each in statements:
        kind, code = each.get("StatementTypeCode"), each.get("StatementCode")
        text, limit = each.get("StatementDescription"), each.get("LimitDateTime")
        wants = kind == DOCUMENT_REQUEST or (status == "information_wanted" and kind != FREE_REMARK)
        about = _about(each.get("Pointer", ()), dialect)
        if wants and (code or text):
            wanted = {"TypeCode": code, "Text": text, "LimitDateTime": limit}
            found["WantedDocument"].append(_filled({**wanted, **about}))
        elif limit:
            stated = {"TypeCode": kind, "Code": code, "DateTime": limit, "Text": text}
            found["Limit"].append(_filled({**stated, **about}))
        elif code or text:
            stated = {"TypeCode": kind, "Code": code, "Text": text}
            found["Remark"].append(_filled({**stated, **about}))
    return found


def _payments(about: Tree, bank: Tree) -> Iterator[Tree]:
    """Those of the header and of each item; where nothing is stated but the bank, the bank."""
    where = _taken(bank, (("BankID", "ReferenceID"), ("AccountID", "ID")))
    found = [_payment(duty) for duty in about.get("DutyTaxFee", ())]
    shipment: Tree = about.get("GoodsShipment", {})
    for item in shipment.get("GovernmentAgencyGoodsItem", ()):
        number = item.get("SequenceNumeric")
        path = {"Path": canonical_path(_ITEM.format(number))} if number else {}
        duties = (_payment(duty) for duty in item.get("Commodity", {}).get("DutyTaxFee", ()))
        found += [{**path, **each} for each in duties if each]
    for each in [each for each in found if each] or [{}]:
        yield {**each, **where}


def _payment(duty: Tree) -> Tree:
    payment: Tree = duty.get("Payment", {})
    securities = [
        _taken(each, (("ReferenceID", "ReferenceID"),))
        for each in payment.get("ObligationGuarantee", ())
    ]
    found = {**_taken(duty, _OF_DUTY), **_taken(payment, _OF_PAYMENT)}
    return _filled({**found, "Guarantee": [each for each in securities if each]})


def _values(amended: Tree) -> dict[str, str]:
    """What stands in the corrected declaration, by path; both halves of a pair together."""
    found: dict[str, str] = {}
    for path, value in leaves(amended):
        above, _, half = path.rpartition(".")
        if half in {"value", "currency", "unit"}:
            found[above] = " ".join(filter(None, (found.get(above), value)))
        found[path] = value
    return found


def _correction(amendment: Tree, amended: Mapping[str, str], dialect: str) -> Tree:
    about = _about(amendment.get("Pointer", ()), dialect)
    value = amended.get(about.get("Path", ""), "")
    return _filled({"ReasonCode": amendment.get("ChangeReasonCode"), "Value": value[:512], **about})
