"""What every HTTP door shares."""

import pytest

from broker.doors import KEYS_AGAIN_S, Keyring, fault_response, traceparent_of
from broker.errors import AccessFault, BusyFault, NotFoundFault, RequestFault, StateFault
from broker.state import keys
from tests.broker_in_process import OPERATOR, SENDER, in_process, story

FAULTS = (
    # fault, status, header it comes with
    (RequestFault("the body is empty"), 400, ""),
    (AccessFault("the key is unknown"), 401, "www-authenticate"),
    (NotFoundFault("there is none"), 404, ""),
    (BusyFault("too much waits"), 503, "retry-after"),
    (StateFault("the disk is full"), 503, "retry-after"),
)


@pytest.mark.parametrize(("fault", "status", "header"), FAULTS)
def test_a_fault_is_told_as_problem_details(fault, status, header):
    """RFC 9457: type, title, status, detail, and our stable code; 401 and 503 say what to do."""
    told = fault_response(fault, "/v1/feed", "GET")
    assert told.status_code == status
    assert told.media_type == "application/problem+json"
    assert fault.code.encode() in told.body
    assert str(fault).encode() in told.body
    assert {"www-authenticate", "retry-after"} & set(told.headers) == ({header} - {""})


@story
async def test_a_key_issued_meanwhile_opens_at_once():
    """What is not known is looked up before it is refused."""
    async with in_process() as broker:
        assert (await broker.call("GET", "/v1/feed", SENDER)).status_code == 200
        told = await broker.call("POST", "/v1/keys", OPERATOR, content=b'{"name":"customs"}')
        fresh = {"Authorization": f"Bearer {told.json()['key']}"}
        assert (await broker.client.get("/v1/feed", headers=fresh)).status_code == 200


@story
async def test_a_revoked_key_is_unknown_at_once():
    """The process that revokes forgets it."""
    async with in_process() as broker:
        assert (await broker.call("GET", "/v1/feed", SENDER)).status_code == 200
        assert (await broker.call("DELETE", f"/v1/keys/{SENDER}", OPERATOR)).status_code == 200
        assert (await broker.call("GET", "/v1/feed", SENDER)).status_code == 401


class _Ticking:
    """A clock whose seconds a test moves."""

    seconds = 0.0

    def ticks(self):
        """Seconds that go forward when a test says so."""
        return self.seconds


class _Asking:
    """A request with a key, as far as the keyring looks."""

    def __init__(self):
        self.headers = {"authorization": "Bearer key-customs"}


@story
async def test_a_key_that_another_process_revoked_is_unknown_soon():
    """What is known is read again every few seconds."""
    async with in_process() as broker:
        clock = _Ticking()
        plumbing = type("Plumbing", (), {"database": broker.plumbing.database, "clock": clock})
        keyring = Keyring(plumbing, broker.configuration.principals, {})
        assert (await keyring.who(_Asking())).name == "customs"
        await broker.plumbing.database.write(lambda c: keys.revoke(c, "customs", "now"))
        assert (await keyring.who(_Asking())).name == "customs"
        clock.seconds += KEYS_AGAIN_S + 0.1
        with pytest.raises(AccessFault):
            await keyring.who(_Asking())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("00-" + "0123456789abcdef" * 2 + "-" + "0" * 16 + "-00", True),
        ("00-" + "0123456789abcdeg" * 2 + "-" + "0" * 16 + "-00", False),
        ("00-" + "0" * 31 + "-" + "0" * 16 + "-00", False),
        ("x" * 5000, False),
        ("\r\n", False),
    ],
)
def test_a_trace_is_taken_only_if_it_is_one(given, kept):
    """Nothing that a caller writes gets into headers of the log but 55 characters of hex."""
    request = type("Request", (), {"headers": {"traceparent": given}})
    assert traceparent_of(request) == (given if kept else "")
