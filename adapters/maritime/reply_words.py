"""The sentences of a reply to a workbook: the headline, answers, what to do about them.

Rules
    The headline is true in every round: it says what was taken, what was left out, and which
    persons are not confirmed, also after a release.
    An adverse answer never reads like a remark: it says so first.
What does not belong
    Cells, rows and colours (`reply`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from adapters.stated import sentences
from adapters.wire.xlsx_marks import Gravity
from broker.adapter import Extent, Outgoing, Tree

GRAVITIES: tuple[Gravity, ...] = ("error", "hold", "warning", "clear", "note")
"""The order of answers: the gravest first."""


class _Headline(NamedTuple):
    """The state, how persons that were left out are joined to it, and what follows."""

    state: str
    joined: str = ", "
    more: str = ""


_HEADLINES = {
    "noted": _Headline("Accepted", " ", "See the remarks below."),
    "acknowledged": _Headline("Accepted", " ", "All agencies have received it."),
    "not_required": _Headline("Accepted", " ", "No agency has to answer."),
    "waiting": _Headline("Accepted", " ", "Agencies have still to answer."),
    "inspection": _Headline("An agency will inspect"),
    "information_wanted": _Headline("An agency wants to know more"),
    "conditional": _Headline("Cleared with conditions"),
    "released": _Headline("Cleared"),
    "refused": _Headline("Refused by an agency"),
    "held": _Headline("Held by an agency"),
    "do_not_load": _Headline("Refused by an agency: do not load"),
    "withdrawn": _Headline("Withdrawn"),
    "ended": _Headline("Ended by an authority"),
}
_NOT_ACCEPTED = {
    "declined": "Declined: the workbook could not be joined to a visit. See below.",
    "waiting_reference": "Not passed on yet: say which visit this belongs to. See below.",
}
_NO = frozenset({"", "0", "false", "no"})
_PERSON = re.compile(r"\bCrew\[(\d+)\]")
_ANSWERS: dict[str, tuple[Gravity, str]] = {
    "refused": ("error", "refused"),
    "do_not_load": ("error", "refused: do not load"),
    "held": ("hold", "held"),
    "inspection": ("hold", "inspection"),
    "information_wanted": ("hold", "information wanted"),
    "conditional": ("warning", "released with conditions"),
    "released": ("clear", "released"),
    "acknowledged": ("note", "received"),
    "ended": ("error", "ended"),
}


def headline(out: Outgoing) -> str:
    """The state of the message in one or two sentences."""
    if out.status == "rejected":
        return _rejected(out.extent)
    if out.status in _NOT_ACCEPTED:
        return _NOT_ACCEPTED[out.status]
    known = _HEADLINES.get(out.status, _Headline(out.status))
    without, unconfirmed = "", ""
    if out.extent and (count := count_of_left_out(out.extent)):
        without = f"{known.joined}without {count} of {_persons(out.extent.declared)}"
    if out.extent and out.extent.not_confirmed:
        unconfirmed = _not_confirmed(len(out.extent.not_confirmed))
    return " ".join(filter(None, (f"{known.state}{without}.", known.more, unconfirmed)))


def count_of_left_out(extent: Extent) -> int:
    """How many persons of a list that was taken were not taken."""
    return max(len(extent.left_out), extent.declared - extent.taken)


def _rejected(extent: Extent | None) -> str:
    wrong = len(extent.left_out) if extent else 0
    if not extent or not wrong:
        return "Rejected: nothing was passed on. Correct what is marked in red and send this again."
    have = "has an error" if wrong == 1 else "have errors"
    return (
        f"Rejected: {wrong} of {_persons(extent.declared)} {have}, and nothing was passed on. "
        "Correct what is marked in red and send the whole list again."
    )


def _persons(count: int) -> str:
    return f"{count} person" if count == 1 else f"{count} persons"


def _not_confirmed(count: int) -> str:
    are, they = ("is", "this person stays") if count == 1 else ("are", "they stay")
    return (
        f"{_persons(count)} of an earlier list {are} missing here and not confirmed: {they} on "
        "the list until a complete list is accepted."
    )


def changed_words(out: Outgoing) -> Iterator[str]:
    """Which reply this one changes, if it changes one."""
    if out.changes:
        yield f"This reply replaces the earlier reply {out.changes}."


def status_of_answer(answer: Tree) -> tuple[Gravity, str]:
    """How grave an answer is, and its status in words."""
    status = str(answer.get("StatusCode") or "")
    return _ANSWERS.get(status, ("note", status or "notice"))


def of_answer(answer: Tree) -> Iterator[str]:
    """The answer in sentences: its status and agency first, then on what it was given, and why."""
    words = status_of_answer(answer)[1]
    yield ", ".join(filter(None, (words.capitalize(), *_whose(answer))))
    version, former = answer.get("VersionID"), answer.get("FormerSubject")
    if former:
        given = f" on version {version}" if version else ""
        yield f"Given{given} about {_former(str(former))}"
    elif version:
        yield f"Given on version {version}"
    if str(answer.get("Silence") or "").lower() not in _NO:
        yield "Released because the agency did not answer in time"
    if until := answer.get("ValidUntilDateTime"):
        yield f"Valid until {until}"
    if text := answer.get("NativeText"):
        yield str(text)
    for reason in answer.get("Reason", ()):
        if why := _why(reason):
            yield f"Reason: {why}"
    yield from sentences({**answer, "WantedDocument": ()})


def of_reason(answer: Tree, reason: Tree) -> str:
    """Why a value is objected to, for a comment at its cell."""
    words = status_of_answer(answer)[1].capitalize()
    return ", ".join(filter(None, (words, str(answer.get("AgencyID") or ""), _why(reason))))


def _why(reason: Tree) -> str:
    return ": ".join(filter(None, (reason.get("Code"), reason.get("Text"))))


def _former(path: str) -> str:
    """What an answer was given on and is not there now, in the numbers of that version."""
    person = _PERSON.search(path)
    if person:
        return f"person {person[1]} of that list, who is no longer on the list"
    return f"{path}, which is no longer there"


def _whose(answer: Tree) -> Iterator[str]:
    for name in ("AgencyID", "PurposeCode", "Part", "CheckCode"):
        if value := answer.get(name):
            yield str(value)


def what_to_do(answer: Tree) -> str:
    """The conditions of an answer."""
    conditions = (str(one.get("Text") or "") for one in answer.get("Condition", ()))
    return "; ".join(filter(None, conditions))
