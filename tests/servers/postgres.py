"""A real PostgreSQL for the tests, from Debian's package, with its own data and password.

    with Postgres() as server:
        url = server.create("one")
        server.kill()
        server.start()

Rules
    The password is drawn at each start of a new server; strangers on the machine stay outside.
    fsync stays on: tests of durability mean something. `relaxed=True` gives that up for speed.
    PostgreSQL refuses to run as root: then it runs as the package's user `postgres`.

Does not belong here: tables of the broker (`broker/state`), one server for a run (`shared`).
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.limits import HANG_S, Hung, tries
from tests.servers.debian import of_package
from tests.servers.leash import Leash, ServerFailed
from tests.servers.ports import Port

USER = "single_window"
RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Databases:
    """The databases of a server, reached by the URL of one whose user may create others."""

    def __init__(self, url: str) -> None:
        self.administration = url
        self.made: set[str] = set()

    def url(self, database: str) -> str:
        """The same server and user, another database."""
        return urlunsplit(urlsplit(self.administration)._replace(path=f"/{database}"))

    def create(self, name: str | None = None, like: str = "template0") -> str:
        """Make a database, by default empty and with a fresh name, and give its URL.

        `like` is the database to copy; nothing may be connected to it.
        """
        name = name or f"test_{secrets.token_hex(8)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(like)))
        self.made.add(name)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self.made.discard(name)

    def drop_all(self) -> None:
        """Remove every database that was made here, and no other."""
        for name in sorted(self.made):
            self.drop(name)

    def cut_connections(self, database: str) -> int:
        """End every connection to a database in the middle of what it does; how many it were."""
        statement = sql.SQL(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = {} AND pid <> pg_backend_pid()"
        ).format(sql.Literal(database))
        return self._run(statement)

    def _run(self, statement: sql.Composed) -> int:
        with psycopg.connect(
            self.administration, autocommit=True, connect_timeout=int(HANG_S)
        ) as link:
            cursor = link.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else 0


class Postgres(Databases):
    """A server of its own on 127.0.0.1; `owner` is the process it may not outlive."""

    def __init__(self, *, relaxed: bool = False, owner: int | None = None) -> None:
        self.bin = programs()
        self.user = "postgres" if os.geteuid() == 0 else None
        self.owner = owner
        self.options = RELAXED if relaxed else ()
        self.port = Port()
        self.password = secrets.token_urlsafe(24)
        self.folder = Path(tempfile.mkdtemp(prefix="single-window-postgres-"))
        self.data, self.log = self.folder / "data", self.folder / "server.log"
        self.leash: Leash | None = None
        super().__init__(
            f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port.number}/postgres"
        )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and wait until it answers; after a kill this is crash recovery."""
        if not self.data.exists():
            self._initialise()
        options = [
            "listen_addresses=127.0.0.1", f"port={self.port.number}",
            f"unix_socket_directories={self.folder}", "max_connections=200", *self.options,
        ]  # fmt: skip
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        command += [part for option in options for part in ("-c", option)]
        self.leash = Leash(command, self.log, owner=self.owner, user=self.user, folder=self.folder)
        self._wait_until_it_answers(self.leash)

    def restart(self, mode: str = "fast") -> None:
        """Stop as an operator would, `fast` (SIGINT) or `immediate` (SIGQUIT), and start again."""
        assert self.leash is not None
        self.leash.end({"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
        self.start()

    def kill(self) -> None:
        """SIGKILL the server; its backends are gone when this returns."""
        assert self.leash is not None
        self.leash.end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server for good and remove its data."""
        if self.leash is not None:
            self.leash.end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.port.release()

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        command = [
            str(self.bin / "initdb"), "-D", str(self.data), "-U", USER, f"--pwfile={secret}",
            "--locale=C.UTF-8", "-E", "UTF8", "--auth=scram-sha-256",
        ]  # fmt: skip
        group = None
        if self.user:
            known = pwd.getpwnam(self.user)
            group = known.pw_gid
            for path in (self.folder, secret):
                os.chown(path, known.pw_uid, known.pw_gid)
        done = subprocess.run(
            command, cwd=self.folder, user=self.user, group=group,
            extra_groups=[] if self.user else None,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=HANG_S,
            check=False,
        )  # fmt: skip
        secret.unlink()
        if done.returncode:
            raise ServerFailed(f"initdb ended with {done.returncode}: {done.stdout[-2000:]}")

    def _wait_until_it_answers(self, leash: Leash) -> None:
        fault: psycopg.OperationalError | None = None
        with contextlib.suppress(Hung):
            for _ in tries("PostgreSQL answers"):
                try:
                    psycopg.connect(self.administration, connect_timeout=int(HANG_S)).close()
                except psycopg.OperationalError as error:
                    fault = error
                else:
                    return
                if not leash.runs():
                    break
                time.sleep(0.05)
        leash.end()
        raise ServerFailed(
            f"PostgreSQL at 127.0.0.1:{self.port.number} does not answer ({fault}): {leash.tail()}"
        )


def programs() -> Path:
    """The folder of initdb and postgres; as root, Debian's package is installed if need be."""
    return of_package("postgresql", installed)


def installed() -> Path | None:
    """The newest server's folder of programs, if Debian's package is there."""
    folders = [
        path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")
        if (path.parent / "initdb").exists()
    ]  # fmt: skip
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)
