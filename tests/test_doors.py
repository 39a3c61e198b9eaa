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


DOORS = (
    ("POST", "/v1/submissions", SENDER, "it takes none"),
    ("POST", "/v1/responses", "customs", "it takes none"),
    ("GET", "/v1/feed", "customs", "it takes cursor, limit, wait"),
    ("GET", "/v1/submissions/s_1", SENDER, "it takes after, limit"),
    ("GET", "/v1/submissions/s_1/raw", SENDER, "it takes none"),
    ("POST", "/v1/keys", OPERATOR, "it takes none"),
    ("DELETE", "/v1/keys/customs", OPERATOR, "it takes none"),
    ("GET", "/v1/parked", OPERATOR, "it takes state"),
    ("POST", "/v1/parked/p_1/resume", OPERATOR, "it takes none"),
    ("GET", "/v1/trace/o_1", OPERATOR, "it takes bodies"),
    ("GET", "/livez", "", "it takes none"),
    ("GET", "/readyz", "", "it takes none"),
    ("GET", "/metrics", "", "it takes none"),
)


@pytest.mark.parametrize(("method", "path", "key", "takes"), DOORS)
@story
async def test_a_query_parameter_that_a_door_does_not_know_is_refused(method, path, key, takes):
    """400 that names it and those there are; who has no key is told of the key alone."""
    async with in_process() as broker:
        told = await broker.call(method, f"{path}?limt=5&limit=5", key, content=b"x")
        assert (told.status_code, told.json()["code"]) == (400, "request.malformed")
        assert told.json()["detail"] == f"query parameter 'limt' is not known to this door; {takes}"
        if key:
            told = await broker.call(method, f"{path}?limt=5", content=b"x")
            assert told.status_code == 401


@story
async def test_a_parameter_that_is_not_known_is_shown_in_short():
    """Whatever its length, the sentence stays one."""
    async with in_process() as broker:
        told = await broker.call("GET", f"/v1/feed?{'x' * 5000}", "customs")
        assert told.status_code == 400
        assert len(told.json()["detail"]) < 200
