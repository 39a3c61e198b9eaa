"""The reply to a declarant: a WCO Response, from a board, a rejection or a declined event.

    status             FunctionCode by the profile (`function_codes`); in words where it waits
    changes            a statement: which reply this one changes
    extent             statements: how much was taken, each element that was left out with its
                       pointer, each that is not confirmed; in every reply until it is corrected
    problems           one Error each: ValidationCode by the profile (`error_codes`, of warnings
                       `warning_codes`), severity and problem in words, its pointer
    answers            Status where the agency's own code fits; an Error for each reason; statements
                       for what was decided, for conditions and for documents wanted
    questions          a statement each: the number that a response names, and until when
    references         Declaration: LRN (FunctionalReferenceID) and MRN (ID)

Subjects and paths are in the numbers of the message that the reply is about. Only what the view
lets through arrives here; nothing is added but the words of the status.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.customs.writing import response_document
from broker.adapter import Extent, Outgoing, Profile, Tree
from broker.model import pointers
from broker.model.problem import Problem

_NEGATIVE = frozenset({"rejected", "declined"})
_FREE_REMARK, _DOCUMENT_REQUEST = "AFB", "ACA"
_VALIDATION_CODE_MAX = 8
_IN_WORDS = {
    "waiting_reference": (
        "this message is registered and not processed yet: it waits for a reference; the warning "
        "in this response states which one, until when, and what to do"
    ),
}
"""Statuses that no FunctionCode expresses."""


def response_xml(out: Outgoing, profile: Profile) -> bytes:
    """The Response document, valid against RES-DMS:2 whatever the original was."""
    moment = _to_second(out.stamp.issued_at)
    tree: Tree = {
        "FunctionCode": _function_code(out, profile),
        "FunctionalReferenceID": out.stamp.id,
        "IssueDateTime": moment,
        "Declaration": _declaration(out, moment),
    }
    dialect = str(profile.settings.get("pointers", "wco"))
    tree["Error"] = [_error(problem, profile) for problem in out.problems]
    tree["Error"] += [one for answer in out.answers for one in _reasons(answer, dialect)]
    tree["Status"] = list(_of_request(out, profile))
    tree["Status"] += [one for answer in out.answers for one in _statuses(answer, dialect)]
    statements = [*_of_message(out), *_of_extent(out.extent, dialect)]
    statements += [one for answer in out.answers for one in _statements(answer, dialect)]
    statements += [_question(one, dialect) for one in out.tree.get("Question", ())]
    tree["AdditionalInformation"] = statements
    return response_document(tree, profile.settings.get("envelope", {}))


def _function_code(out: Outgoing, profile: Profile) -> str:
    """By the status; of a message that asked for something, by what became of that."""
    codes: Mapping[str, str] = profile.settings.get("function_codes", {})
    if out.request:
        of_requests: Mapping[str, str] = profile.settings.get("request_codes", {})
        return of_requests.get(out.request["StatusCode"], "11")
    return codes.get(out.status, "03" if out.status in _NEGATIVE else "02")


def _of_request(out: Outgoing, profile: Profile) -> Iterator[Tree]:
    """Status/NameCode of a request that was decided."""
    names: Mapping[str, str] = profile.settings.get("request_names", {})
    if name := names.get(out.request.get("StatusCode", "")):
        yield {"NameCode": name, "Pointer": []}


def _to_second(moment: str) -> str:
    """A stamp without its fraction: format code 304 has none."""
    head, point, tail = moment.partition(".")
    return head + tail.lstrip("0123456789") if point else moment


def _declaration(out: Outgoing, moment: str) -> Tree:
    known = {reference.scheme: reference.value for reference in reversed(out.references)}
    tree: Tree = {"FunctionalReferenceID": known.get("LRN"), "ID": known.get("MRN")}
    if out.status in _NEGATIVE and not out.request:
        tree["RejectionDateTime"] = moment
    if out.stamp.version:
        tree["VersionID"] = str(out.stamp.version)
    return tree


def _error(problem: Problem, profile: Profile) -> Tree:
    pointer = pointers.from_text(problem.pointer) if problem.pointer else None
    return {
        "Description": in_words(problem),
        "ValidationCode": _validation_code(problem, profile),
        "Pointer": pointers.to_tree(pointer) if pointer else [],
    }


def _validation_code(problem: Problem, profile: Profile) -> str:
    """The code of this problem; of a warning without a row, the one of warnings."""
    if problem.native and len(problem.native) <= _VALIDATION_CODE_MAX:
        return problem.native
    errors: Mapping[str, str] = profile.settings.get("error_codes", {})
    usual = errors.get("*", "INVALID")
    if problem.severity == "error":
        return errors.get(problem.code, usual)
    warnings: Mapping[str, str] = profile.settings.get("warning_codes", {})
    by_code = warnings.get(problem.code) or errors.get(problem.code)
    return by_code or warnings.get("*", usual)


def in_words(problem: Problem) -> str:
    """The problem in one line: severity, text, found and expected, what to do, and where."""
    words = [f"{problem.severity}: {problem.text}"]
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


def _remark(words: str, about: list[dict[str, str]] | None = None) -> Tree:
    return {
        "StatementDescription": words,
        "StatementTypeCode": _FREE_REMARK,
        "Pointer": about or [],
    }


def _of_message(out: Outgoing) -> Iterator[Tree]:
    """What a reply states of itself: the status in words, and which reply it changes."""
    if out.status in _IN_WORDS:
        yield _remark(_IN_WORDS[out.status])
    if out.request.get("SequenceNumeric"):
        number, state = out.request["SequenceNumeric"], out.request["StatusCode"]
        yield _remark(f"request {number} ({out.request.get('TypeCode')}): {state}")
    if out.changes:
        yield _remark(f"this response changes the response {out.changes}")


def _of_extent(extent: Extent | None, dialect: str) -> Iterator[Tree]:
    """What was not taken, and each element of it; nothing where all was."""
    if extent is None:
        return
    many = f"{extent.taken} of {extent.declared} elements were taken"
    if extent.left_out:
        yield _remark(f"{many}; this response does not cover the others: correct and send them")
    elif extent.cut:
        yield _remark(f"{many}; the message states more elements than it has")
    for path in extent.left_out:
        yield _remark(f"left out: {path}", _pointer(path, dialect))
    for path in extent.not_confirmed:
        yield _remark(f"not confirmed by this message, and still on the list: {path}")


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
    agency = [answer.get(name) for name in ("AgencyID", "PurposeCode", "CheckCode")]
    decided = [answer.get("StatusCode"), answer.get("NativeText"), *_circumstances(answer)]
    words = f"{' '.join(filter(None, agency))}: {'; '.join(filter(None, decided))}".strip(": ")
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
        yield _remark(condition.get("Text") or "", about)
    for document in wanted:
        shown = [document.get(name) for name in ("ID", "Text")]
        yield {
            "StatementCode": document.get("TypeCode"),
            "StatementDescription": " ".join(filter(None, shown)) or None,
            "LimitDateTime": valid,
            "StatementTypeCode": _DOCUMENT_REQUEST,
            "Pointer": about,
        }


def _question(question: Tree, dialect: str) -> Tree:
    """What an authority wants, by its number, which a response names, and until when."""
    number, agency = question.get("SequenceNumeric"), question.get("AgencyID")
    words = f"question {number} of {agency}: {question.get('TypeCode')} wanted"
    if question.get("StatusCode") == "overdue":
        words += "; overdue"
    return {
        "StatementDescription": words,
        "LimitDateTime": _to_second(due) if (due := question.get("DueDateTime")) else None,
        "StatementTypeCode": _FREE_REMARK,
        "Pointer": _pointer(question.get("Subject"), dialect),
    }


def _circumstances(answer: Tree) -> Iterator[str]:
    """On which data an answer was given, and why, where that is not what it seems."""
    if answer.get("Silence") == "true":
        yield "released because no answer was given in time"
    if version := answer.get("VersionID"):
        yield f"given on version {version}"
    if former := answer.get("FormerSubject"):
        yield f"about {former}, which is no longer there"
