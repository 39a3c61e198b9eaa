"""Why an event is declined, in words: what is wrong, and what to do."""

from dataclasses import replace

from broker.model.dossier import Event, Request
from broker.model.problem import Place, Problem
from broker.model.request_table import RequestTable

DECLINES = {
    "event.nothing-matched": (
        "none of the listed elements is in what was lodged before",
        "name each element as it was lodged: by its reference, its document, or name and birth",
    ),
    "event.patch-not-taken": (
        "amendments by change list are not taken",
        "lodge the corrected declaration again as an original under the same LRN",
    ),
    "event.replaced": (
        "a later message of yours about the same thing came while this one was waiting",
        "nothing: the later message is waiting in its place",
    ),
    "event.not-the-owner": (
        "this part belongs to another party",
        "only the party that lodged it may replace it",
    ),
    "event.already-withdrawn": (
        "it has been withdrawn",
        "lodge it anew under a new reference",
    ),
    "reference.reused": (
        "the reference belongs to something that was withdrawn or closed",
        "use a new reference",
    ),
    "reference.unknown": (
        "the reference means nothing that you have lodged, or may join",
        "check the reference, or lodge first what it refers to",
    ),
    "reference.not-yours": (
        "the reference is of another party: the code in it is not one of yours",
        "check the reference; ask the operator to list the code in your file (owns) if it is yours",
    ),
    "reference.owner-lodged": (
        "the party whose reference this is has lodged this part itself",
        "nothing: what that party lodged is in force; ask it about what its list lacks",
    ),
    "reference.missing": (
        "nothing in the message says what it is about",
        "give it its reference: LRN, item and posting date, flight and date, or visit id",
    ),
    "reference.ambiguous": (
        "the references belong to different dossiers",
        "send one message for each",
    ),
    "answer.id-reused": (
        "the number of the answer was used before, for another answer",
        "give each answer a number of its own, a corrected answer too",
    ),
    "answer.request-unknown": (
        "the answer names a request that was not delivered to you",
        "name a request by the number that its delivery shows, or answer with the delivery's id",
    ),
    "answer.nothing-delivered": (
        "nothing was delivered to you that this could answer",
        "answer with the delivery's id",
    ),
    "answer.ending-not-allowed": (
        "you may not end a dossier of your own accord",
        "answer with another status, or ask the operator for the right to end (ends: true)",
    ),
    "answer.report-not-allowed": (
        "you may not report this of a dossier",
        "leave it out, or ask the operator for the right to report it (reports: [arrived])",
    ),
    "answer.report-malformed": (
        "the moment of what is reported does not exist, or lies ahead",
        "state the moment at which it happened; it has one after it has happened only",
    ),
    "answer.ending-in-part": (
        "a dossier is ended as a whole, by an answer that says nothing else",
        "send one answer without a subject, a part, a check and a quantity",
    ),
    "answer.correction-not-allowed": (
        "you do not decide about this, and cannot correct it",
        "answer it; only who decides by the table of its profile corrects a document",
    ),
    "answer.subject-unknown": (
        "the answer is about an element that was not delivered to you",
        "name an element of the delivery that is answered, or answer about the whole",
    ),
    "answer.subject-ambiguous": (
        "the reference names more than one person of the delivery",
        "name each person by their own reference (ABO), or by the number in the delivery",
    ),
    "request.open": (
        "another request about this is open, and must be decided first",
        "wait for its decision, or take it back",
    ),
    "answer.question-unknown": (
        "there is no question of this number that you have asked and that is not closed",
        "compare the number with your board",
    ),
    "request.unknown": (
        "there is no open request of this number that you have made, or must decide",
        "compare the number with the reply to the request, or with its delivery",
    ),
    "request.refused": (
        "this cannot be asked for in its present state",
        "ask the authority that decides about it",
    ),
    "request.lodge-whole": (
        "the authority has corrected this, and its correction could not be applied",
        "lodge the whole document; after that it may be amended again",
    ),
    "request.undecided": (
        "the request was not decided in time, and is refused",
        "ask again, or ask the authority that decides about it",
    ),
    "request.answer-malformed": (
        "a request is answered with granted or refused, and not in parts",
        "send one answer without a subject, with the status granted or refused",
    ),
    "event.discarded": (
        "an operator discarded the message after it could not be processed",
        "ask the operator named in the documentation",
    ),
}
"""Why an event is declined: what is wrong, and what to do."""


def decline_problem(code: str, event: Event | None = None) -> Problem:
    """The problem with this code, in words; at the event's reference, if its place is known."""
    text, hint = DECLINES[code]
    if event is None or not code.startswith("reference."):
        return Problem(code=code, text=text, hint=hint)
    (reference, place), *_ = [*event.places.items(), ((), {})]
    return Problem(
        code=code,
        text=text,
        hint=hint,
        message=event.message or None,
        part=event.part,
        where=Place(**place),
        found=reference[1] if reference else None,
    )


def refusal_problem(code: str, table: RequestTable, event: Event) -> Problem:
    """What a table refuses: a decline of our own, or the code of the sender's standard."""
    if code in DECLINES:
        return decline_problem(code, event)
    problem = decline_problem("request.refused", event)
    return replace(
        problem,
        message=event.message or None,
        part=event.part,
        native=code,
        hint=table.hints.get(code, problem.hint),
    )


def open_problem(request: Request, table: RequestTable, event: Event) -> Problem:
    """Another request is open: it is named by its number."""
    code = "" if table.open in DECLINES else table.open
    problem = decline_problem("request.open", event)
    return replace(
        problem,
        text=f"request {request.number} about this is open, and must be decided first",
        message=event.message or None,
        part=event.part,
        found=f"request {request.number}",
        native=code,
        hint=table.hints.get(code, problem.hint),
    )


def late_problem(event: Event, version: int) -> Problem:
    """A message that is older than the version in force: it is kept, and not applied."""
    return Problem(
        code="event.late",
        text=f"this message is older than version {version}, which is in force: it is kept, and "
        "not applied",
        severity="warning",
        message=event.message or None,
        part=event.part,
        expected="a message with a newer revision",
        hint="send it again with a newer revision if it is what holds now",
    )
