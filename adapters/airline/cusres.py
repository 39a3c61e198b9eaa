"""CUSRES for a carrier, UN/EDIFACT D.05B, as interactive passenger clearance uses it.

Behaviour
    BGM 962; RFF+TN, flight, times and airports as the original said them; then
    ERP+1   the message: one for each problem of it, or the answer about the whole list
    ERP+2   a person, named by RFF+AVF and RFF+ABO: ERC by the profile, FTX+AAP in words
    Under application references that the profile names, an answer about the whole list is told
    for each person of the original.
    Sender and recipient are swapped; syntax, separators and group are the original's. More than
    99 ERP, the most that the directory allows, go on in further messages (S010).
Knowingly not done
    BGM 132 (a decision that changes later) is written as 962 too: the reply always says what holds
    now.
Versions
    D.05B   written
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from adapters.airline.listed import Listed
from adapters.airline.moment import to_edifact
from adapters.airline.reading import read_list
from adapters.airline.whereabouts import years_of
from adapters.airline.writing import prepared, unh
from adapters.wire.edifact import Group, Interchange, MessageIn, Reading, Segment, read
from adapters.wire.edifact_write import MessageOut, write
from broker.adapter import Original, Outgoing, Profile, Tree
from broker.model.problem import Problem, Severity

_GRAVEST = ("refused", "do_not_load", "held", "information_wanted", "inspection", "waiting",
            "acknowledged", "conditional", "released")  # fmt: skip
_PERSON = re.compile(r"BorderTransportMeans\.(Passenger|Crew)\[(\d+)\]")
_ENTRIES_MAX, _TEXT_MAX, _LEGS_MAX = 99, 512, 10
_PRINTABLE = re.compile(r"[ -~]*")
_VERSIONS = frozenset({"1", "2", "3", "4"})

Key = tuple[str, str]
"""Class of a person and his number; or what he is known by."""


@dataclass(slots=True)
class Entry:
    """One ERP group: whom it is about (None: the message), codes, and texts."""

    person: Tree | None
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """The original as far as it can be read."""

    header: Interchange
    message: MessageIn | None
    listed: Listed


def reply_to(out: Outgoing, original: Original, profile: Profile) -> bytes:
    """The interchange that answers one message."""
    asked = _asked(original, profile)
    entries = list(_entries(out, asked, profile))
    header = _header(asked, out, profile)
    chunks = [entries[at : at + _ENTRIES_MAX] for at in range(0, len(entries), _ENTRIES_MAX)]
    messages = [
        MessageOut(_message(asked, out, profile, (number, len(chunks)), chunk))
        for number, chunk in enumerate(chunks, 1)
    ]
    return write(header, messages, _group(asked, header, profile))


def _asked(original: Original, profile: Profile) -> Asked:
    severities = profile.settings.get("severities", {})
    reading = _surveyed(original.payload, tuple(sorted(severities.items())))
    if not 1 <= original.message <= len(reading.envelope.spans):
        said = reading.interchanges
        return Asked(said[0] if said else Interchange(), None, Listed())
    message = reading.message(original.message)
    if message.type != "PAXLST":
        return Asked(message.interchange, message, Listed())
    return Asked(message.interchange, message, read_list(message, years_of(profile)))


@lru_cache(maxsize=1)
def _surveyed(payload: bytes, severities: tuple[tuple[str, Severity], ...]) -> Reading:
    """The first pass over an interchange. Replies about one come in a row."""
    return read(payload, dict(severities))


def _header(asked: Asked, out: Outgoing, profile: Profile) -> Interchange:
    said = asked.header
    now = prepared(out.stamp.issued_at)
    if len(said.prepared.partition(":")[0]) == 8:
        now = f"20{now}"
    return replace(
        said,
        syntax=said.syntax if said.codec and said.syntax else "UNOA",
        version=said.version if said.version in _VERSIONS else "4",
        sender=_sign(said.recipient) or profile.settings.get("reply", {}).get("sender", ""),
        sender_qualifier=_sign(said.recipient_qualifier),
        recipient=_sign(said.sender),
        recipient_qualifier=_sign(said.sender_qualifier),
        application=_sign(said.application),
        test=_sign(said.test),
        prepared=now,
        reference=out.stamp.id[-14:].upper(),
        acknowledgement="",
    )


def _sign(said: str) -> str:
    """A sign of the original as any header can hold it: up to what is not printable ASCII."""
    found = _PRINTABLE.match(said)
    return found[0] if found else ""


def _group(asked: Asked, header: Interchange, profile: Profile) -> Group | None:
    if asked.message is None or asked.message.group is None:
        return None
    said, own = asked.message.group, profile.settings.get("reply", {})
    return Group(
        type="CUSRES",
        sender=_sign(said.recipient),
        recipient=_sign(said.sender),
        prepared=header.prepared,
        reference=header.reference,
        agency=_sign(said.agency),
        version=own.get("version", ""),
        release=own.get("release", ""),
    )


def _message(
    asked: Asked, out: Outgoing, profile: Profile, chunk: tuple[int, int], entries: list[Entry]
) -> list[Segment]:
    number, of = chunk
    message = asked.message
    reference = _sign(message.reference) if message else ""
    own = (reference or "1") if number == 1 else f"{reference[:10]}{number:04d}"
    head = unh("CUSRES", profile, own)
    if message:
        head += [[_sign(message.access_reference)]]
        flag = ("F" if number == of else "C" if number == 1 else "") if of > 1 else "F"
        if of > 1 or message.sequence:
            head += [[f"{number:02d}", flag]]
    found = [head, [["BGM"], ["962"]], *_flight(asked.listed, out)]
    for one in entries:
        found += _entry(one)
    return found


def _flight(listed: Listed, out: Outgoing) -> Iterator[Segment]:
    """Transaction, and each leg with its times and airports, as the original said them."""
    if "FunctionalReferenceID" in listed.tree:
        yield [["RFF"], ["TN", listed.tree["FunctionalReferenceID"]]]
    for at, leg in enumerate(listed.legs[:_LEGS_MAX]):
        yield from _leg(listed, at, leg)
    if not listed.legs:
        for reference in out.references:
            if reference.scheme == "FLIGHT":
                yield [["RFF"], ["AF", reference.value.partition("/")[0]]]


def _leg(listed: Listed, at: int, leg: Tree) -> Iterator[Segment]:
    if "JourneyID" in leg:
        yield [["RFF"], ["AF", leg["JourneyID"]]]
    calls = [call for call, of in zip(listed.calls, listed.leg_of, strict=True) if of == at]
    for name, code in (("DepartureDateTime", "189"), ("ArrivalDateTime", "232")):
        for call in calls:
            if name in call:
                yield [["DTM"], [code, to_edifact(call[name]), "201"]]
    for call in calls:
        yield [["LOC"], [call.get("RoleCode", "")], [call.get("ID", "")]]


def _entry(one: Entry) -> Iterator[Segment]:
    yield [["ERP"], ["1" if one.person is None else "2"]]
    if one.person is not None:
        for name, code in (("BookingReferenceID", "AVF"), ("CarrierReferenceID", "ABO")):
            if name in one.person:
                yield [["RFF"], [code, one.person[name]]]
    for code in dict.fromkeys(one.codes):
        yield [["ERC"], [code]]
    for text in one.texts:
        yield [["FTX"], ["AAP"], [""], [""], [text[:_TEXT_MAX]]]


def _entries(out: Outgoing, asked: Asked, profile: Profile) -> Iterator[Entry]:
    """What is told: problems, then answers; at least the status in words."""
    told = [*_problems(out, asked, profile), *_answers(out, asked, profile)]
    if not told:
        code = profile.settings.get("status_codes", {}).get(out.status)
        told = [Entry(None, [code] if code else [], [_words(out.status, profile)])]
    yield from told


def _problems(out: Outgoing, asked: Asked, profile: Profile) -> Iterator[Entry]:
    codes: Mapping[str, str] = profile.settings.get("error_codes", {})
    persons = {(one.name, one.tree["SequenceNumeric"]): one for one in asked.listed.persons}
    about: dict[Key, Entry] = {}
    for problem in out.problems:
        found = _PERSON.search(problem.path or "")
        person = persons.get((found[1], found[2])) if found else None
        if person is None:
            entry = Entry(None)
            yield entry
        else:
            entry = about.setdefault(
                (person.name, person.tree["SequenceNumeric"]), Entry(person.tree)
            )
        entry.codes.append(codes.get(problem.code, codes.get("*", "12")))
        entry.texts.append(in_words(problem))
    yield from about.values()


def in_words(problem: Problem) -> str:
    """The problem in one line; the value itself stands in the carrier's own file."""
    words = [problem.text]
    place = problem.where.segment
    if place:
        element = f" element {problem.where.element}" if problem.where.element else ""
        words.append(f"segment {place}{element}")
    if problem.hint:
        words.append(problem.hint)
    if problem.expected:
        words.append(f"expected: {problem.expected}")
    return "; ".join(words)


def _answers(out: Outgoing, asked: Asked, profile: Profile) -> Iterator[Entry]:
    """One entry for each person who is answered, and one for the list, or for each other person."""
    by_person: dict[Key, list[Tree]] = {}
    whole: list[Tree] = []
    for answer in out.answers:
        found = _PERSON.match(answer.get("Subject") or "")
        if found:
            by_person.setdefault((found[1], found[2]), []).append(answer)
        else:
            whole.append(answer)
    answered: set[Key] = set()
    for (name, number), answers in by_person.items():
        person = _person(out.document, name, number)
        answered.add(_known_by(person))
        yield _answer(person, answers, profile)
    if not whole:
        return
    if asked.header.application not in profile.settings.get("answered_each", ()):
        yield _answer(None, whole, profile)
        return
    for one in asked.listed.persons:
        if _known_by(one.tree) not in answered:
            yield _answer(one.tree, whole, profile)


def _person(document: Mapping[str, Any], name: str, number: str) -> Tree:
    """The person with this number in the live list; nothing is known of one who has gone."""
    persons = document.get("BorderTransportMeans", {}).get(name, ())
    return next((one for one in persons if one.get("SequenceNumeric") == number), {})


def _known_by(person: Mapping[str, Any]) -> Key:
    """What a person is known by in the dossier and in the original: RFF+ABO, else his names."""
    reference = person.get("CarrierReferenceID")
    if reference:
        return reference, ""
    return person.get("FamilyName", ""), person.get("GivenName", "")


def _answer(person: Tree | None, answers: list[Tree], profile: Profile) -> Entry:
    """The gravest status as code and words, then what each agency says."""
    codes: Mapping[str, str] = profile.settings.get("status_codes", {})
    said = {answer.get("StatusCode") for answer in answers}
    status = next((one for one in _GRAVEST if one in said), "")
    entry = Entry(person)
    if status in codes:
        entry.codes.append(codes[status])
    if status:
        entry.texts.append(_words(status, profile))
    for answer in answers:
        texts = [answer.get("NativeText"), *(one.get("Text") for one in answer.get("Reason", ()))]
        texts += [one.get("Text") for one in answer.get("Condition", ())]
        texts += [one.get("Text") for one in answer.get("WantedDocument", ())]
        entry.texts += [text for text in texts if text]
    return entry


def _words(status: str, profile: Profile) -> str:
    words: Mapping[str, str] = profile.settings.get("status_words", {})
    return words.get(status, status.replace("_", " ").upper())
