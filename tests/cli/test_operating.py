"""The operators' verbs: keys without a broker, and what is parked."""

import json
from contextlib import contextmanager

import pytest

from broker.access import digest_of_key
from broker.cli import operating
from broker.cli.operating import on_folder
from broker.state import actions, keys
from tests.broker_in_process import CONFIG

PARKED = {"id": "p_1", "state": "parked", "at": "2026-11-22T09:30:00.000Z", "station": "core",
          "dossier": "o_1", "reason": "KeyError in adapters.x:7"}  # fmt: skip


class Recording:
    """A client that answers with one parked thing and notes what was decided."""

    def __init__(self):
        self.decided = []

    def parked(self, state):
        return [PARKED] if state == "parked" else []

    def parked_one(self, name):
        return {**PARKED, "id": name, "headers": {}}

    def decide(self, name, decision, why):
        self.decided.append((name, decision, why))
        return {"parked": name, "decision": decision, "state": "on its way"}


@pytest.fixture
def client(monkeypatch):
    """The verbs talk to this client instead of a broker."""
    client = Recording()

    @contextmanager
    def connected(_url, _key):
        yield client

    monkeypatch.setattr(operating, "connected", connected)
    return client


def test_what_is_parked_is_listed_with_its_reason(swb, client):
    """Id, state, time, station, dossier, and the reason below."""
    result = swb("parked", "list", "--key", "k")
    assert result.stdout == (
        "p_1  parked  2026-11-22T09:30:00.000Z  core  dossier o_1\n    KeyError in adapters.x:7\n"
    )
    assert json.loads(swb("parked", "list", "--json", "--key", "k").stdout) == [PARKED]
    assert "nothing is parked" in swb("parked", "list", "--state", "resumed", "--key", "k").stderr


def test_one_parked_thing_is_shown_as_json(swb, client):
    """With its headers, for whoever must find the cause."""
    assert json.loads(swb("parked", "show", "p_9", "--key", "k").stdout)["id"] == "p_9"


@pytest.mark.parametrize("decision", ["resume", "discard"])
def test_a_decision_goes_out_with_its_reason(swb, client, decision):
    """What was decided and why reaches the broker; what came of it is shown."""
    result = swb("parked", decision, "p_1", "--why", "mended", "--key", "k")
    assert result.exit_code == 0
    assert result.stdout == f"p_1: {decision}, on its way\n"
    assert client.decided == [("p_1", decision, "mended")]


def test_keys_without_a_broker(swb, tmp_path):
    """The first key is made on the data folder; only its digest lies there."""
    place = ("--config", CONFIG, "--data", tmp_path / "data")
    made = swb("keys", "issue", "duty-desk", *place)
    key = made.stdout.strip()
    assert made.exit_code == 0
    assert key.startswith("swb_")
    given = {"url": None, "key": None, "config": CONFIG, "data": str(tmp_path / "data")}
    assert on_folder(given, keys.live) == {digest_of_key(key): "duty-desk"}
    for file in (tmp_path / "data").iterdir():
        assert key.encode() not in file.read_bytes()
    (shown,) = json.loads(swb("keys", "list", "--json", *place).stdout)
    assert (shown["name"], shown["revoked_at"]) == ("duty-desk", None)
    last = swb("keys", "revoke", "duty-desk", *place)
    assert last.exit_code == 1
    assert "'duty-desk' is the only operator with a key in force" in last.stderr
    assert swb("keys", "issue", "customs", *place).exit_code == 0
    assert swb("keys", "revoke", "customs", *place).stdout == "1 key of customs revoked\n"
    assert on_folder(given, keys.live) == {digest_of_key(key): "duty-desk"}
    done = on_folder(given, lambda connection: actions.about(connection, "customs"))
    assert [(one["who"], one["what"]) for one in done] == [
        ("command-line", "keys.issue"),
        ("command-line", "keys.revoke"),
    ]


def test_a_named_data_folder_goes_before_an_address_of_the_environment(swb, tmp_path):
    """--data means the folder, whatever SWB_URL says."""
    place = ("--config", CONFIG, "--data", tmp_path / "data")
    result = swb("keys", "list", *place, env={"SWB_URL": "http://127.0.0.1:9"})
    assert result.exit_code == 0
