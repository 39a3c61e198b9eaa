"""What an adapter owes for any bytes: verdicts, problems, drafts, places, and replies.

`held` raises an AssertionError that names the promise that is broken, or whatever the adapter
itself raised: nothing is caught here.
"""

import re
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.adapter import (
    Adapter,
    Draft,
    Message,
    Original,
    Outgoing,
    Profile,
    Reference,
    Stamp,
    Translation,
)
from broker.model.problem import NOWHERE, Problem, as_json
from broker.translation.step import Submission, canonical_json, translated
from tests.documentation.reference import declared
from tests.fuzz.readable import faults
from tests.read_by import read_by, uses_by

DOCUMENTED = frozenset(one.code for one in declared())
SUMS = re.compile(r"problems\.more|.*\.(too-large|too-many-[a-z]+)")
"""Codes about a message as a whole: they stand nowhere in it, as some of the envelope do not."""
CELL = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
STAMP = Stamp("d_0123456789abcdef", "2026-11-02T09:00:00Z", 2)

PROBLEMS_MAX = 400
SECONDS, SECONDS_A_BYTE = 2.0, 60e-6
MEMORY, MEMORY_A_BYTE = 24 << 20, 120
TOLD, TOLD_A_BYTE = 400_000, 40


def held(adapter: Adapter, profile: Profile, payload: bytes) -> None:
    """Every promise for these bytes."""
    began = time.process_time()
    sight = adapter.recognises(payload)
    assert sight is None or (sight.format == adapter.format and 0 < sight.certainty <= 100)
    translation = read_by(adapter, payload, profile)
    messages = [(one, tuple(one.events)) for one in translation.messages]
    _of_verdicts(adapter, profile, payload)
    _of_messages(translation, messages, payload)
    _of_places(adapter, profile, payload, len(messages))
    for message, drafts in messages[:1] + messages[1:][-1:]:
        _of_replies(adapter, profile, payload, (message, drafts))
    if not messages:
        told = _outgoing("rejected", (), translation.problems)
        _written(adapter.reply(told, Original("s_1", payload, 0), profile))
    took = time.process_time() - began
    most = SECONDS + SECONDS_A_BYTE * len(payload)
    assert took <= most, f"{took:.1f} s for {len(payload)} bytes, at most {most:.1f} s"


def remembered(adapter: Adapter, profile: Profile, payload: bytes) -> None:
    """The memory that translation takes is bounded by the bytes."""
    for one in read_by(adapter, payload, profile).messages:
        tuple(one.events)  # caches of tables are filled
    tracemalloc.start()
    try:
        for one in read_by(adapter, payload, profile).messages:
            tuple(one.events)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    most = MEMORY + MEMORY_A_BYTE * len(payload)
    assert peak <= most, f"{peak} bytes for {len(payload)}, at most {most}"


def _of_verdicts(adapter: Adapter, profile: Profile, payload: bytes) -> None:
    """The broker gets at least one verdict, and events it can write."""
    submission = Submission(
        "s_1", 1, "sender", "party", "", adapter.family, adapter.format, profile.name,
        "2026-11-02T09:00:00Z", "", "", "", payload,
    )  # fmt: skip
    found = list(translated(submission, uses_by(adapter, profile)))
    assert found, "no verdict"
    assert found[-1].last, "nobody knows that it was the last"
    for one in found:
        assert one.verdict in {"accepted", "rejected"}, one.verdict


def _of_messages(
    translation: Translation, messages: list[tuple[Message, tuple[Draft, ...]]], payload: bytes
) -> None:
    numbers = [message.number for message, _drafts in messages]
    assert numbers == list(range(1, len(numbers) + 1)), f"messages are numbered {numbers[:20]}"
    _of_problems(translation.problems, payload, None)
    told = len(orjson.dumps([as_json(one) for one in translation.problems]))
    for message, drafts in messages:
        _of_problems(message.problems, payload, message.number)
        told += len(orjson.dumps([as_json(one) for one in message.problems]))
        errors = [one for one in message.problems if one.severity == "error"]
        assert message.verdict == "accepted" or errors, "rejected without an error"
        for draft in drafts:
            canonical_json(draft.package, draft.body)
            orjson.dumps([[one.path, one.value] for one in draft.unmapped])
            orjson.dumps([[one.scheme, one.value] for one in draft.references])
    most = TOLD + TOLD_A_BYTE * len(payload)
    assert told <= most, f"{told} bytes of problems for {len(payload)} bytes"


def _of_problems(problems: tuple[Problem, ...], payload: bytes, message: int | None) -> None:
    assert len(problems) <= PROBLEMS_MAX, f"{len(problems)} problems"
    for one in problems:
        assert one.code in DOCUMENTED, f"{one.code!r} is not documented"
        assert one.text, one.code
        assert one.message == message, f"{one.code} is about message {one.message}, not {message}"
        assert one.severity in {"error", "warning"}, one.severity
        if one.where == NOWHERE and message is not None:
            assert SUMS.fullmatch(one.code), f"{one.code} stands nowhere"
        _of_place(one, payload)


def _of_place(problem: Problem, payload: bytes) -> None:
    """The place lies inside of the file."""
    where, code = problem.where, problem.code
    if where.byte is not None:
        assert 0 <= where.byte <= len(payload), f"{code}: byte {where.byte} of {len(payload)}"
    if where.line is not None:
        lines = payload.count(b"\n") + payload.count(b"\r") + 1
        assert 1 <= where.line <= lines, f"{code}: line {where.line} of {lines}"
    if where.cell is not None:
        assert where.sheet is not None, code
        assert CELL.fullmatch(where.cell), f"{code}: cell {where.cell!r}"
    if where.json_pointer:
        assert where.json_pointer.startswith("/"), f"{code}: {where.json_pointer!r}"
    if where.xpath is not None:
        assert where.xpath.startswith("/"), f"{code}: {where.xpath!r}"


def _of_places(adapter: Adapter, profile: Profile, payload: bytes, count: int) -> None:
    for number in {0, 1, count, count + 1}:
        for path, place in adapter.places(payload, number, profile):
            assert 1 <= number <= count, f"places of message {number} of {count}"
            _of_place(Problem("places", path, where=place), payload)


def _of_replies(
    adapter: Adapter, profile: Profile, payload: bytes, about: tuple[Message, tuple[Draft, ...]]
) -> None:
    """A rejection; or a board, with an answer about the whole and one about an element."""
    message, drafts = about
    original = Original("s_1", payload, message.number)
    if message.verdict == "rejected":
        told = _outgoing("rejected", drafts, message.problems)
        _written(adapter.reply(told, original, profile))
        return
    body = drafts[0].body if drafts else {}
    answers = (_answer(), _answer(Subject=next(_elements(body, ""), "Declaration")))
    board = replace(
        _outgoing("held", drafts, message.problems),
        answers=answers,
        tree={"OverallStatusCode": "held", "Answer": list(answers)},
    )
    _written(adapter.reply(board, original, profile))
    if drafts:
        read = orjson.loads(canonical_json(drafts[0].package, body))
        shown = replace(_outgoing("", drafts, ()), tree=read)
        _written(adapter.render(shown, profile))


def _outgoing(status: str, drafts: tuple[Draft, ...], problems: tuple[Problem, ...]) -> Outgoing:
    said = [one for draft in drafts for one in draft.references]
    references = tuple(Reference(one.scheme, one.value) for one in said)
    return Outgoing(status, references, STAMP, problems=problems)


def _answer(**more: str) -> dict[str, Any]:
    return {
        "AgencyID": "customs",
        "PurposeCode": "customs",
        "StatusCode": "held",
        "NativeText": "é",
        "CheckCode": "H1",
        "Reason": [{"Code": "R1", "Text": "for a reason"}],
        "WantedDocument": [{"Text": "one"}],
        **more,
    }


def _elements(tree: Mapping[str, Any], above: str) -> Iterator[str]:
    """Paths of elements that repeat, by their numbers."""
    for name, value in tree.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from _elements(value, path)
        elif isinstance(value, list) and value and "SequenceNumeric" in value[0]:
            yield f"{path}[{value[0]['SequenceNumeric']}]"


def _written(artifacts: tuple[Any, ...]) -> None:
    assert artifacts, "nothing was written"
    for one in artifacts:
        assert list(faults(one)) == [], one.name
