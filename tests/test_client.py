"""The client: answers, refusals and silence, told apart."""

import httpx
import pytest

from broker.client import Client, Refused, Sent, Unreachable, connected


def client_of(answer):
    """A client whose broker answers like this."""
    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://broker")
    return Client(http)


def test_a_submission_says_its_type_and_its_key():
    """Bytes, media type and idempotency key go out as they were given."""
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(202, json={"submission": "s_1"})

    sent = Sent(b"<x/>", "application/xml", "once")
    assert client_of(answer).submit(sent) == {"submission": "s_1"}
    assert seen[0].content == b"<x/>"
    assert seen[0].headers["content-type"] == "application/xml"
    assert seen[0].headers["idempotency-key"] == "once"


def test_names_are_quoted_on_their_way():
    """A reference may hold what a path may not."""
    seen = []

    def answer(request):
        seen.append(request.url.raw_path)
        return httpx.Response(200, json={})

    client_of(answer).trace("UCR=6GB/1 ?", bodies=False)
    assert seen == [b"/v1/trace/UCR%3D6GB%2F1%20%3F?bodies=false"]


def test_problem_details_are_a_refusal():
    """Status, code and sentence of the broker are kept."""

    def answer(_request):
        return httpx.Response(404, json={"code": "request.not-found", "detail": "not yours"})

    with pytest.raises(Refused) as refused:
        client_of(answer).status("s_1")
    assert (refused.value.status, refused.value.code) == (404, "request.not-found")
    assert refused.value.detail == "not yours"


@pytest.mark.parametrize("content", [b"<html>welcome</html>", b"[]", b""])
@pytest.mark.parametrize("status", [200, 502])
def test_what_no_broker_says_is_no_answer(content, status):
    """A proxy's page, whatever its status, is told as what it is."""

    def answer(_request):
        return httpx.Response(status, content=content)

    with pytest.raises(Unreachable, match="as no broker"):
        client_of(answer).keys()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("connection refused"), "cannot be reached: connection refused"),
        (httpx.ReadTimeout("slow"), "did not answer in time"),
        (httpx.RemoteProtocolError("gone"), "cannot be reached: gone"),
    ],
)
def test_silence_is_told_with_its_reason(error, words):
    """Nobody there, too slow, or gone in the middle."""

    def answer(_request):
        raise error

    with pytest.raises(Unreachable, match=words):
        client_of(answer).keys()


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://[", "k"), ("nonsense", "k"), ("ftp://broker", "k"), ("http://broker", "k\u00e9y")],
)
def test_an_address_or_key_that_cannot_be_used_is_told_so(url, key):
    """No address of HTTP, or a key that no header can hold."""
    with pytest.raises(Unreachable), connected(url, key) as client:
        client.keys()
