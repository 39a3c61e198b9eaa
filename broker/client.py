"""The HTTP client of the command line: requests to a broker, refusals and silence as faults.

The only place that knows an HTTP client. Every request has a time limit.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

STATUS_LIMIT = 500
TIMEOUT_S = 30.0
WAIT_MARGIN_S = 10.0


class Refused(Exception):
    """The broker answered, and refused: its status, its code, its sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class Unreachable(Exception):
    """No answer came, or one that is no broker's."""


class Sent(NamedTuple):
    """Bytes to send, with what the request's headers say of them."""

    content: bytes
    content_type: str
    idempotency_key: str | None = None
    reference: str | None = None


class Client:
    """One broker, one key."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def submit(self, sent: Sent) -> dict[str, Any]:
        """The receipt of a submission."""
        headers = {"Content-Type": sent.content_type}
        if sent.idempotency_key is not None:
            headers["Idempotency-Key"] = sent.idempotency_key
        if sent.reference is not None:
            headers["Swb-Reference"] = sent.reference
        return self._json("POST", "/v1/submissions", content=sent.content, headers=headers)

    def status(self, submission: str, after: int = -1) -> dict[str, Any]:
        """What became of a submission: a page of its messages, behind the one with this number."""
        asked = {"after": after, "limit": STATUS_LIMIT}
        return self._json("GET", f"/v1/submissions/{_part(submission)}", params=asked)

    def feed(self, cursor: str | None, *, limit: int, wait_s: float) -> dict[str, Any]:
        """The next deliveries; the cursor acknowledges those before it."""
        asked: dict[str, Any] = {"limit": limit, "wait": wait_s}
        if cursor is not None:
            asked["cursor"] = cursor
        return self._json("GET", "/v1/feed", params=asked, timeout=wait_s + WAIT_MARGIN_S)

    def trace(self, name: str, *, bodies: bool) -> dict[str, Any]:
        """The whole road of an id or reference."""
        return self._json("GET", f"/v1/trace/{_part(name)}", params={"bodies": bodies})

    def issue(self, name: str) -> dict[str, Any]:
        """A new key."""
        return self._json("POST", "/v1/keys", json={"name": name})

    def keys(self) -> list[dict[str, Any]]:
        """Every key that was issued."""
        found: list[dict[str, Any]] = self._json("GET", "/v1/keys")["keys"]
        return found

    def revoke(self, name: str) -> int:
        """How many keys of the name were revoked."""
        return int(self._json("DELETE", f"/v1/keys/{_part(name)}")["revoked"])

    def parked(self, state: str) -> list[dict[str, Any]]:
        """What waits for a person."""
        found: list[dict[str, Any]] = self._json("GET", "/v1/parked", params={"state": state})[
            "parked"
        ]
        return found

    def parked_one(self, name: str) -> dict[str, Any]:
        """One parked thing."""
        return self._json("GET", f"/v1/parked/{_part(name)}")

    def decide(self, name: str, decision: str, why: str) -> dict[str, Any]:
        """Resume or discard a parked thing."""
        return self._json("POST", f"/v1/parked/{_part(name)}/{decision}", json={"why": why})

    def _json(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """The answer's object. Refused: problem details. Unreachable: anything else."""
        try:
            answer = self._http.request(method, path, **how)
        except httpx.TimeoutException as error:
            raise Unreachable(f"{self._http.base_url} did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{self._http.base_url} cannot be reached: {_why(error)}") from error
        said = _object(answer)
        if said is None:
            raise Unreachable(f"{self._http.base_url} answered {answer.status_code}, as no broker")
        if answer.is_success:
            return said
        raise Refused(answer.status_code, str(said.get("code", "")), str(said.get("detail", "")))


@contextmanager
def connected(url: str, key: str) -> Iterator[Client]:
    """A client of the broker at this URL, with this key."""
    headers: Mapping[str, str] = {"Authorization": f"Bearer {key}"}
    try:
        http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, trust_env=False)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unreachable(f"{url!r} or the key cannot be used: {error}") from error
    with http:
        yield Client(http)


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _why(error: Exception) -> str:
    """The innermost reason, which says more than the outer one."""
    while error.__context__ is not None and isinstance(error.__context__, Exception):
        error = error.__context__
    text = str(error)
    return text[:1].lower() + text[1:] or type(error).__name__


def _part(name: str) -> str:
    return quote(name, safe="")
