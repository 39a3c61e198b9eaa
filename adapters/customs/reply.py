"""What a declarant is told: a WCO Response, from a board, a rejection or a declined event.

    status             FunctionCode by the profile (`function_codes`)
    problems           one Error each: ValidationCode by the profile (`error_codes`), the problem
                       in words, its pointer
    answers            Status where the agency's own code fits; an Error for each reason; statements
                       for what was decided, for conditions and for documents wanted
    references         Declaration: LRN (FunctionalReferenceID) and MRN (ID)

Only what the view let through arrives here; nothing is added but the words of the status.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.customs.writing import response_document
from broker.adapter import Outgoing, Profile, Tree
from broker.model import pointers
from broker.model.problem import Problem

_NEGATIVE = frozenset({"rejected", "declined"})
_FREE_REMARK, _DOCUMENT_REQUEST = "AFB", "ACA"


def response_xml(out: Outgoing, profile: Profile) -> bytes:
    """The Response document, valid against RES-DMS:2 whatever the original was."""
    codes: Mapping[str, str] = profile.settings.get("function_codes", {})
    moment = _to_second(out.stamp.issued_at)
    tree: Tree = {
        "FunctionCode": codes.get(out.status, "03" if out.status in _NEGATIVE else "02"),
        "FunctionalReferenceID": out.stamp.id,
        "IssueDateTime": moment,
        "Declaration": _declaration(out, moment),
    }
    dialect = str(profile.settings.get("pointers", "wco"))
    tree["Error"] = [_error(problem, profile) for problem in out.problems]
    tree["Error"] += [one for answer in out.answers for one in _reasons(answer, dialect)]
    tree["Status"] = [one for answer in out.answers for one in _statuses(answer, dialect)]
    tree["AdditionalInformation"] = [
        one for answer in out.answers for one in _statements(answer, dialect)
    ]
    return response_document(tree, profile.settings.get("envelope", {}))


def _to_second(moment: str) -> str:
    """A stamp without its fraction: the format code 304 knows none."""
    head, point, tail = moment.partition(".")
    return head + tail.lstrip("0123456789") if point else moment


def _declaration(out: Outgoing, moment: str) -> Tree:
    known = {reference.scheme: reference.value for reference in reversed(out.references)}
    tree: Tree = {"FunctionalReferenceID": known.get("LRN"), "ID": known.get("MRN")}
    if out.status in _NEGATIVE:
        tree["RejectionDateTime"] = moment
    if out.stamp.version:
        tree["VersionID"] = str(out.stamp.version)
    return tree


def _error(problem: Problem, profile: Profile) -> Tree:
    codes: Mapping[str, str] = profile.settings.get("error_codes", {})
    pointer = pointers.from_text(problem.pointer) if problem.pointer else None
    return {
        "Description": in_words(problem),
        "ValidationCode": codes.get(problem.code, codes.get("*", "INVALID")),
        "Pointer": pointers.to_tree(pointer) if pointer else [],
    }


def in_words(problem: Problem) -> str:
    """The problem in one line: text, what was found and expected, what to do, and where."""
    words = [problem.text]
    if problem.found and problem.found not in problem.text:
        words.append(f"found: {problem.found}")
    if problem.expected:
        words.append(f"expected: {problem.expected}")
    if problem.hint:
        words.append(problem.hint)
    if problem.where.line:
        column = f", column {problem.where.column}" if problem.where.column else ""
        words.append(f"line {problem.where.line}{column}")
    if problem.where.xpath:
        words.append(problem.where.xpath)
    return "; ".join(words)


def _pointer(path: str | None, dialect: str) -> list[dict[str, str]]:
    pointer = pointers.to_pointer(path, dialect) if path else None
    return pointers.to_tree(pointer) if pointer else []


def _reasons(answer: Tree, dialect: str) -> Iterator[Tree]:
    for reason in answer.get("Reason", ()):
        path = reason.get("Path") or answer.get("Subject")
        yield {
            "Description": reason.get("Text"),
            "ValidationCode": reason.get("Code"),
            "Pointer": _pointer(path, dialect),
        }


def _statuses(answer: Tree, dialect: str) -> Iterator[Tree]:
    native = answer.get("NativeCode")
    if native and len(native) <= 3:
        yield {"NameCode": native, "Pointer": _pointer(answer.get("Subject"), dialect)}


def _statements(answer: Tree, dialect: str) -> Iterator[Tree]:
    about = _pointer(answer.get("Subject"), dialect)
    who = [answer.get(name) for name in ("AgencyID", "PurposeCode", "CheckCode")]
    said = [answer.get(name) for name in ("StatusCode", "NativeText")]
    words = f"{' '.join(filter(None, who))}: {'; '.join(filter(None, said))}".strip(": ")
    valid = answer.get("ValidUntilDateTime")
    wanted: list[dict[str, Any]] = list(answer.get("WantedDocument", ()))
    if words:
        yield {
            "StatementCode": answer.get("CheckCode"),
            "StatementDescription": words,
            "LimitDateTime": None if wanted else valid,
            "StatementTypeCode": _FREE_REMARK,
            "Pointer": about,
        }
    for condition in answer.get("Condition", ()):
        yield {
            "StatementDescription": condition.get("Text"),
            "StatementTypeCode": _FREE_REMARK,
            "Pointer": about,
        }
    for document in wanted:
        shown = [document.get(name) for name in ("ID", "Text")]
        yield {
            "StatementCode": document.get("TypeCode"),
            "StatementDescription": " ".join(filter(None, shown)) or None,
            "LimitDateTime": valid,
            "StatementTypeCode": _DOCUMENT_REQUEST,
            "Pointer": about,
        }
