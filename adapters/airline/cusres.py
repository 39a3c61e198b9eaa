"""CUSRES for a carrier, UN/EDIFACT D.05B, as interactive passenger clearance uses it.

Behaviour
    BGM 962, the reply to a message: RFF+TN, flight, times and airports as the original has them.
    BGM 132, a decision that changed later: flight, times and airports of the original, RFF+TN the
    number that we give it; without what the carrier named its own message by.
    Then the entries (entries): ERP+1 the list, ERP+2 a person, named by RFF+AVF and RFF+ABO: ERC
    by the profile, FTX+AAP in words.
    Sender and recipient are swapped; syntax, separators and group are the original's. More than
    99 ERP, the most that the directory allows, go on in further messages (S010), and more bytes
    than the carrier's transport takes (reply: bytes_max) in further interchanges.
Knowingly not done
    Words are not continued in a second text element: one of more than 512 characters is shortened.
Versions
    D.05B   written
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adapters.airline.answering import answered_message, sign
from adapters.airline.entries import Asked, Entry, entries_of
from adapters.airline.listed import Listed
from adapters.airline.moment import to_edifact
from adapters.airline.own_reference import own_reference
from adapters.airline.reading import read_list
from adapters.airline.whereabouts import years_of
from adapters.airline.writing import prepared, unh
from adapters.wire.edifact import Group, Interchange, Segment
from adapters.wire.edifact_write import MessageOut, size_of, write
from broker.adapter import Artifact, Original, Outgoing, Profile, Tree

_ENTRIES_MAX, _TEXT_MAX, _LEGS_MAX = 99, 512, 10
_SPARE_BYTES = 16
"""For counts and numbers that grow when a message is filled."""
_VERSIONS = frozenset({"1", "2", "3", "4"})
_REPLY, _CHANGE = "962", "132"


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all messages of one reply have in common."""

    out: Outgoing
    asked: Asked
    profile: Profile
    header: Interchange
    group: Group | None

    @property
    def number(self) -> str:
        """The number that we give this reply; a carrier's acknowledgement repeats it."""
        return own_reference(self.out.stamp.id)


def artifacts_of(out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
    """The reply to one message as it is sent, in several files where one would be too large."""
    contents = reply_to(out, original, profile)
    return tuple(
        Artifact(content, "application/edifact", f"cusres{number}.edi")
        for number, content in zip(_numbers(len(contents)), contents, strict=True)
    )


def _numbers(count: int) -> list[str]:
    """What tells several artifacts of one reply apart."""
    return [f"-{number}" for number in range(1, count + 1)] if count > 1 else [""]


def reply_to(out: Outgoing, original: Original, profile: Profile) -> tuple[bytes, ...]:
    """The reply to one message: one interchange, or several where one would be too large."""
    asked = _asked(original, profile)
    header = _header(asked, out, profile)
    frame = _Frame(out, asked, profile, header, _group(asked, header, profile))
    entries = entries_of(out, asked, profile)
    most: int = profile.settings.get("reply", {}).get("bytes_max", 0)
    chunks = [entries[at : at + _ENTRIES_MAX] for at in range(0, len(entries), _ENTRIES_MAX)]
    whole = _interchange(frame, [(chunk, at, len(chunks)) for at, chunk in enumerate(chunks, 1)])
    if not most or len(whole) <= most:
        return (whole,)
    parts = list(_parts(frame, entries, most))
    return tuple(
        _interchange(frame, [(part, at, len(parts))], at) for at, part in enumerate(parts, 1)
    )


def _interchange(
    frame: _Frame, chunks: list[tuple[list[Entry], int, int]], number: int = 0
) -> bytes:
    """Messages in an interchange; `number`: of several interchanges, each with its reference."""
    header, group = frame.header, frame.group
    if number:
        reference = f"{header.reference[-10:]}{number:04d}"
        header = replace(header, reference=reference)
        group = replace(group, reference=reference) if group else None
    messages = [MessageOut(_message(frame, part, (at, of))) for part, at, of in chunks]
    return write(header, messages, group)


def _parts(frame: _Frame, entries: list[Entry], most: int) -> Iterator[list[Entry]]:
    """The entries in parts of which each fits an interchange; a long one is divided."""
    empty = max(len(_interchange(frame, [([], at, 9_999)], at)) for at in (1, 9_998))
    room = max(most - empty - _SPARE_BYTES, 1)
    part: list[Entry] = []
    left = room
    for entry in entries:
        for piece in _divided(frame, entry, room):
            size = _size(frame, piece)
            if part and (size > left or len(part) == _ENTRIES_MAX):
                yield part
                part, left = [], room
            part.append(piece)
            left -= size
    yield part


def _divided(frame: _Frame, entry: Entry, room: int) -> Iterator[Entry]:
    """An entry in pieces that fit, each with the person, the codes, and at least one text."""
    if _size(frame, entry) <= room:
        yield entry
        return
    piece = replace(entry, texts=[])
    for text in entry.texts:
        more = replace(entry, texts=[*piece.texts, text])
        if piece.texts and _size(frame, more) > room:
            yield piece
            more = replace(entry, texts=[text])
        piece = more
    yield piece


def _size(frame: _Frame, entry: Entry) -> int:
    """The bytes that an entry takes in a message."""
    return size_of(_entry(entry), frame.header)


def _asked(original: Original, profile: Profile) -> Asked:
    message, first = answered_message(original)
    if message is None:
        return Asked(first, None, Listed())
    if message.type != "PAXLST":
        return Asked(message.interchange, message, Listed())
    return Asked(message.interchange, message, read_list(message, years_of(profile)))


def _header(asked: Asked, out: Outgoing, profile: Profile) -> Interchange:
    original = asked.header
    now = prepared(out.stamp.issued_at)
    if len(original.prepared.partition(":")[0]) == 8:
        now = f"20{now}"
    return replace(
        original,
        syntax=original.syntax if original.codec and original.syntax else "UNOA",
        version=original.version if original.version in _VERSIONS else "4",
        sender=sign(original.recipient) or profile.settings.get("reply", {}).get("sender", ""),
        sender_qualifier=sign(original.recipient_qualifier),
        recipient=sign(original.sender),
        recipient_qualifier=sign(original.sender_qualifier),
        application=sign(original.application),
        test=sign(original.test),
        prepared=now,
        reference=out.stamp.id[-14:].upper(),
        acknowledgement="",
    )


def _group(asked: Asked, header: Interchange, profile: Profile) -> Group | None:
    if asked.message is None or asked.message.group is None:
        return None
    original, own = asked.message.group, profile.settings.get("reply", {})
    return Group(
        type="CUSRES",
        sender=sign(original.recipient),
        sender_qualifier=sign(original.recipient_qualifier),
        recipient=sign(original.sender),
        recipient_qualifier=sign(original.sender_qualifier),
        prepared=header.prepared,
        reference=header.reference,
        agency=sign(original.agency),
        version=own.get("version", ""),
        release=own.get("release", ""),
    )


def _message(frame: _Frame, entries: list[Entry], part: tuple[int, int]) -> list[Segment]:
    """One message; `part`: which of how many."""
    changes = bool(frame.out.changes)
    head = _change_head(frame, part) if changes else _reply_head(frame, part)
    flight = _flight(frame.asked.listed, frame.out)
    found = [head, [["BGM"], [_CHANGE if changes else _REPLY]], *_transaction(frame), *flight]
    for one in entries:
        found += _entry(one)
    return found


def _reply_head(frame: _Frame, part: tuple[int, int]) -> Segment:
    """UNH with the references of the original."""
    (number, of), message = part, frame.asked.message
    reference = sign(message.reference) if message else ""
    own = (reference or "1") if number == 1 else f"{reference[:10]}{number:04d}"
    head = unh("CUSRES", frame.profile, own)
    if message:
        head += [[sign(message.access_reference)]]
        if of > 1 or message.sequence:
            head += [_sequence(number, of)]
    return head


def _change_head(frame: _Frame, part: tuple[int, int]) -> Segment:
    """UNH with references of our own: the carrier did not ask."""
    number, of = part
    own = frame.header.reference
    head = unh("CUSRES", frame.profile, own if of == 1 else f"{own[-10:]}{number:04d}")
    return head if of == 1 else [*head, [frame.number], _sequence(number, of)]


def _sequence(number: int, of: int) -> list[str]:
    flag = "F" if number == of else "C" if number == 1 else ""
    return [f"{number:02d}", flag]


def _transaction(frame: _Frame) -> Iterator[Segment]:
    """RFF+TN: that of the original in a reply to it, ours in a decision that changed."""
    tree = frame.asked.listed.tree
    number = frame.number if frame.out.changes else tree.get("FunctionalReferenceID", "")
    if number:
        yield [["RFF"], ["TN", number]]


def _flight(listed: Listed, out: Outgoing) -> Iterator[Segment]:
    """Each leg with its times and airports, as the original has them."""
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
            if name in one.person.tree:
                yield [["RFF"], [code, one.person.tree[name]]]
    for code in dict.fromkeys(one.codes):
        yield [["ERC"], [code]]
    for text in one.texts:
        yield [["FTX"], ["AAP"], [""], [""], [text[:_TEXT_MAX]]]
