"""What travels between the broker and a worker: an envelope of JSON, and raw bytes behind it.

    8 bytes   length of the envelope, length of all that follows it
    envelope  JSON; `blobs` lists the length of each piece of raw bytes
    blobs     originals on the way there, bodies of events on the way back: never JSON in JSON

To the worker      begin(job, headers, usable, skip) · go_on(job) · drop(job)
From the worker    a chunk: the messages of one turn; `done`: the submission has no more; `fault`:
                   where the step raised
The broker never unpickles what a worker sends: a worker reads the files of strangers.
"""

import pickle
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import orjson

from broker.formats import Usable
from broker.model.dossier import Event
from broker.model.events import event_of, headers_of, unread_event
from broker.model.problem import as_json, from_json
from broker.model.records import Headers, digest
from broker.translation.step import Submission, Translated

HEAD = struct.Struct(">II")
"""Before each frame: the length of its envelope, and of the blobs together."""


class Frame(NamedTuple):
    """An envelope and its blobs."""

    envelope: dict[str, Any]
    blobs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Begin:
    """A submission to translate after its first `skip` messages.

    `usable`: the formats that the sender may use, with their profiles as in force on the day of
    receipt; sent along only to a worker that does not know them yet.
    """

    job: int
    headers: Headers
    payload: bytes
    usable: Usable
    skip: int
    event_bytes_max: int

    @property
    def usable_key(self) -> str:
        """The name of `usable` among all that a worker knows: two that differ have two names."""
        known = sorted((form, one.name, one.digest) for form, one in self.usable.items())
        return digest(*(part for row in known for part in row), self.headers["ce_time"][:10])


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one turn of a job made: `reached` is the number of the last message it came past.

    `cpu_s`: what it took of the worker's processor.
    """

    job: int
    messages: tuple[Translated, ...]
    reached: int
    cpu_s: float = 0.0
    done: bool = False
    fault: str = ""


def encode(frame: Frame) -> list[bytes]:
    """The bytes of a frame, to be written one after another."""
    envelope = orjson.dumps({**frame.envelope, "blobs": [len(blob) for blob in frame.blobs]})
    size = sum(len(blob) for blob in frame.blobs)
    return [HEAD.pack(len(envelope), size), envelope, *frame.blobs]


def decode(envelope: bytes, blobs: bytes) -> Frame:
    """The frame of these bytes. ValueError: they are not a frame."""
    tree = orjson.loads(envelope)
    lengths = tree.pop("blobs") if isinstance(tree, dict) and "blobs" in tree else None
    if not isinstance(lengths, list) or sum(lengths) != len(blobs):
        raise ValueError("the frame's parts do not have the lengths that it states")
    parts, at = [], 0
    for length in lengths:
        parts.append(blobs[at : at + length])
        at += length
    return Frame(tree, tuple(parts))


USABLE_MAX = 64
"""Of how many senders, each on one day, a worker remembers what they may use."""

Value = TypeVar("Value")


def remember(known: dict[str, Value], key: str, value: Value) -> None:
    """Add what a worker knows. Both sides forget all of it at the same time, so they agree."""
    if len(known) >= USABLE_MAX:
        known.clear()
    known[key] = value


def begin_frame(begin: Begin, *, with_usable: bool) -> Frame:
    """The command to begin a job."""
    envelope = {
        "do": "begin", "job": begin.job, "headers": dict(begin.headers), "skip": begin.skip,
        "usable": begin.usable_key,
        "event_bytes_max": begin.event_bytes_max,
    }  # fmt: skip
    blobs = (begin.payload, pickle.dumps(begin.usable)) if with_usable else (begin.payload,)
    return Frame(envelope, blobs)


def chunk_frame(chunk: Chunk) -> Frame:
    """The chunk on its way to the broker."""
    blobs: list[bytes] = []
    messages = [_message(one, blobs) for one in chunk.messages]
    envelope = {
        "job": chunk.job, "messages": messages, "reached": chunk.reached, "cpu_s": chunk.cpu_s,
        "done": chunk.done, "fault": chunk.fault,
    }  # fmt: skip
    return Frame(envelope, tuple(blobs))


def chunk_of(frame: Frame, submission: Submission) -> Chunk:
    """The chunk that a worker sent of this submission. ValueError, KeyError: it is not one."""
    told, blobs = frame.envelope, iter(frame.blobs)
    messages = tuple(_translated(one, submission, blobs) for one in told["messages"])
    return Chunk(told["job"], messages, told["reached"], told["cpu_s"], told["done"], told["fault"])


def _message(one: Translated, blobs: list[bytes]) -> dict[str, Any]:
    blobs.extend(event.payload for event in one.events)
    if one.asked is not None:
        blobs.append(one.asked)
    return {
        "number": one.number,
        "reference": one.reference,
        "verdict": one.verdict,
        "problems": [as_json(problem) for problem in one.problems],
        "references": one.references,
        "events": [_event(event) for event in one.events],
        "unmapped": one.unmapped,
        "size": one.size,
        "last": one.last,
        "about": one.about,
        "asked": one.asked is not None,
        "format": one.format,
        "profile": one.profile,
    }


def _event(event: Event) -> dict[str, Any]:
    places = [[*pair, place] for pair, place in event.places.items()]
    return {"headers": headers_of(event), "references": event.references, "places": places}


def _translated(told: dict[str, Any], submission: Submission, blobs: Iterator[bytes]) -> Translated:
    return Translated(
        submission=submission,
        number=told["number"],
        reference=told["reference"],
        verdict=told["verdict"],
        problems=tuple(from_json(problem) for problem in told["problems"]),
        events=tuple(_event_of(one, next(blobs)) for one in told["events"]),
        references=_pairs(told["references"]),
        unmapped=told["unmapped"],
        size=told["size"],
        last=told["last"],
        about=(told["about"][0], told["about"][1]),
        asked=next(blobs) if told["asked"] else None,
        format=told["format"],
        profile=told["profile"],
    )


def _event_of(told: dict[str, Any], payload: bytes) -> Event:
    """The event; its body is read only of agencies' answers, which are looked at before the log.

    What declarants lodge goes to the log as the bytes that it is: reading 999 items again would
    cost the broker ten milliseconds of its loop.
    """
    if told["headers"].get("swb_recipient"):
        return event_of(told["headers"], payload)
    places = {(scheme, value): place for scheme, value, place in told["places"]}
    return unread_event(told["headers"], payload, _pairs(told["references"]), places)


def _pairs(listed: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((scheme, value) for scheme, value in listed)
