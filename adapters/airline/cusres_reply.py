"""CUSRES back to an authority: what was wrong with its own answer, or a board that it reads.

Behaviour
    BGM 313 (error message): the answer was rejected, or declined. BGM 312 (acknowledgement): it
    counts, with remarks, or waits for what it is about. RFF+TN and the flight are repeated.
    Each problem is an ERP: 2 with the person's references where it stood in the answer about a
    person, else 1; ERC by the profile's `error_codes`, none for a warning; FTX+AAP in words.
    Sender and recipient are swapped; syntax, separators and group are the original's.
Versions
    D.05B   written
"""

from collections.abc import Iterator
from dataclasses import replace

from adapters.airline.answering import answered_message, sign
from adapters.airline.cusres_reading import Answered, Group, read_answer
from adapters.airline.writing import prepared, unh
from adapters.wire.edifact import Group as Enclosing
from adapters.wire.edifact import Interchange, MessageIn, Segment
from adapters.wire.edifact_write import MessageOut, write
from broker.adapter import Original, Outgoing, Profile
from broker.model.problem import Problem

_ERROR, _ACKNOWLEDGES, _ANSWER = "313", "312", "962"
_REFUSED = frozenset({"rejected", "declined"})
_ENTRIES_MAX, _TEXT_MAX = 99, 512
_VERSIONS = frozenset({"1", "2", "3", "4"})


def reply_to(out: Outgoing, original: Original, profile: Profile) -> bytes:
    """The interchange that answers one message of an authority."""
    message, first = answered_message(original)
    header = _header(first, out, profile)
    answered = read_answer(message) if message and message.type == "CUSRES" else Answered()
    entries = [_entry(problem, answered, profile) for problem in out.problems]
    entries = entries or [[[["ERP"], ["1"]], _words(_status(out.status, profile))]]
    kind = _ERROR if out.status in _REFUSED else _ACKNOWLEDGES
    head = [[["BGM"], [kind]], *_repeated(message, answered)]
    return write(header, _messages(head, entries, profile), _group(message, header, profile))


def board_to(out: Outgoing, profile: Profile) -> bytes:
    """A board's answers, each in words: what it is about, and the status."""
    settings = profile.settings
    codes = {status: code for code, status in reversed(settings.get("status_of", {}).items())}
    entries: list[list[Segment]] = []
    for answer in out.answers:
        status = answer.get("StatusCode", "")
        code = [[["ERC"], [codes[status]]]] if status in codes else []
        about = answer.get("Subject") or "THE WHOLE"
        entries.append([[["ERP"], ["1"]], *code, _words(f"{about}: {_status(status, profile)}")])
    entries = entries or [[[["ERP"], ["1"]], _words(_status(out.status, profile))]]
    head: list[Segment] = [[["BGM"], [_ANSWER]]]
    head += [[["RFF"], ["TN", one.value]] for one in out.references if one.scheme == "TN"][:1]
    return write(_header(Interchange(), out, profile), _messages(head, entries, profile))


def _messages(
    head: list[Segment], entries: list[list[Segment]], profile: Profile
) -> Iterator[MessageOut]:
    """As many messages as the limit of the directory makes necessary."""
    parts = [entries[at : at + _ENTRIES_MAX] for at in range(0, len(entries), _ENTRIES_MAX)]
    for number, part in enumerate(parts, 1):
        first = unh("CUSRES", profile, str(number))
        if len(parts) > 1:
            flag = "F" if number == len(parts) else "C" if number == 1 else ""
            first += [[""], [f"{number:02d}", flag]]
        yield MessageOut([first, *head, *(segment for entry in part for segment in entry)])


def _entry(problem: Problem, answered: Answered, profile: Profile) -> list[Segment]:
    group = _group_of(problem, answered)
    named = [] if group is None or group.level.value != "2" else list(group.references.items())
    entry: list[Segment] = [[["ERP"], ["2" if named else "1"]]]
    entry += [[["RFF"], [scheme, reference.value]] for scheme, reference in named]
    text = problem.text
    if problem.severity == "error":
        codes = profile.settings.get("error_codes", {})
        entry.append([["ERC"], [codes.get(problem.code, codes.get("*", "12"))]])
    else:
        text = f"WARNING: {text}"
    more = [f"segment {problem.where.segment}"] if problem.where.segment else []
    more += [f"expected: {problem.expected}"] if problem.expected else []
    more += [problem.hint] if problem.hint else []
    entry.append(_words("; ".join([text, *more])))
    return entry


def _group_of(problem: Problem, answered: Answered) -> Group | None:
    """The answer in which a problem stood."""
    number = (problem.where.segment or "").rpartition(" ")[2]
    at = int(number) if number.isdecimal() else 0
    before = [group for group in answered.groups if 0 < group.level.segment <= at]
    return before[-1] if before else None


def _words(text: str) -> Segment:
    return [["FTX"], ["AAP"], [""], [""], [text[:_TEXT_MAX]]]


def _status(status: str, profile: Profile) -> str:
    words = profile.settings.get("status_words", {})
    return str(words.get(status, status.replace("_", " ").upper()))


def _repeated(message: MessageIn | None, answered: Answered) -> Iterator[Segment]:
    """What the answer named: its number, and the flights."""
    if message is None:
        return
    if answered.transaction is not None and answered.transaction.value:
        yield [["RFF"], ["TN", answered.transaction.value]]
    for leg in answered.legs:
        yield [["RFF"], ["AF", leg.flight]]


def _header(original: Interchange, out: Outgoing, profile: Profile) -> Interchange:
    own = profile.settings.get("reply", {})
    return replace(
        original,
        syntax=original.syntax if original.codec and original.syntax else "UNOA",
        version=original.version if original.version in _VERSIONS else "4",
        sender=sign(original.recipient) or own.get("sender", ""),
        sender_qualifier=sign(original.recipient_qualifier),
        recipient=sign(original.sender),
        recipient_qualifier=sign(original.sender_qualifier),
        application=sign(original.application),
        test=sign(original.test),
        prepared=prepared(out.stamp.issued_at),
        reference=out.stamp.id[-14:].upper(),
        acknowledgement="",
    )


def _group(message: MessageIn | None, header: Interchange, profile: Profile) -> Enclosing | None:
    if message is None or message.group is None:
        return None
    original, own = message.group, profile.settings.get("reply", {})
    return Enclosing(
        type="CUSRES",
        sender=sign(original.recipient),
        recipient=sign(original.sender),
        prepared=header.prepared,
        reference=header.reference,
        agency=sign(original.agency),
        version=own.get("version", ""),
        release=own.get("release", ""),
    )
