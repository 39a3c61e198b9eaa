"""Opening the file of the embedded log: its lock, its rights, and whether it is whole.

Rules
    Only their owner can read the files, whatever the umask is: SQLite gives its own files beside
    this one the same rights.
    The file says in its own pages (the application id of its header) whether a broker works on
    it. One that says so and has no write-ahead log beside it was copied without that log, and
    lacks what was accepted last: it is refused. Whoever is killed leaves the log beside the file.
    A full disk is a fault that goes away; it is never told as damage.
"""

import contextlib
import errno
import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

from broker.errors import NO_SPACE, BrokerError, ConfigFault, LogFault

NAME = "broker.sqlite"
PAGE_BYTES = 32 * 1024
RUNNING = int.from_bytes(b"SWBr", "big")
STOPPED = int.from_bytes(b"SWBs", "big")
_MARK = slice(68, 72)
"""Where SQLite's header has the application id."""


def locked(directory: Path) -> Any:
    """The directory's lock, held until closed; a second process is refused."""
    try:
        if not directory.is_dir():
            directory.mkdir(parents=True, exist_ok=True)
            directory.chmod(0o700)
        handle = os.fdopen(_owned(directory / "lock"), "w")
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise LogFault(NO_SPACE) from error
        raise
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise ConfigFault(
            f"{str(directory)!r} is in use by another broker; stop it or name another --data"
        ) from error
    return handle


def connect(path: Path, *, accept_loss: bool) -> sqlite3.Connection:
    """The writing connection. ConfigFault: the file is not whole, or not a broker's."""
    require_whole(path, accept_loss=accept_loss)
    os.close(_owned(path))
    for beside in (wal_of(path), path.with_name(f"{path.name}-shm")):
        if beside.exists():
            beside.chmod(0o600)
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        raw.execute(f"PRAGMA page_size={PAGE_BYTES}")
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA wal_autocheckpoint=2000")
        raw.execute("PRAGMA cache_size=-131072")
        raw.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def mark(raw: sqlite3.Connection, state: int) -> None:
    """Say in the file's own pages whether a broker works on it."""
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.execute(f"PRAGMA application_id={state}")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def finish(raw: sqlite3.Connection, path: Path) -> None:
    """Close the writing connection; the file says that nothing works on it any more."""
    marked = False
    with contextlib.suppress(sqlite3.OperationalError):
        mark(raw, STOPPED)
        marked = True
    raw.close()
    if not marked:
        # It lacks nothing, and would be taken for a copy without its log.
        with contextlib.suppress(OSError):
            os.close(_owned(wal_of(path)))


def require_whole(path: Path, *, accept_loss: bool) -> None:
    """ConfigFault: the file was copied without its log, or (`accept_loss`) is damaged by that."""
    if _mark_of(path) != RUNNING or wal_of(path).exists():
        return
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as raw:
        if not accept_loss:
            raise ConfigFault(
                f"{str(path)!r} was copied from under a running broker without its log "
                f"({path.name}-wal): it holds {submissions(raw)} submissions, and lacks what was "
                "accepted last; use a copy made by 'swb backup', or start with --accept-loss"
            )
        if not is_sound(raw):
            raise ConfigFault(f"{str(path)!r} is damaged; use a copy made by 'swb backup'")


def submissions(raw: sqlite3.Connection) -> int:
    """How many submissions a file holds."""
    try:
        (count,) = raw.execute("SELECT count(*) FROM submissions").fetchone()
    except sqlite3.DatabaseError:  # no broker has worked on it yet, or it is damaged
        return 0
    return int(count)


def is_sound(raw: sqlite3.Connection) -> bool:
    """Whether SQLite finds no damage."""
    try:
        return bool(raw.execute("PRAGMA quick_check").fetchall() == [("ok",)])
    except sqlite3.DatabaseError:
        return False


def refusal(error: sqlite3.DatabaseError, path: Path) -> BrokerError:
    """Why the file cannot be opened, and what to do."""
    if lacks_space(error, path.parent):
        return LogFault(NO_SPACE)
    if isinstance(error, sqlite3.OperationalError):
        return LogFault(f"{str(path)!r} cannot be used ({error}); look at its disk and its rights")
    return ConfigFault(
        f"{str(path)!r} is no database of a broker ({error}); restore it, or name another --data"
    )


def lacks_space(error: BaseException | None, directory: Path) -> bool:
    """Whether this error is that of a full disk; SQLite reports some as errors of input."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_FULL:
        return True
    if code & 0xFF not in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
        return False
    try:
        disk = os.statvfs(directory)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < PAGE_BYTES


def wal_of(path: Path) -> Path:
    """The write-ahead log beside a file."""
    return path.with_name(f"{path.name}-wal")


def _mark_of(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return int.from_bytes(file.read(100)[_MARK], "big")
    except FileNotFoundError:
        return 0


def _owned(path: Path) -> int:
    """A file of which only the owner has any rights, made if it is not there."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.fchmod(number, 0o600)
    return number
