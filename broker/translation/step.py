"""One submission through its adapter: verdicts, problems, and events without a dossier yet.

A pure function of the submission, its adapter and its profile. The body of each draft is
validated once, here, and is JSON bytes from then on.
"""

import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from broker.adapter import Draft, Message, Translation
from broker.formats import Uses, translate
from broker.model import events
from broker.model.dossier import Event
from broker.model.packages import PACKAGES
from broker.model.problem import NOWHERE, Problem, cut, errors_first, place_json, rejects
from broker.model.records import Headers, digest, submission_id
from broker.translation.keepable import NAME_MAX, is_in_bounds, unkeepable

EVENT_BYTES_MAX = 8_000_000
FIRST = 1
"""The number of a submission's first message; 0 is its envelope."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as its record tells of it; `number` is its order of acceptance.

    `format`, `profile`: what it was taken for at the door; each message has its own.
    """

    id: str
    number: int
    sender: str
    party: str
    recipient: str
    family: str
    format: str
    profile: str
    received_at: str
    reference: str
    delivery: str
    trace: str
    payload: bytes
    declared: str = ""
    given: int | None = None


@dataclass(frozen=True, slots=True)
class Translated:
    """One message with its verdict; `number` 0 is the envelope, when nothing in it is readable.

    `events` have no dossier yet; a rejected message has none. `about`: the kind and part that it
    would replace. `asked`: what replies to it read (`Message`). `format`, `profile`: what it was
    read by, and what replies to it are written by.
    """

    submission: Submission
    number: int
    reference: str
    verdict: str
    problems: tuple[Problem, ...]
    events: tuple[Event, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    unmapped: int = 0
    size: int = 0
    last: bool = False
    about: tuple[str, str] = ("", "")
    asked: bytes | None = None
    format: str = ""
    profile: str = ""


def submission_of(headers: Headers, payload: bytes) -> Submission:
    """The submission that a record of `submissions.<family>` holds, or continues."""
    return Submission(
        id=submission_id(headers),
        number=int(headers["swb_number"]),
        sender=headers["swb_sender"],
        party=headers["swb_party"],
        recipient=headers.get("swb_recipient", ""),
        family=headers["swb_family"],
        format=headers.get("swb_format", ""),
        profile=headers.get("swb_profile", ""),
        received_at=headers["ce_time"],
        reference=headers.get("swb_reference", ""),
        delivery=headers.get("swb_delivery", ""),
        trace=headers.get("traceparent", ""),
        payload=payload,
        declared=headers.get("swb_declared", ""),
        given=int(headers["swb_given"]) if "swb_given" in headers else None,
    )


class Judged(NamedTuple):
    """A message with its verdict, and its drafts, which a rejected one has too."""

    translated: Translated
    drafts: tuple[Draft, ...] = ()


def translated(
    submission: Submission,
    uses: Uses,
    skip: int = 0,
    event_bytes_max: int = EVENT_BYTES_MAX,
) -> Generator[Translated, None, None]:
    """Every message after the first `skip`; at least one, so that nothing ends without a verdict.

    The last one is marked, so that the position can move to the next submission.
    """
    for one in judged(submission, uses, skip, event_bytes_max):
        yield one.translated


def judged(
    submission: Submission,
    uses: Uses,
    skip: int = 0,
    event_bytes_max: int = EVENT_BYTES_MAX,
) -> Iterator[Judged]:
    """The same, with the drafts of each message."""
    for one in advance(submission, uses, skip, event_bytes_max):
        if not isinstance(one, int):
            yield one


def advance(
    submission: Submission,
    uses: Uses,
    skip: int = 0,
    event_bytes_max: int = EVENT_BYTES_MAX,
) -> Iterator[Judged | int]:
    """The same, and the number of each message that is skipped, so that the work can be bounded."""
    translation = translate(submission.payload, uses, submission.format)
    held: Judged | None = None
    problems = (*_otherwise_declared(submission, translation, uses), *translation.problems)
    if problems and not skip:
        held = Judged(replace(_envelope(submission, translation, problems), last=False))
    for message in translation.messages:
        if message.number <= skip:
            yield message.number
            continue
        if held is not None:
            yield held
        drafts = tuple(message.events)
        made = _message(submission, _with_format(message, translation), drafts)
        held = Judged(_keepable(made, event_bytes_max), drafts)
    if held is None:
        held = Judged(_envelope(submission, translation, (_empty(),)))
    yield held._replace(translated=replace(held.translated, last=True))


def too_costly(submission: Submission, number: int, limit: str) -> Translated:
    """The verdict about the rest of a submission that reached a limit of its worker."""
    problem = Problem(
        code="submission.too-costly",
        text=f"reading the file {limit}, which is the limit: "
        + (
            "it is rejected"
            if number < FIRST
            else f"message {number} and those after it are not read"
        ),
        message=number or None,
        expected="a file that is read within this limit",
        hint="split the file into smaller ones; if it is an ordinary file, ask the operator to "
        "raise worker_cpu_s or worker_rss_bytes_max",
    )
    return Translated(submission, number, "", "rejected", (problem,), last=True,
                      format=submission.format, profile=submission.profile)  # fmt: skip


def _with_format(message: Message, translation: Translation) -> Message:
    """The message with its format: its own, or that of the file."""
    if message.format:
        return message
    return replace(message, format=translation.format, profile=translation.profile)


def _message(submission: Submission, message: Message, drafts: tuple[Draft, ...]) -> Translated:
    made: tuple[Event, ...] = ()
    if message.verdict == "accepted":
        made = tuple(
            _event(submission, message, ordinal, draft) for ordinal, draft in enumerate(drafts)
        )
        made = (*(replace(event, replies=False) for event in made[:-1]), *made[-1:])
    found = (reference for draft in drafts for reference in draft.references)
    about = next(((draft.kind, draft.part) for draft in drafts if draft.does == "put"), ("", ""))
    return Translated(
        submission=submission,
        number=message.number,
        reference=message.reference,
        verdict=message.verdict,
        problems=errors_first(message.problems),
        events=made,
        references=tuple(dict.fromkeys((one.scheme, one.value) for one in found if one.value)),
        unmapped=sum(len(draft.unmapped) for draft in drafts),
        size=sum(len(event.payload) for event in made),
        about=about,
        asked=message.asked,
        format=message.format,
        profile=message.profile,
    )


def _keepable(one: Translated, event_bytes_max: int) -> Translated:
    """The message; rejected if log or database could not keep what it says."""
    one = replace(one, reference=cut(one.reference, NAME_MAX))
    problems = tuple(unkeepable(one.events, one.reference, one.references, event_bytes_max))
    if not problems:
        return one
    return replace(
        one,
        verdict="rejected",
        problems=(*one.problems, *(replace(found, message=one.number) for found in problems)),
        events=(),
        reference=one.reference.replace("\0", ""),
        references=tuple(pair for pair in one.references if is_in_bounds(pair)),
    )


def _event(submission: Submission, message: Message, ordinal: int, draft: Draft) -> Event:
    """The draft as an event; its id is the hash of (submission, message, ordinal)."""
    body = canonical_json(draft.package, draft.body)
    places = {
        (one.scheme, one.value): place_json(one.place)
        for one in draft.references
        if one.place != NOWHERE
    }
    references = tuple((one.scheme, one.value) for one in draft.references if one.value)
    if submission.reference:
        scheme, _, value = submission.reference.partition("=")
        references = tuple(dict.fromkeys((*references, (scheme, value))))
    unmapped = [[place_json(one.place), one.path, one.value] for one in draft.unmapped]
    stored = events.payload(
        body, references, unmapped, draft.changes, places=places, extent=draft.extent
    )
    if draft.form:
        canonical_json("request", draft.form)
    return Event(
        id="e_" + digest(submission.id, message.number, ordinal),
        kind=draft.kind,
        does=draft.does,
        dossier="",
        part=draft.part,
        package=draft.package,
        order=submission.number if draft.order is None else draft.order,
        submission=submission.id,
        message=message.number,
        sender=submission.sender,
        party=submission.party,
        recipient=submission.recipient,
        profile=message.profile,
        received_at=submission.received_at,
        references=references,
        body=draft.body,
        payload=events.with_form(stored, draft.form),
        digest=hashlib.sha256(body).hexdigest(),
        trace=submission.trace,
        changes=draft.changes,
        places=places,
        given=submission.given,
        extent=draft.extent,
        form=draft.form,
    )


def canonical_json(package: str, body: Mapping[str, Any]) -> bytes:
    """The body, validated against its package, as JSON without absent values."""
    kind = _type(package)
    return kind.dump_json(kind.validate_python(body), exclude_unset=True)


@cache
def _type(package: str) -> TypeAdapter[Any]:
    return TypeAdapter(PACKAGES[package])


def _envelope(
    submission: Submission, translation: Translation, problems: Sequence[Problem]
) -> Translated:
    verdict = "rejected" if rejects(tuple(problems)) else "accepted"
    return Translated(submission, 0, "", verdict, tuple(problems), last=True,
                      format=translation.format, profile=translation.profile)  # fmt: skip


def _otherwise_declared(
    submission: Submission, translation: Translation, uses: Uses
) -> tuple[Problem, ...]:
    """The bytes say what they are; a content type that says something else is told."""
    if not submission.declared or not translation.format:
        return ()
    types = next(
        use.adapter.content_types for use in uses.formats
        if use.adapter.format == translation.format
    )  # fmt: skip
    return (
        Problem(
            code="submission.content-type-differs",
            text=f"the bytes are {translation.format}, and were read as that",
            severity="warning",
            found=submission.declared,
            expected=" or ".join(types),
            hint="declare what is sent",
        ),
    )


def _empty() -> Problem:
    return Problem(
        code="submission.empty",
        text="the submission holds no message",
        expected="at least one message",
        hint="send the file again with its content",
    )
