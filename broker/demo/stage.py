"""Where the demo takes place: a broker that really runs, everybody's keys, a folder for files.

It has nothing that a user would not have: the command `swb`, HTTP, and keys. A step that does not
happen in time ends the demo with one sentence.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

import httpx

from broker.clock import SystemClock

SWB = Path(sys.executable).parent / "swb"
STEP_S, LOOK_AGAIN_S = 300.0, 0.05
"""A step that takes longer hangs; a busy machine is slow, and ends well."""
OPERATOR = "duty-desk"

Made = TypeVar("Made")


class Stuck(Exception):
    """A step that did not happen; the text says which."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the play takes place: the broker, everybody's keys, a folder for files."""

    url: str
    keys: dict[str, str]
    folder: Path

    def swb(self, *arguments: str, who: str = OPERATOR, well: bool = True) -> str:
        """Run `swb` with somebody's key, show the command, give its output."""
        say(f"$ swb {' '.join(arguments)}      (as {who})")
        return swb(*arguments, cwd=self.folder, well=well, SWB_URL=self.url, SWB_KEY=self.keys[who])

    def feed(self, who: str) -> list[dict[str, Any]]:
        """What somebody is given and has not acknowledged."""
        with self.http(who) as http:
            found: list[dict[str, Any]] = http.get("/v1/feed").json()["deliveries"]
        return found

    def given(self, who: str, package: str) -> dict[str, Any]:
        """The first document of this package on somebody's feed; it is acknowledged."""

        def look() -> dict[str, Any] | None:
            found = (one for one in self.feed(who) if one.get("data", {}).get("package") == package)
            return next(found, None)

        event = until(f"{who} is given a {package}", look)
        with self.http(who) as http:  # the cursor acknowledges it
            http.get("/v1/feed", params={"cursor": cursor_of(event)})
        return event

    def answer(
        self,
        who: str,
        event: dict[str, Any],
        answers: Sequence[dict[str, Any]],
        references: Sequence[Sequence[str]] = (),
    ) -> None:
        """Answer a delivery: under its check if there is one, else without, for all of them."""
        checks = event["data"]["checks"]
        under = {"check": checks[0]} if len(checks) == 1 else {}
        content = {
            "id": f"{event['id'][2:20]}-{answers[-1]['status']}",
            "delivery": event["id"],
            "references": list(references),
            "answers": [{**under, **one} for one in answers],
        }
        with self.http(who) as http:
            response = http.post("/v1/responses", json=content)
        if response.status_code != 202:
            raise Stuck(f"the answer of {who} was refused: {response.text}")

    def http(self, who: str) -> httpx.Client:
        """An HTTP client with somebody's key."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=STEP_S, trust_env=False)


def cursor_of(event: dict[str, Any]) -> str:
    """The cursor that acknowledges everything up to this event."""
    return f"c{event['swbseq']}-{event['swbchain']}"


def cursor_before(events: Sequence[dict[str, Any]], number: int = -1) -> str:
    """The cursor behind which a reader goes on with this one of the events of a page."""
    before = events[:number]
    return cursor_of(before[-1]) if before else "c0"


@contextmanager
def broker_on(folder: Path, names: Sequence[str]) -> Iterator[Stage]:
    """A broker on a fresh data folder, with keys for these; ended cleanly at the end."""
    title("a broker starts, and everybody gets a key")
    data = str(folder / "data")
    say("$ swb keys issue duty-desk --data data")
    keys = {OPERATOR: swb("keys", "issue", OPERATOR, "--data", data).strip()}
    say("$ swb serve --data data --port 0")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own program
            [SWB, "serve", "--data", data, "--port", "0"], stdout=subprocess.PIPE, stderr=log,
            env=_clean(),
        )  # fmt: skip
        try:
            stage = Stage(_url(process), keys, folder)
            for name in names:
                keys[name] = stage.swb("keys", "issue", name).strip()
            yield stage
            process.send_signal(signal.SIGTERM)
            if process.wait(STEP_S) != 0:
                raise Stuck(f"the broker ended with {process.returncode} instead of 0")
        except subprocess.TimeoutExpired as error:
            raise Stuck("the broker did not end in time") from error
        finally:
            process.kill()
            process.wait()


def _url(process: "subprocess.Popen[bytes]") -> str:
    """The URL in the one line that `swb serve` prints."""
    assert process.stdout is not None, "its output is a pipe"
    output = process.stdout
    os.set_blocking(output.fileno(), False)

    def look() -> bytes | None:
        if process.poll() is not None:
            raise Stuck(f"the broker ended with {process.returncode} before it listened")
        return output.read()

    said = until("the broker listens", look).decode()
    say(said.partition(",")[0])
    found = re.match(r"listening on (http://\S+?),", said)
    if found is None:
        raise Stuck(f"the broker said {said!r} instead of its URL")
    return found[1]


def swb(*arguments: str, cwd: Path | None = None, well: bool = True, **more: str) -> str:
    """The output of the program. Stuck: it ended otherwise than expected."""
    try:
        done = subprocess.run(  # noqa: S603  our own program
            [SWB, *arguments], cwd=cwd, env={**_clean(), **more}, capture_output=True,
            text=True, timeout=STEP_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Stuck(f"'swb {arguments[0]}' did not end in time") from error
    if done.returncode != (0 if well else 1):
        raise Stuck(f"'swb {' '.join(arguments)}' ended with {done.returncode}: {done.stderr}")
    return done.stdout


def _clean() -> dict[str, str]:
    """The environment without what would lead to another broker."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SWB_")}


def until(what: str, look: Callable[[], Made | None]) -> Made:
    """What `look` finds, as soon as it finds something. Stuck: it did not in time."""
    ticks = SystemClock().ticks
    ends = ticks() + STEP_S
    while True:
        found = look()
        if found:
            return found
        if ticks() >= ends:
            raise Stuck(f"waited {STEP_S:g} s in vain until {what}")
        sleep(LOOK_AGAIN_S)


def title(text: str) -> None:
    """Say what comes next."""
    say(f"\n== {text} ==\n")


def show(text: str) -> None:
    """Show what a command printed."""
    say(text.rstrip())


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201  what it is for
