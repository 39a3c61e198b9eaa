"""CUSRES of an authority: what the border police answers about the persons of a flight, D.05B.

Behaviour
    Each UNH is one message and one answer event.
    962   an answer to a request: RFF+TN, with its revision where it is given, is the carrier's
          number of the list that is answered; the flight besides, where it is said
    132   a decision that has changed, not asked for: by its flight, with day and airport; RFF+TN
          is the authority's own number, as the number of the document in BGM is in both
    ERP+1 is about the whole, ERP+2 about a person, by RFF+ABO, else by RFF+AVF. ERC is a status by
    the profile (`status_of`), the gravest of several; without ERC, or under a code of `notices`,
    the group informs and decides nothing. FTX is what the authority says in its own words.
    Any problem with a code or a person rejects the message: half an answer is none.
    A reply tells the authority what was wrong with its own message (`cusres_reply`).
Knowingly not done
    Words in FTX are not interpreted. Times, airports and persons that are not needed to find what
    is answered are not compared with it. Further messages of one long answer (UNH: 02, 03) are
    answers of their own, without the authority's number.
Versions
    D.05B   read; a release is not asked for
"""

from collections.abc import Iterator

from adapters.airline.cusres_reading import Answered, Group, Said, read_answer
from adapters.airline.cusres_reply import board_to, reply_to
from adapters.airline.cusres_wrong import ANSWER, CHANGE, problems_of
from adapters.airline.drafting import FLIGHT, TRANSACTION
from adapters.airline.purpose import part_number
from adapters.interchange import EDIFACT
from adapters.wire.edifact import MessageIn, looks_like, read
from broker.adapter import (
    Artifact,
    Draft,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Reference,
    Syntax,
    Tree,
    Unmapped,
)
from broker.model.problem import Place, rejects

_SURE, _UNSURE = 90, 10
_TEXT_MAX = 512
_GRAVEST = ("refused", "do_not_load", "held", "information_wanted", "inspection", "acknowledged",
            "conditional", "released")  # fmt: skip


class CusresAnswers:
    """The adapter of this format; it holds nothing."""

    family = "agency"
    format = "CUSRES answers"
    content_types: tuple[str, ...] = ("application/edifact", "text/plain")
    syntax: Syntax = EDIFACT
    message_types: tuple[str, ...] = ("CUSRES",)

    def recognises(self, payload: bytes) -> Recognition | None:
        """Any EDIFACT, so that a stray message gets a clear answer; surely one with CUSRES."""
        sight = looks_like(payload)
        if sight is None:
            return None
        return Recognition(self.format, _SURE if "CUSRES" in sight.types else _UNSURE)

    def answer_id(self, payload: bytes) -> str | None:
        """The authority's number of a single answer."""
        reading = read(payload)
        if len(reading.envelope.spans) != 1:
            return None
        message = reading.message(1)
        if message.type not in self.message_types:
            return None
        return _own_number(message, read_answer(message))

    def read_message(self, message: MessageIn, profile: Profile) -> Message:
        """One answer, and all that is wrong with it."""
        return _message(message, profile)

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of an answer stood."""
        reading = read(payload)
        if 1 <= message <= len(reading.envelope.spans):
            found = reading.message(message)
            if found.type in self.message_types:
                yield from _places(found, read_answer(found))

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """A board's answers, for a recipient that reads this format."""
        return (Artifact(board_to(out, profile), self.content_types[0], "cusres.edi"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """What was wrong with the authority's own answer."""
        content = reply_to(out, original, profile)
        return (Artifact(content, self.content_types[0], "cusres.edi"),)


def _message(message: MessageIn, profile: Profile) -> Message:
    answered = read_answer(message)
    problems = problems_of(message, answered, profile)
    own = _own_number(message, answered)
    draft = Draft(
        kind="",
        does="answer",
        references=tuple(_references(message, answered)),
        body=_body(answered, own, profile),
        package="answer",
        unmapped=tuple(
            Unmapped(_place(message, one), f"Response.{message.segments[one.segment - 1][0][0]}",
                     one.value)
            for one in answered.left
        ),
    )  # fmt: skip
    return Message(
        number=message.number,
        reference=own or (answered.transaction.value if answered.transaction else ""),
        verdict="rejected" if rejects(problems) else "accepted",
        problems=problems,
        events=iter((draft,)),
    )


def _own_number(message: MessageIn, answered: Answered) -> str | None:
    """The authority's own number: of the document (BGM), else of a decision that has changed.

    A further message of one answer has none: the number is used once.
    """
    if (part_number(message.sequence) or 1) > 1:
        return None
    if answered.number is not None:
        return answered.number.value
    changed = answered.transaction if answered.type.value == CHANGE else None
    return changed.value if changed is not None and changed.value else None


def _references(message: MessageIn, answered: Answered) -> Iterator[Reference]:
    """What is answered: the flight; of an answer to a request, its number."""
    if (flight := answered.flight) is not None:
        yield Reference(FLIGHT, flight)
    request = answered.transaction
    if answered.type.value == ANSWER and request is not None and request.value:
        yield Reference(TRANSACTION, request.value, _place(message, request))
        if answered.revision:
            yield Reference(TRANSACTION, f"{request.value}/{answered.revision}")


def _body(answered: Answered, own: str | None, profile: Profile) -> Tree:
    """The answers: the whole first, so that what is said of a person holds for that person."""
    body: Tree = {"FunctionCode": answered.type.value} if answered.type.value else {}
    if own:
        body["FunctionalReferenceID"] = own
    if answered.type.value == ANSWER and answered.transaction is not None:
        about = {"FunctionalReferenceID": answered.transaction.value}
        if answered.revision:
            about["VersionID"] = answered.revision
        body["Declaration"] = {name: text for name, text in about.items() if text}
    groups = sorted(answered.groups, key=lambda group: group.level.value != "1")
    if groups:
        body["Answer"] = [_answer(group, profile) for group in groups]
    return body


def _answer(group: Group, profile: Profile) -> Tree:
    answer: Tree = {}
    if group.level.value == "2" and group.person is not None:
        scheme, reference = group.person
        answer["SubjectReference"] = {"Scheme": scheme, "ID": reference.value}
    codes = [one.value for one in group.codes if one.value]
    statuses = profile.settings.get("status_of", {})
    meant = [(statuses[code], code) for code in codes if code in statuses]
    native = codes[:1]
    if meant:
        status, code = min(meant, key=lambda one: _GRAVEST.index(one[0]))
        answer["StatusCode"], native = status, [code]
    if native:
        answer["NativeCode"] = native[0]
    texts = [one.value[at : at + _TEXT_MAX]
             for one in group.texts for at in range(0, len(one.value), _TEXT_MAX)]  # fmt: skip
    if texts:
        answer["NativeText"] = texts[0]
    reasons: list[Tree] = [{"Code": code} for code in codes if code not in native]
    reasons += [{"Text": text} for text in texts[1:]]
    if reasons:
        answer["Reason"] = reasons
    return answer


def _place(message: MessageIn, said: Said) -> Place:
    return message.place(said.segment, said.element, said.component)


def _places(message: MessageIn, answered: Answered) -> Iterator[tuple[Path, Place]]:
    if answered.type.value:
        yield "FunctionCode", _place(message, answered.type)
    own = answered.number or (answered.transaction if answered.type.value == CHANGE else None)
    if own is not None:
        yield "FunctionalReferenceID", _place(message, own)
    groups = sorted(answered.groups, key=lambda group: group.level.value != "1")
    for number, group in enumerate(groups, 1):
        above = f"Answer[#{number}]"
        if group.person is not None:
            yield f"{above}.SubjectReference.ID", _place(message, group.person[1])
        if group.codes:
            yield f"{above}.NativeCode", _place(message, group.codes[0])
        if group.texts:
            yield f"{above}.NativeText", _place(message, group.texts[0])
