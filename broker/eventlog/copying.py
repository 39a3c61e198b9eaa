"""A copy of the embedded log and state, made beside the broker that works on them.

Rules
    One read transaction for all steps: each sees the same commit, however many others follow. Not
    SQLite's own way, which begins again at each of them and never ends under load.
    The copy has its name only when it is whole, checked and on disk: a file of that name can be
    relied on.
"""

import contextlib
import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from broker.errors import ConfigFault, LogFault
from broker.eventlog import opening

STEP_PAGES = 200


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds."""

    submissions: int
    size_bytes: int


def copy_to(directory: Path, target: Path) -> Copied:
    """Copy the data of a folder to a new file. ConfigFault: from there, or to there, it cannot.

    LogFault: there is no space for it, or the data cannot be read.
    """
    path = directory / opening.NAME
    if not path.is_file():
        raise ConfigFault(f"{str(directory)!r} holds no broker's data; name it with --data")
    opening.require_whole(path, accept_loss=False)
    if target.exists():
        raise ConfigFault(f"{str(target)!r} exists already; name another file")
    part = target.with_name(f"{target.name}.part")
    try:
        number = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise ConfigFault(
            f"{str(part)!r} is there: a copy is being made, or was broken off; remove it then"
        ) from error
    try:
        os.fchmod(number, 0o600)
        copied = _copied(path, part)
        os.fsync(number)
        part.rename(target)
        _sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise _fault(error, target) from error
    finally:
        os.close(number)
        for left in (part, opening.wal_of(part), part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)
    return copied


def _copied(path: Path, part: Path) -> Copied:
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with (
        contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as source,
        contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # Nothing waits between the steps: they are there so that signals are heard.
        source.backup(copy, pages=STEP_PAGES, progress=lambda *_: None, sleep=0)
        source.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
        copy.execute(f"PRAGMA application_id={opening.STOPPED}")
        if not opening.is_sound(copy):
            raise ConfigFault(f"the copy of {str(path)!r} is damaged; look at both disks")
        return Copied(opening.submissions(copy), part.stat().st_size)


def _fault(error: Exception, target: Path) -> LogFault:
    full = opening.lacks_space(error, target.parent) or getattr(error, "errno", 0) in {
        errno.ENOSPC,
        errno.EDQUOT,
    }
    if full:
        return LogFault(
            f"there is no space left on the disk of {str(target)!r}; make room, or name a file "
            "on another disk"
        )
    return LogFault(f"no copy was made ({error}); look at both disks")


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
