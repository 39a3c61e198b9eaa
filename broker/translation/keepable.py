"""What log, database and readers could not keep, or not in bounds: the message is rejected.

Rules
    An event has at most so many bytes, a text in it TEXT_MAX characters, and a name NAME_MAX: by
    names rows are found, and no database indexes a name of any length.
    No text holds the character NUL, which not every database takes.
    What is shown of a rejected message is in the same bounds.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from broker.model.dossier import Event
from broker.model.problem import Problem, cut

Pair = tuple[str, str]

TEXT_MAX, NAME_MAX = 10_000, 256
_SHOWN = 100
NAMES = ("FunctionalReferenceID", "VersionID", "ID", "DeliveryID", "RequestID", "QuestionID")
"""What a message is named by, and what it names: each is looked up, or is a name later."""
NUL = rb"\u0000"
"""As JSON writes it. A text that spells these six characters out is refused too."""


def unkeepable(
    events: Sequence[Event], reference: str, references: Sequence[Pair], event_bytes_max: int
) -> Iterator[Problem]:
    """Why a message cannot be kept: its events, its reference, and what it refers to."""
    largest = max((len(event.payload) for event in events), default=0)
    if largest > event_bytes_max:
        yield _too_large(largest, event_bytes_max)
        return
    said = [reference, *(text for pair in references for text in pair)]
    if any(NUL in event.payload for event in events) or "\0" in "".join(said):
        yield _nul()
    names = dict.fromkeys([*references, *(name for event in events for name in _names(event))])
    for name, value in names:
        length = max(len(name), len(value))
        if length > NAME_MAX:
            yield _too_long(cut(name, _SHOWN), length, NAME_MAX)
    for event in events:
        if may_hold_long_text(event.payload, TEXT_MAX):
            found = next(_long_texts((event.body, event.form)), None)
            if found is not None:
                yield _too_long(*found, TEXT_MAX)


def is_in_bounds(pair: Pair) -> bool:
    """Whether a reference may be shown, and looked for."""
    return all("\0" not in text and len(text) <= NAME_MAX for text in pair)


def _names(event: Event) -> Iterator[Pair]:
    yield from event.references
    for tree in (event.body, event.form):
        for name in NAMES:
            if isinstance(said := tree.get(name), str):
                yield name, said


def may_hold_long_text(json: bytes, most: int) -> bool:
    """Whether a text in it may have more characters than this; no text is looked at.

    Of so many bytes in a row one is a quote, where all texts are shorter: the next place to look
    at is always behind the last quote, so most bytes are passed over.
    """
    plain = json.replace(rb"\"", b"__")
    at, size = 0, len(plain)
    while at + most < size:
        quote = plain.rfind(b'"', at, at + most + 1)
        if quote < 0:
            return True
        at = quote + 1
    return False


def _long_texts(trees: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """The texts that are too long: the path of each, and its length."""
    waiting: list[tuple[str, Any]] = [("", tree) for tree in trees]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if len(value) > TEXT_MAX:
                yield path, len(value)
        elif isinstance(value, Mapping):
            waiting += [(f"{path}.{name}".lstrip("."), below) for name, below in value.items()]
        elif isinstance(value, Sequence):
            waiting += [(path, below) for below in value]


def _too_long(name: str, length: int, most: int) -> Problem:
    return Problem(
        code="submission.value-too-long",
        text=f"{name} has {length:,} characters",
        path=name,
        expected=f"at most {most:,} characters",
        hint="shorten it",
    )


def _too_large(size: int, most: int) -> Problem:
    return Problem(
        code="submission.too-large",
        text=f"the message holds {size:,} bytes once it is read",
        found=f"{size:,} bytes",
        expected=f"at most {most:,} bytes",
        hint="split it, or ask the operator to raise record_bytes_max",
    )


def _nul() -> Problem:
    return Problem(
        code="submission.nul",
        text="a value holds the character NUL, which no text has",
        expected="text without U+0000",
        hint="correct the program that writes the file: it fills fields with zero bytes",
    )
