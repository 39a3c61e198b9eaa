"""The limits at the doors: what is refused with which answer, and when it may come again."""

import contextlib
import itertools
from dataclasses import replace

import pytest

from broker.access import OwnLimits
from broker.gate import LOOK_AGAIN_S
from broker.metrics import METRICS
from broker.state import submissions
from broker.state.tables import SUBMISSIONS
from tests.broker_in_process import (
    OPERATOR,
    OTHER,
    SENDER,
    XML,
    configuration,
    declaration,
    in_process,
    story,
)
from tests.test_gate import Ticking

PATH = "/v1/submissions"
BYTES = declaration("QZ-1")
SIZE = len(BYTES)


@contextlib.asynccontextmanager
async def limited(name=SENDER, directory=None, settings=None, **limits):
    """A broker whose clock stands still, with these limits in the file of this name."""
    config = configuration()
    own = replace(config.principals[name], limits=OwnLimits(**limits))
    config = replace(config, principals={**config.principals, name: own})
    async with in_process(config, directory, **(settings or {})) as broker:
        broker.clock.ticks = Ticking()
        yield broker


async def lodged(broker, key=SENDER, content=BYTES, **headers):
    """What the door says to a submission."""
    return await broker.call("POST", PATH, key, content=content, headers={**XML, **headers})


async def in_chunks(content, size=1000):
    """A body without a length."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def refusal(told, name, value, set_by):
    """The answer is 429 for this limit; after how many seconds to come back."""
    assert told.status_code == 429, told.text
    shown = told.json()
    assert (shown["status"], shown["code"]) == (429, "sender.limited")
    wait_s = int(told.headers["retry-after"])
    assert wait_s >= 1
    assert shown["limit"] == {
        "name": name, "value": value, "set_by": set_by, "retry_after_s": wait_s
    }  # fmt: skip
    for said in (name, str(value), set_by, f"come back in {wait_s} seconds"):
        assert said in shown["detail"]
    return wait_s


def own(name):
    """Where the limits of these tests are set."""
    return f"limits.{name} in the file of {SENDER!r}"


@story
async def test_requests_beyond_the_limit_are_told_when_to_come_back():
    """429 with limit, value, field and seconds; then open again; others are not concerned."""
    async with limited(requests_per_minute=2) as broker:
        clock = broker.clock.ticks
        limit = METRICS.limited.labels(SENDER, "requests_per_minute")
        before = limit._value.get()
        for _ in range(2):
            assert (await lodged(broker)).status_code == 202
            clock.seconds += 10
        wait_s = refusal(await lodged(broker), "requests_per_minute", 2, own("requests_per_minute"))
        assert wait_s == 41
        assert limit._value.get() == before + 1
        assert (await lodged(broker, OTHER)).status_code == 202
        clock.seconds += wait_s
        assert (await lodged(broker)).status_code == 202
        assert (await lodged(broker)).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("POST", PATH, SENDER),
        ("POST", "/v1/responses", "customs"),
        ("GET", "/v1/feed", "customs"),
        ("GET", f"{PATH}/s_1", SENDER),
        ("GET", f"{PATH}/s_1/raw", SENDER),
        ("GET", "/v1/keys", OPERATOR),
        ("GET", "/v1/parked", OPERATOR),
        ("GET", "/v1/trace/o_1", OPERATOR),
    ],
)
@story
async def test_every_door_with_a_key_counts_a_request_once(method, path, key):
    """Whatever it answers; of the setting, where a file says nothing."""
    async with limited(settings={"requests_per_minute_max": 3}) as broker:
        told = [await broker.call(method, path, key) for _ in range(4)]
        assert 429 not in {one.status_code for one in told[:3]}
        refusal(told[3], "requests_per_minute", 3, "requests_per_minute_max in broker.yaml")
        assert (await broker.call("GET", "/livez")).status_code == 200


@story
async def test_a_wrong_key_is_no_request_of_anyone():
    """Who is not known is told so, however often, and uses up nothing of another."""
    async with limited(requests_per_minute=1) as broker:
        for _ in range(3):
            assert (await broker.call("GET", "/v1/feed", "nobody")).status_code == 401
        assert (await broker.call("GET", "/v1/feed", SENDER)).status_code == 200


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"requests_per_minute": 1}, "requests_per_minute"),
        ({"bytes_per_minute": SIZE + 10}, "bytes_per_minute"),
        ({"submissions_in_flight": 1}, "submissions_in_flight"),
        ({"bytes_in_flight": SIZE + 10}, "bytes_in_flight"),
    ],
)
@story
async def test_a_declared_body_is_not_read_when_a_limit_is_reached(limits, name):
    """The announced length counts before the first byte."""
    read = []

    async def body():
        read.append(1)
        yield BYTES

    async with limited(**limits) as broker:
        assert (await lodged(broker)).status_code == 202
        told = await lodged(broker, content=body(), **{"Content-Length": str(SIZE)})
        refusal(told, name, limits[name], own(name))
        assert read == []
        assert len(await broker.rows(SUBMISSIONS)) == 1


@story
async def test_bytes_are_counted_with_and_without_a_length():
    """The same bytes in chunks use up as much; after Retry-After the largest body is taken."""
    async with limited(bytes_per_minute=2 * SIZE) as broker:
        clock = broker.clock.ticks
        for content in (BYTES, in_chunks(BYTES)):
            assert (await lodged(broker, content=content)).status_code == 202
        name = "bytes_per_minute"
        for content in (BYTES, in_chunks(BYTES)):
            wait_s = refusal(await lodged(broker, content=content), name, 2 * SIZE, own(name))
            assert wait_s == 61
        clock.seconds += wait_s
        assert (await lodged(broker, content=in_chunks(BYTES + b" " * SIZE))).status_code == 202


@story
async def test_a_body_without_a_length_is_refused_while_it_is_read():
    """As soon as it is more than may be taken; what was read of it has been taken."""
    async with limited(bytes_per_minute=2 * SIZE) as broker:
        assert (await lodged(broker, content=BYTES + b" " * (SIZE - 1500))).status_code == 202
        read = []

        async def body():
            async for chunk in in_chunks(BYTES):
                read.append(len(chunk))
                yield chunk

        told = await lodged(broker, content=body())
        assert refusal(told, "bytes_per_minute", 2 * SIZE, own("bytes_per_minute")) == 61
        assert sum(read) == 2000 < SIZE


@pytest.mark.parametrize("name", ["bytes_per_minute", "bytes_in_flight"])
@story
async def test_a_body_that_a_limit_could_never_take_is_too_large(name):
    """413 that names the limit, and no Retry-After: it would never come in."""
    async with limited(**{name: SIZE - 1}) as broker:
        for content in (BYTES, in_chunks(BYTES)):
            told = await lodged(broker, content=content)
            assert (told.status_code, told.json()["code"]) == (413, "request.too-large")
            assert told.json()["limit"] == {"name": name, "value": SIZE - 1, "set_by": own(name)}
            assert name in told.json()["detail"]
            assert "retry-after" not in told.headers


@pytest.mark.parametrize(
    ("name", "value"), [("submissions_in_flight", 2), ("bytes_in_flight", 2 * SIZE)]
)
@story
async def test_what_is_translated_makes_room(name, value):
    """Two may be in flight; when translation has committed their last messages, two others may."""
    async with limited(**{name: value}) as broker:
        for _ in range(2):
            for _ in range(2):
                assert (await lodged(broker)).status_code == 202
            assert refusal(await lodged(broker), name, value, own(name))
            broker.clock.ticks.seconds += LOOK_AGAIN_S
            await broker.settle()


@story
async def test_only_what_was_accepted_is_in_flight():
    """Not the same key again, not what was refused, and not what was never read."""
    async with limited(submissions_in_flight=2, bytes_in_flight=2 * SIZE) as broker:
        key = {"Idempotency-Key": "k-1"}
        assert (await lodged(broker, **key)).status_code == 202
        other = BYTES[:-1] + b" "
        for status, content, headers in (
            (200, BYTES, key),
            (409, other, key),
            (400, b"", {}),
            (415, b"x", {"Content-Type": "a/b"}),
            (400, BYTES, {"Swb-Reference": "broken"}),
        ):
            assert (await lodged(broker, content=content, **headers)).status_code == status
        assert (await lodged(broker)).status_code == 202
        assert (await lodged(broker)).status_code == 429


@story
async def test_after_a_restart_what_is_in_flight_still_counts(tmp_path, monkeypatch):
    """It is counted from the database, whoever accepted it, until it is translated."""
    monkeypatch.setattr(submissions, "COUNTED_AT_ONCE", 2)
    async with limited(directory=tmp_path) as broker:
        await broker.lodge(BYTES)
        for _ in range(4):
            await lodged(broker)
            await lodged(broker, OTHER)
    async with limited(directory=tmp_path, submissions_in_flight=5) as broker:
        broker.clock._numbers = itertools.count(1000)
        await broker.stations.gate.run()
        assert (await lodged(broker)).status_code == 202
        assert (await lodged(broker)).status_code == 429
        assert (await lodged(broker, OTHER)).status_code == 202
        broker.clock.ticks.seconds += LOOK_AGAIN_S
        await broker.settle()
        assert (await lodged(broker)).status_code == 202
