"""The web application: health, metrics, documentation, and faults that say nothing more."""

import re

import pytest
import structlog

from broker.errors import StateFault
from broker.ledger import status
from broker.state.tables import SUBMISSIONS
from tests.broker_in_process import OPERATOR, SENDER, declaration, in_process, story


@story
async def test_a_process_says_that_it_lives_and_what_it_lacks():
    """It always answers that it lives; not ready is 503, with a sentence for each reason."""
    async with in_process() as broker:
        assert (await broker.call("GET", "/livez")).json() == {"status": "alive"}
        told = await broker.call("GET", "/readyz")
        assert (told.status_code, told.json()) == (200, {"status": "ready", "missing": {}})

        async def refuses(_work):
            raise StateFault("the disk is full")

        later = broker.clock.ticks() + 1000
        broker.clock.ticks = lambda: later
        broker.plumbing.database.write = refuses
        told = await broker.call("GET", "/readyz")
        assert told.status_code == 503
        assert "disk" in told.json()["missing"]["state"]
        assert (await broker.call("GET", "/livez")).status_code == 200


@story
async def test_metrics_are_those_of_now():
    """Gauges are brought up to date when they are asked for; no label is an id or a value."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        told = await broker.call("GET", "/metrics")
        assert told.headers["content-type"].startswith("text/plain")
        text = told.text
        assert 'swb_queued{recipient="plant-health"} 1.0' in text
        assert f'swb_book_info{{digest="{broker.configuration.digest[:16]}"}} 1.0' in text
        assert 'swb_lag_records{station="core",topic="events.declaration"} 0.0' in text
        labels = set(re.findall(r'="([^"]*)"', text))
        assert not [one for one in labels if re.search(r"[a-z]_[0-9a-f]{32}|QZ-1|06031100", one)]


@story
async def test_the_documentation_needs_no_other_server():
    """The page and what it loads come from here; no address of another server stands in it."""
    async with in_process() as broker:
        page = (await broker.call("GET", "/docs")).text
        assert "http://" not in page
        assert "https://" not in page
        assert "//" not in re.sub(r"[^\"'()]*//[^\"'/]*$", "", "".join(_loaded(page)))
        for path in _loaded(page):
            assert (await broker.call("GET", path)).status_code == 200, path
        assert (await broker.call("GET", "/openapi.json")).status_code == 200


def _loaded(page):
    """What the page loads: scripts, styles, pictures."""
    return re.findall(r'(?:src|href)="([^"]+)"', page)


@story
async def test_every_route_is_documented():
    """Each path says in a sentence what it is, and how it refuses."""
    async with in_process() as broker:
        document = (await broker.call("GET", "/openapi.json")).json()
        assert {"/v1/submissions", "/v1/responses", "/v1/feed", "/v1/submissions/{submission}",
                "/v1/submissions/{submission}/raw"} <= set(document["paths"])  # fmt: skip
        for path, operations in document["paths"].items():
            for operation in operations.values():
                assert operation["description"], path
                assert {"400", "500"} <= set(operation["responses"]), path
                framework = "HTTPValidationError"
                assert framework not in str(operation), path


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/docs/assets/nothing.js"])
@story
async def test_nothing_at_a_path_is_told_as_problem_details(path):
    """404 like every other refusal."""
    async with in_process() as broker:
        told = await broker.call("GET", path)
        assert told.status_code == 404
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json()["status"] == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/v1/responses", "POST"), ("DELETE", "/v1/feed", "GET"), ("PUT", "/livez", "GET")],
)
@story
async def test_a_method_that_is_not_taken_is_told_which_is(method, path, allowed):
    """405 as problem details, in head and body alike, with the methods that are taken."""
    async with in_process() as broker:
        told = await broker.call(method, path, SENDER)
        assert told.status_code == 405
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json()["status"] == 405
        assert allowed in told.headers["allow"]


@story
async def test_a_bug_of_ours_is_a_500_that_says_nothing(monkeypatch, capfd):
    """Its text, which may hold a value, reaches neither the caller nor the logs."""

    def breaks(*_arguments, **_named):
        raise RuntimeError("Jane Invented, passport 123456")

    monkeypatch.setattr(status, "visible", breaks)
    monkeypatch.setattr("broker.ledger.http.visible", breaks)
    async with in_process() as broker:
        for end in ("", "/raw"):
            told = await broker.call("GET", f"/v1/submissions/s_1{end}", SENDER)
            assert told.status_code == 500
            assert told.headers["content-type"] == "application/problem+json"
            assert told.json()["code"] == "broker.fault"
            assert "Jane" not in told.text
    written = "".join(capfd.readouterr())
    assert "http.bug" in written
    assert "RuntimeError" in written
    assert "Jane" not in written


@story
async def test_who_goes_away_in_the_middle_is_no_bug(capfd):
    """A body that breaks off is neither accepted nor answered nor logged as a fault of ours."""
    async with in_process() as broker:
        app = broker.client._transport.app
        head = {"type": "http", "method": "POST", "path": "/v1/submissions", "query_string": b"",
                "headers": [(b"authorization", f"Bearer key-{SENDER}".encode()),
                            (b"content-type", b"application/xml")]}  # fmt: skip
        parts = iter([{"type": "http.request", "body": b"<half", "more_body": True},
                      {"type": "http.disconnect"}])  # fmt: skip
        sent = []

        async def receive():
            return next(parts)

        async def send(message):
            sent.append(message)

        await app(head, receive, send)
        assert sent == []
        assert await broker.rows(SUBMISSIONS) == []
    assert "http.bug" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("path", ["/v1/submissions/a%00b", "/v1/trace/%00", "/v1/parked/x%00"])
@story
async def test_a_name_with_nul_is_nobodys(path):
    """No name has it and not every database takes it: 404, whoever asks."""
    async with in_process() as broker:
        told = await broker.call("GET", path, OPERATOR)
        assert (told.status_code, told.json()["code"]) == (404, "request.not-found")


@story
async def test_a_request_leaves_a_line_if_that_is_asked_for():
    """Method, route, status and seconds; no path, key or name. Switched off, there is none."""
    for switched_on in (True, False):
        async with in_process(access_log=switched_on) as broker:
            with structlog.testing.capture_logs() as lines:
                await broker.call("POST", "/v1/submissions", SENDER, content=declaration("QZ-LINE"),
                                  headers={"Content-Type": "application/xml"})  # fmt: skip
                await broker.call("GET", "/v1/trace/QZ-LINE", OPERATOR)
                await broker.call("GET", "/v1/feed")
                await broker.call("GET", "/secret/place")
        found = [(one["method"], one["route"], one["status"]) for one in lines
                 if one["event"] == "http.request"]  # fmt: skip
        assert found == ([
            ("POST", "/v1/submissions", 202),
            ("GET", "/v1/trace/{name:path}", 404),
            ("GET", "/v1/feed", 401),
            ("GET", "none", 404),
        ] if switched_on else [])  # fmt: skip
        assert not [one for one in lines if "QZ-LINE" in str(one) or "secret" in str(one)]
