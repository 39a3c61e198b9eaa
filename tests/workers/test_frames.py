"""What travels between broker and worker, and the worker's side of it."""

import orjson
import pytest

from adapters.syntaxes import XML
from broker.adapter import Profile
from broker.formats import uses_of
from broker.model.events import record_of
from broker.translation.step import submission_of, translated
from broker.workers.frames import Begin, Frame, begin_frame, chunk_of, decode, encode
from broker.workers.jobs import Jobs
from tests.simulation.workers import through_bytes
from tests.workers.samples import adapters, headers_for, samples, usable_for

SAMPLES = samples()
ANSWER = orjson.dumps({
    "id": "A-1", "delivery": "d_1", "references": [["LRN", "QZ-1"]],
    "answers": [{"status": "released", "subject": {"item": 1}}],
})  # fmt: skip


def begun(payload, skip=0, **headers):
    """The command to translate these bytes."""
    known = headers_for(payload, **headers)
    return Begin(1, known, payload, usable_for(known), skip, 8_000_000)


def worked(begin, ticks=lambda: 0.0):
    """Every chunk of a job, through bytes both ways."""
    jobs = Jobs(adapters(), ticks)
    submission = submission_of(begin.headers, begin.payload)
    command = begin_frame(begin, with_usable=True)
    while True:
        chunk = chunk_of(through_bytes(jobs.answer(through_bytes(command))), submission)
        yield chunk
        if chunk.done:
            return
        command = Frame({"do": "go_on", "job": 1})


def here(begin):
    """The same without a worker."""
    submission = submission_of(begin.headers, begin.payload)
    return list(translated(submission, uses_of(adapters(), begin.usable), begin.skip))


def written(messages):
    """All that translation writes of messages: verdicts, problems and records of the log."""
    return [
        (one.number, one.reference, one.verdict, one.problems, one.references, one.unmapped,
         one.size, one.last, one.about, one.asked, [record_of(event) for event in one.events],
         [(event.references, event.places) for event in one.events])
        for one in messages
    ]  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_a_worker_makes_what_is_made_here(name):
    """Verdicts, problems and records of every sample are the same, byte for byte."""
    begin = begun(SAMPLES[name])
    made = [one for chunk in worked(begin) for one in chunk.messages]
    expected = here(begin)
    assert written(made) == written(expected)
    assert expected[-1].last


def test_an_agencys_answer_arrives_with_its_body():
    """Its own number and the delivery it names are looked at before it goes to the log."""
    begin = begun(ANSWER, swb_recipient="customs")
    (made,) = [one for chunk in worked(begin) for one in chunk.messages]
    assert made.events == here(begin)[0].events
    assert made.events[0].body["DeliveryID"] == "d_1"


@pytest.mark.parametrize("skip", [0, 1, 11])
def test_what_was_done_before_is_skipped_and_counted(skip):
    """A job that begins after some messages makes the others; each turn says how far it came."""
    begin = begun(SAMPLES["postal items"], skip)
    ticks = iter(range(10_000))
    chunks = list(worked(begin, lambda: float(next(ticks))))
    assert [one.number for chunk in chunks for one in chunk.messages] == [
        one.number for one in here(begin)
    ]
    assert chunks[-1].done
    reached = [chunk.reached for chunk in chunks]
    assert reached == sorted(reached)
    assert len(chunks) >= skip


def test_a_turn_ends_with_its_processor_time():
    """With a clock that says that each message took long, a turn makes one message."""
    ticks = iter(range(10_000))
    chunks = list(worked(begun(SAMPLES["postal items"]), lambda: float(next(ticks))))
    assert max(len(chunk.messages) for chunk in chunks) == 1


def test_a_step_that_raises_says_where_and_not_what():
    """The fault names the kind of error and its place; the job is over."""

    class Broken:
        """An adapter with a bug."""

        family, format, content_types, syntax = "customs", "toy", (), XML

        def recognises(self, payload):
            """Raise a value of the sender."""
            raise ValueError(payload)

    jobs = Jobs({"toy": Broken()}, lambda: 0.0)
    begin = Begin(1, headers_for(b"secret"), b"secret",
                  {"toy": Profile("", "customs", "toy")}, 0, 100)  # fmt: skip
    answer = jobs.answer(begin_frame(begin, with_usable=True))
    assert answer.envelope["fault"].startswith("ValueError in ")
    assert b"secret" not in b"".join(encode(answer))
    assert answer.envelope["done"]


@pytest.mark.parametrize(
    ("envelope", "blobs"),
    [(b"{}", b""), (b"[]", b""), (b'{"blobs":[3]}', b"ab"), (b'{"blobs":[1]}', b"ab"),
     (b"{", b""), (b'{"blobs":7}', b"")],
)  # fmt: skip
def test_bytes_that_are_not_a_frame_are_refused(envelope, blobs):
    """Lengths must be there and must be right; what is not JSON is refused too."""
    with pytest.raises(ValueError, match=r"."):
        decode(envelope, blobs)
