"""The reply to a declarant: a WCO Response, from a board, a rejection or a declined event.

    status             FunctionCode by the profile (`function_codes`); in words where it waits
    changes            a statement: which reply this one changes
    extent             statements: how much was taken, each element that was left out with its
                       pointer, each that is not confirmed; in every reply until it is corrected
    problems           one Error each: ValidationCode by the profile (`error_codes`, of warnings
                       `warning_codes`), severity and problem in words, its pointer
    answers            what agencies decided, and what they state to the declarant (`answered`); a
                       FunctionCode of the authority where the reply reports its answer
    questions          a statement each: the number that a response names, and until when
    references         Declaration: LRN (FunctionalReferenceID) and MRN (ID)
    VersionID          the one that the authority has given most recently; before, none

Subjects and paths are in the numbers of the message that the reply is about. Only what the view
lets through arrives here; nothing is added but the words of the status.
"""

from collections.abc import Iterator, Mapping

from adapters import stated
from adapters.customs.answered import (
    bank_of,
    corrections_of,
    declaration_of,
    errors_of,
    function_code,
    remark,
    statements_of,
    statuses_of,
    to_pointer,
)
from adapters.customs.writing import response_document
from broker.adapter import Extent, Outgoing, Profile, Tree
from broker.model import pointers
from broker.model.problem import Problem

_NEGATIVE = frozenset({"rejected", "declined"})
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
    dialect = str(profile.settings.get("pointers", "wco"))
    moment, bank = _to_second(out.stamp.issued_at), bank_of(out.answers)
    tree: Tree = {
        "FunctionCode": _function_code(out, profile),
        "FunctionalReferenceID": out.stamp.id,
        "IssueDateTime": moment,
        "Bank": bank,
        "Declaration": _declaration(out, moment),
    }
    answers = out.answers
    tree["Error"] = [_error(problem, profile) for problem in out.problems]
    tree["Error"] += [one for answer in answers for one in errors_of(answer, dialect)]
    tree["Amendment"] = [one for answer in answers for one in corrections_of(answer, dialect)]
    statuses = [one for answer in answers for one in statuses_of(answer, profile)]
    tree["Status"] = [*_of_request(out, profile, statuses), *statuses]
    statements = [*_of_message(out), *_of_extent(out.extent, dialect)]
    statements += [one for answer in answers for one in statements_of(answer, bank, dialect)]
    statements += [_question(one, dialect) for one in out.tree.get("Question", ())]
    statements += [remark(stated.reported(one)) for one in out.tree.get("Reported", ())]
    tree["AdditionalInformation"] = statements
    return response_document(tree, profile.settings.get("envelope", {}))


def _function_code(out: Outgoing, profile: Profile) -> str:
    """By the news and the status; of a message that asked for something, by what became of that."""
    if out.request:
        of_requests: Mapping[str, str] = profile.settings.get("request_codes", {})
        return of_requests.get(out.request["StatusCode"], "11")
    codes: Mapping[str, str] = profile.settings.get("function_codes", {})
    usual = codes.get(out.status, "03" if out.status in _NEGATIVE else "02")
    return function_code(out.answers, out.status, profile) or usual


def _of_request(out: Outgoing, profile: Profile, stated: list[Tree]) -> Iterator[Tree]:
    """Status/NameCode of a request that was decided, unless the authority's own is repeated."""
    names: Mapping[str, str] = profile.settings.get("request_names", {})
    name = names.get(out.request.get("StatusCode", ""))
    if name and name not in {status.get("NameCode") for status in stated}:
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
    return {**tree, "VersionID": out.tree.get("VersionID"), **declaration_of(out.answers)}


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


def _of_message(out: Outgoing) -> Iterator[Tree]:
    """What a reply states of itself: the status in words, and which reply it changes."""
    if out.status in _IN_WORDS:
        yield remark(_IN_WORDS[out.status])
    if out.request.get("SequenceNumeric"):
        number, state = out.request["SequenceNumeric"], out.request["StatusCode"]
        yield remark(f"request {number} ({out.request.get('TypeCode')}): {state}")
    if out.changes:
        yield remark(f"this response changes the response {out.changes}")


def _of_extent(extent: Extent | None, dialect: str) -> Iterator[Tree]:
    """What was not taken, and each element of it; nothing where all was."""
    if extent is None:
        return
    many = f"{extent.taken} of {extent.declared} elements were taken"
    if extent.left_out:
        yield remark(f"{many}; this response does not cover the others: correct and send them")
    elif extent.cut:
        yield remark(f"{many}; the message states more elements than it has")
    for path in extent.left_out:
        yield remark(f"left out: {path}", to_pointer(path, dialect))
    for path in extent.not_confirmed:
        yield remark(f"not confirmed by this message, and still on the list: {path}")


def _question(question: Tree, dialect: str) -> Tree:
    """What an authority wants, by its number, which a response names, and until when."""
    due = question.get("DueDateTime")
    words = stated.question({**question, "DueDateTime": None})  # it has an element for the time
    asked = remark(words, to_pointer(question.get("Subject"), dialect))
    return {**asked, "LimitDateTime": _to_second(due) if due else None}
