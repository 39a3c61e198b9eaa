"""What an authority wants to know or see: numbered questions, which it alone closes.

Rules
    An answer that wants information or documents opens a question about its subject, with a number
    of the dossier's own and the time that the answer gives. The same once more is no other one.
    Why it is wanted is the agency's own, and no part of the question.
    It is closed by the same agency: by its next decision about the subject that wants nothing, by
    an answer that names its number, or when the dossier ends. What a declarant does closes none.
    When its time has passed it is overdue: the agency is notified, and the declarant replied to.
What does not belong
    Whether what is wanted holds anything up: that is the status of the answer (`standing`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.core.effects import Making
from broker.core.late import end_of
from broker.dossiers.standing import ADVERSE, FAVOURABLE
from broker.model.answer import ENDED
from broker.model.dossier import Answer, Dossier, Event, Question
from broker.model.records import digest
from broker.replies import payloads
from broker.state.due import Due
from broker.state.queue import QUESTION_OVERDUE, Row

UNKNOWN = "answer.question-unknown"
_WANTS = "information_wanted"


def unknown_question(dossier: Dossier, event: Event) -> str:
    """Why an answer closes no question although it names one; "" if it does, or names none."""
    number = event.body.get("QuestionID")
    known = _named(dossier, event)
    return UNKNOWN if number and known is None else ""


def keep_questions(making: Making) -> None:
    """The questions that this answer opens, and those that it closes."""
    event = making.event
    mine = [one for one in making.answers.values() if one.event == event.id]
    if any(one.status == ENDED for one in mine) and making.dossier.state == ENDED:
        for question in list(making.dossier.questions.values()):
            _close(making, question)
        return
    named = _named(making.dossier, event)
    if named is not None:
        _close(making, named)
    for question in list(making.dossier.questions.values()):
        if any(_settles(one, question) for one in mine):
            _close(making, question)
    if making.dossier.state in {"open", "closed"}:
        for answer in mine:
            _open(making, answer)


def pass_question(making: Making) -> bool:
    """The time of a question has passed; whether one is overdue now."""
    event = making.event
    for question in list(making.dossier.questions.values()):
        standing = making.dossier.state in {"open", "closed"} and question.state == "open"
        if standing and event.name == moment_of(question.number):
            making.question(replace(question, state="overdue"))
            making.queue.append(_notice(making, question))
            return True
    return False


def moment_of(number: int) -> str:
    """The name of the moment at which a question is overdue."""
    return f"question/{number}"


def _named(dossier: Dossier, event: Event) -> Question | None:
    number = event.body.get("QuestionID")
    for question in dossier.questions.values():
        if str(question.number) == number and question.recipient == event.recipient:
            return question
    return None


def _wanted(answer: Answer) -> Mapping[str, Any]:
    """What an answer wants; {} if nothing."""
    documents = answer.content.get("WantedDocument")
    if answer.status != _WANTS and not documents:
        return {}
    if documents:
        return {"TypeCode": "documents", "WantedDocument": documents}
    return {"TypeCode": "information"}


def _settles(answer: Answer, question: Question) -> bool:
    """Whether an answer is about what a question is about, decides something and wants nothing."""
    return (
        answer.recipient == question.recipient
        and answer.part == question.part
        and answer.subject in {"", question.subject}
        and answer.status in ADVERSE | FAVOURABLE
        and not _wanted(answer)
    )


def _open(making: Making, answer: Answer) -> None:
    content = _wanted(answer)
    if not content:
        return
    until = answer.content.get("ValidUntilDateTime")
    due_at = (end_of(until) if until else None) or ""
    about = (answer.part, answer.recipient, answer.subject, content)
    for known in making.dossier.questions.values():
        if (known.part, known.recipient, known.subject, known.content) == about:
            return
    event = making.event
    question = Question(
        number=making.dossier.numbered + 1, part=answer.part, recipient=answer.recipient,
        purpose=answer.purpose, subject=answer.subject, content=content, due_at=due_at,
        event=event.id, asked_at=event.received_at,
    )  # fmt: skip
    making.question(question)
    if due_at:
        name = moment_of(question.number)
        making.due.append(Due(making.dossier.id, name, due_at, making.dossier.kind))


def _close(making: Making, question: Question) -> None:
    making.question(replace(question, state="closed", closed_at=making.event.received_at))


def _notice(making: Making, question: Question) -> Row:
    """To the agency: what it wanted has not come, as far as it has said."""
    event, target = making.event, question.target
    shown = making.shown.get(target)
    version = shown.version if shown else 0
    now = shown.delivery if shown else ""
    return Row(
        id="d_" + digest(event.id, QUESTION_OVERDUE, *target),
        subscription=question.recipient,
        dossier=making.dossier.id,
        part=question.part,
        version=version,
        recipient=question.recipient,
        purpose=question.purpose,
        what="notice",
        type=QUESTION_OVERDUE,
        payload=payloads.overdue(making.dossier.id, question, version, now),
        context=orjson.dumps({"trace": event.trace}).decode(),
        created_at=event.received_at,
        showing=shown.showing if shown else 0,
    )
