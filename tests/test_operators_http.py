"""The operators' doors: keys are issued, listed and revoked by those who may."""

import asyncio

import pytest

from broker.access import digest_of_key
from broker.operators_http import fresh_key
from broker.serve import with_operators
from broker.settings import Settings
from broker.state import keys, tables
from tests.broker_in_process import OPERATOR, SENDER, configuration, in_process, story

ROUTES = (
    ("POST", "/v1/keys"),
    ("GET", "/v1/keys"),
    ("DELETE", "/v1/keys/customs"),
    ("GET", "/v1/parked"),
    ("GET", "/v1/parked/p_1"),
    ("POST", "/v1/parked/p_1/resume"),
    ("POST", "/v1/parked/p_1/discard"),
    ("GET", "/v1/trace/QZ-1?bodies=nonsense"),
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(("key", "status"), [("", 401), (SENDER, 403), ("customs", 403)])
def test_only_operators_come_in(method, path, key, status):
    """The key is checked before anything of a request is parsed, however wrong the rest is."""

    @story
    async def play():
        async with in_process() as broker:
            said = await broker.call(method, path, key, content=b"{not json")
            assert said.status_code == status
            assert said.headers["content-type"] == "application/problem+json"
            assert await broker.rows(tables.ACTIONS) == []

    play()


@story
async def test_a_key_is_shown_once_and_only_its_digest_is_stored():
    """The issued key works, and stands nowhere in the tables."""
    async with in_process() as broker:
        said = await broker.call("POST", "/v1/keys", OPERATOR, json={"name": SENDER})
        key = said.json()["key"]
        assert said.status_code == 201
        assert key.startswith("swb_")
        stored = await broker.rows(tables.KEYS)
        assert digest_of_key(key) in {row["sha256"] for row in stored}
        assert key not in repr(stored)
        headers = {"Authorization": f"Bearer {key}"}
        assert (await broker.call("GET", "/v1/feed", headers=headers)).status_code == 200
        (action,) = await broker.rows(tables.ACTIONS)
        assert (action["who"], action["what"], action["target"]) == (
            OPERATOR,
            "keys.issue",
            SENDER,
        )
        assert key not in repr(action)


@story
async def test_a_revoked_key_is_unknown_at_once():
    """No key of the name works from then on; the names of others do."""
    async with in_process() as broker:
        assert (await broker.call("GET", "/v1/feed", "customs")).status_code == 200
        said = await broker.call("DELETE", "/v1/keys/customs", OPERATOR)
        assert said.json() == {"name": "customs", "revoked": 1}
        assert (await broker.call("GET", "/v1/feed", "customs")).status_code == 401
        assert (await broker.call("GET", "/v1/feed", SENDER)).status_code == 200
        again = await broker.call("DELETE", "/v1/keys/customs", OPERATOR)
        assert again.status_code == 404
        shown = (await broker.call("GET", "/v1/keys", OPERATOR)).json()["keys"]
        assert [one["name"] for one in shown if one["revoked_at"]] == ["customs"]


def with_two_operators():
    """The sample configuration with a second name that may hold an operator's key."""
    settings = Settings(operators=(OPERATOR, "night-desk"))
    return with_operators(configuration(), settings)


@story
async def test_the_last_operators_key_cannot_be_revoked():
    """Nobody could issue another; keys of senders and agencies do not count."""
    async with in_process() as broker:
        refused = await broker.call("DELETE", f"/v1/keys/{OPERATOR}", OPERATOR)
        assert refused.status_code == 409
        assert "first issue a key to another of the operators" in refused.json()["detail"]
        assert (await broker.call("GET", "/v1/keys", OPERATOR)).status_code == 200
        assert await broker.rows(tables.ACTIONS) == []


@story
async def test_of_two_operators_that_are_revoked_at_once_one_remains():
    """Each sees what the other has done, whoever comes first."""
    async with in_process(with_two_operators()) as broker:
        answers = await asyncio.gather(
            broker.call("DELETE", f"/v1/keys/{OPERATOR}", OPERATOR),
            broker.call("DELETE", "/v1/keys/night-desk", OPERATOR),
        )
        assert sorted(one.status_code for one in answers) in ([200, 401], [200, 409])
        live = await broker.plumbing.database.read(keys.live)
        assert len({OPERATOR, "night-desk"} & set(live.values())) == 1


@story
async def test_the_list_of_keys_names_them_by_the_beginning_of_their_digest():
    """Twelve digits tell keys apart, and are no use to anyone else."""
    async with in_process() as broker:
        shown = (await broker.call("GET", "/v1/keys", OPERATOR)).json()["keys"]
        assert {one["name"] for one in shown} == set(broker.configuration.principals)
        assert {len(one["sha256"]) for one in shown} == {12}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "no JSON"),
        (b"[]", "JSON object"),
        (b"{}", "'name' must be a text"),
        (b'{"name":7}', "'name' must be a text"),
        (b'{"name":"stranger"}', "known: animal-health"),
        (b'{"name":"' + b"x" * 20_000 + b'"}', "at most"),
    ],
)
def test_a_malformed_request_for_a_key_is_refused(body, words):
    """Nobody of the configuration, or no name at all: a sentence, and no key."""

    @story
    async def play():
        async with in_process() as broker:
            before = len(await broker.rows(tables.KEYS))
            said = await broker.call("POST", "/v1/keys", OPERATOR, content=body)
            assert said.status_code in {400, 413}
            assert words in said.json()["detail"]
            assert len(await broker.rows(tables.KEYS)) == before

    play()


@pytest.mark.parametrize("why", [None, "", "   ", 7, "x" * 501])
def test_a_decision_needs_a_reason(why):
    """Without a sentence that says why, nothing is decided."""

    @story
    async def play():
        async with in_process() as broker:
            said = await broker.call("POST", "/v1/parked/p_1/resume", OPERATOR, json={"why": why})
            assert said.status_code == 400
            assert "'why' must be a text" in said.json()["detail"]

    play()


def test_keys_are_never_alike():
    """256 random bits behind a prefix that says whose product it opens."""
    made = {fresh_key() for _ in range(50)}
    assert len(made) == 50
    assert all(key.startswith("swb_") and len(key) == 47 for key in made)
