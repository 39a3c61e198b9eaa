"""The faults of the broker: broken plumbing, never bad input (that is a Problem, a value).

    BrokerError
    ├── ConfigFault        the configuration does not hold together
    ├── AccessFault        the key is unknown
    │   └── ForbiddenFault the key is known and may not do this
    ├── NotFoundFault      not there, or not yours
    ├── RequestFault       the request itself is malformed
    ├── LineFault          a cursor of another history of numbers than is in force
    ├── ConflictFault      a key, or an answer's number, was used again with other content
    ├── TooLargeFault      more bytes than the door takes
    ├── UnsupportedFault   a content type no family of this sender uses
    ├── BusyFault          too much is waiting, or a sender's limit is reached; come back later
    ├── LogFault           the event log cannot be reached or is damaged
    │   └── GapFault       a position below the log's start: records were lost to us
    ├── StateFault         the database cannot be reached or is damaged
    │   └── MovedFault     another owner has moved the position: abandon the batch
    ├── SupersededFault    a newer configuration is in force: write nothing, end
    └── StoppedFault       the role stops: everything is being parked

Each class says three things: whether trying again can help, the HTTP status it becomes at a
door, and a stable code. A BusyFault that names a limit has those of LIMITED.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

RETRY_AFTER_S = 5
LIMITED = (429, "sender.limited")

NO_SPACE = (
    "there is no space left on the disk of the log and the state; make room: a broker that runs "
    "goes on by itself"
)
"""What a full disk is told as, wherever it is met: never as damage."""


def kind_of(fault: BaseException) -> str:
    """A fault in a line of the log: its class, or that the disk is full."""
    return NO_SPACE if NO_SPACE in str(fault) else type(fault).__name__


class BrokerError(Exception):
    """Root of all faults; the text is one lower-case sentence that names the value."""

    retriable: ClassVar[bool] = False
    http_status: int = 500
    code: str = "broker.fault"


class ConfigFault(BrokerError):
    """The configuration does not hold together; nothing starts."""

    code = "config.invalid"


class AccessFault(BrokerError):
    """The key is unknown."""

    http_status = 401
    code = "access.key-unknown"


class ForbiddenFault(AccessFault):
    """The key is known and may not do this."""

    http_status = 403
    code = "access.forbidden"


class NotFoundFault(BrokerError):
    """Not there, or not yours: the caller cannot tell which."""

    http_status = 404
    code = "request.not-found"


class RequestFault(BrokerError):
    """The request itself is malformed."""

    http_status = 400
    code = "request.malformed"


class LineFault(BrokerError):
    """A cursor of another line; `shared` is the highest number that both lines can share."""

    http_status = 409
    code = "cursor.other-line"

    def __init__(self, text: str, shared: int) -> None:
        super().__init__(text)
        self.shared = shared


class ConflictFault(BrokerError):
    """An idempotency key, or an answer's own number, was used again with other content."""

    http_status = 409
    code = "request.idempotency-conflict"


class TooLargeFault(BrokerError):
    """More bytes than the door takes, or a limit of its sender ever allows; `limit` as shown."""

    http_status = 413
    code = "request.too-large"

    def __init__(self, text: str, limit: Mapping[str, Any] | None = None) -> None:
        super().__init__(text)
        self.limit = limit


class UnsupportedFault(BrokerError):
    """A content type that no family of this sender uses."""

    http_status = 415
    code = "request.content-type"


class BusyFault(BrokerError):
    """Too much is waiting, or is asked for; come back after `retry_after_s`. `limit` as shown."""

    retriable = True
    http_status = 503
    code = "broker.busy"

    def __init__(
        self,
        text: str,
        *,
        retry_after_s: int = RETRY_AFTER_S,
        limit: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s
        self.limit = limit
        if limit is not None:
            self.http_status, self.code = LIMITED


class LogFault(BrokerError):
    """The event log cannot be reached or is damaged."""

    retriable = True
    http_status = 503
    code = "log.unavailable"


class GapFault(LogFault):
    """A position lies below the log's start: never skipped silently."""

    retriable = False
    code = "log.gap"


class StateFault(BrokerError):
    """The database cannot be reached or is damaged."""

    retriable = True
    http_status = 503
    code = "state.unavailable"


class MovedFault(StateFault):
    """The compare-and-set found another position: another owner works here, abandon."""

    code = "state.moved"


class SupersededFault(BrokerError):
    """A newer configuration is in force: nothing may be written under this one any more."""

    http_status = 503
    code = "config.superseded"


class StoppedFault(BrokerError):
    """The role stops: everything is being parked, a person must look."""

    code = "broker.stopped"


def place_of(error: BaseException) -> str:
    """The kind of error and where it was raised; never its text, which may hold a value.

    A fault of the configuration says what is wrong with it: that is never a value of a message.
    """
    if isinstance(error, ConfigFault):
        return str(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    name = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} in {name}:{trace.tb_lineno}"
