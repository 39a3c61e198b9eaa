"""`make demo`: two declarations on their whole road, through a broker that really runs.

It starts `swb serve` on a fresh data folder, issues keys, lodges a declaration that several
agencies are concerned by and a broken one, and plays the agencies. It has nothing that a user
would not have: the command `swb`, HTTP, and keys. A step that does not happen in time ends it
with one sentence.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

import httpx

from broker.clock import SystemClock

SWB = Path(sys.executable).parent / "swb"
STEP_S, LOOK_AGAIN_S = 20.0, 0.05
TRADER, OPERATOR = "lantern-forwarding", "duty-desk"
AGENCIES = ("plant-health", "animal-health", "medicines", "customs", "statistics")
GOODS = ("--items", "4", "--seed", "18288")
"""Four goods items: cut roses, beef, medicines, telephones."""

BREAKS = (
    (
        r"(<FunctionalReferenceID>)[^<]*",
        r"\g<1>A-REFERENCE-THAT-IS-TOO-LONG",
        "an LRN of 28 characters",
    ),
    (r"<SequenceNumeric>4<", "<SequenceNumeric>3<", "two goods items with the same number"),
    (r"<NetNetWeightMeasure [^/]*/NetNetWeightMeasure>\n?", "", "an item without its net mass"),
    (r"(<StatisticalValueAmount [^>]*>)[^<]*", r"\g<1>12,50", "an amount with a comma"),
    (r"<(/?)TransactionNatureCode", r"<\1TransactionColour", "an element that does not exist"),
)
"""What is broken in the second declaration: pattern, replacement, in words."""

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

    def http(self, who: str) -> httpx.Client:
        """An HTTP client with somebody's key."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=STEP_S, trust_env=False)


def main() -> int:
    """Play it; 0 if every step happened."""
    try:
        with tempfile.TemporaryDirectory(prefix="swb-demo-") as name:
            folder = Path(name)
            with broker_on(folder) as stage:
                _good(stage)
                _broken(stage)
            title("the broker has ended cleanly")
    except Stuck as stuck:
        sys.stdout.flush()
        sys.stderr.write(f"demo: {stuck}\n")
        return 1
    return 0


@contextmanager
def broker_on(folder: Path) -> Iterator[Stage]:
    """A broker on a fresh data folder, with keys for everybody; ended cleanly at the end."""
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
            for name in (TRADER, *AGENCIES):
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


# -- a declaration that several agencies are concerned by ------------------------------------------


def _good(stage: Stage) -> None:
    title("a trader lodges a declaration: roses, beef, medicines, telephones")
    declaration = stage.swb("sample", "customs", *GOODS, who=TRADER)
    (stage.folder / "declaration.xml").write_text(declaration)
    show(stage.swb("submit", "declaration.xml", "--wait", "10", who=TRADER))
    title("the agencies read their feeds and answer")
    _agencies(stage)
    title("the whole road of the declaration, as an operator sees it")
    reference = re.findall("<FunctionalReferenceID>([^<]*)", declaration)[0]
    show(stage.swb("trace", f"LRN={reference}"))
    title("the reply to the trader, in its own syntax")
    cursor = _replied(stage, "released")
    show(stage.swb("feed", "--cursor", f"c{cursor - 1}", who=TRADER))


def _agencies(stage: Stage) -> None:
    """Plant health inspects first; customs gives the MRN; the last release ends it."""
    given = {name: _delivery(stage, name) for name in AGENCIES if name != "statistics"}
    for name, event in given.items():
        elements = event["data"]["elements"]
        what = "the whole" if elements == "whole" else ", ".join(one["path"] for one in elements)
        say(f"  {name} is given {what}")
    say(f"  statistics is given nothing yet: {_count(stage, 'statistics')} deliveries")
    say("")
    mrn = "26QZ00000000000001"
    for who, status, more in (
        ("plant-health", "inspection", {"reasons": ["sample of the petals"]}),
        ("animal-health", "released", {}),
        ("customs", "acknowledged", {"references": [["MRN", mrn]]}),
        ("medicines", "released", {}),
        ("plant-health", "released", {}),
        ("customs", "released", {}),
    ):
        overall = _answer(stage, who, given[who], status, more)
        say(f"  {who} answers {status}: the trader is told {overall}")
    _delivery(stage, "statistics")
    say("  statistics is given the released declaration, without names")


def _delivery(stage: Stage, who: str) -> dict[str, Any]:
    """The first document on somebody's feed."""

    def look() -> dict[str, Any] | None:
        found = _feed(stage, who)
        return next((event for event in found if "body" in event.get("data", {})), None)

    event = until(f"{who} is given the declaration", look)
    with stage.http(who) as http:  # the cursor acknowledges it
        http.get("/v1/feed", params={"cursor": f"c{event['swbseq']}"})
    return event


def _answer(
    stage: Stage, who: str, event: dict[str, Any], status: str, more: dict[str, Any]
) -> str:
    """Answer a delivery over HTTP; what the trader is told thereupon."""
    before = len(_feed(stage, TRADER))
    asked = event["data"]
    answer = {"status": status, **({"reasons": more["reasons"]} if "reasons" in more else {})}
    if asked["checks"]:
        answer["check"] = asked["checks"][0]
    said = {
        "id": f"{who}-{status}",
        "delivery": event["id"],
        "references": more.get("references", []),
        "answers": [answer],
    }
    with stage.http(who) as http:
        response = http.post("/v1/responses", json=said)
    if response.status_code != 202:
        raise Stuck(f"the answer of {who} was refused: {response.text}")
    told = until(
        f"the trader is told of {status} by {who}",
        lambda: _feed(stage, TRADER)[before:],
    )
    return str(told[-1]["swbstatus"])


def _replied(stage: Stage, status: str) -> int:
    """The number of the trader's newest reply, which has this status."""
    last = _feed(stage, TRADER)[-1]
    if last["swbstatus"] != status:
        raise Stuck(f"the trader's last reply says {last['swbstatus']!r}, not {status!r}")
    return int(last["swbseq"])


def _feed(stage: Stage, who: str) -> list[dict[str, Any]]:
    with stage.http(who) as http:
        found: list[dict[str, Any]] = http.get("/v1/feed").json()["deliveries"]
    return found


def _count(stage: Stage, who: str) -> int:
    return len(_feed(stage, who))


# -- a broken one --------------------------------------------------------------------------------


def _broken(stage: Stage) -> None:
    title("a trader lodges a broken declaration")
    text = (stage.folder / "declaration.xml").read_text().replace("><", ">\n<")
    for pattern, replacement, words in BREAKS:
        text, count = re.subn(pattern, replacement, text, count=0 if "Colour" in replacement else 1)
        if not count:
            raise Stuck(f"the sample has no place for {words}")
        say(f"  broken: {words}")
    (stage.folder / "broken.xml").write_text(text)
    before = len(_feed(stage, TRADER))
    show(stage.swb("submit", "broken.xml", "--wait", "10", who=TRADER, well=False))
    told = until("the trader is told of the rejection", lambda: _feed(stage, TRADER)[before:])
    title("the reply to the trader, in its own syntax")
    show(stage.swb("feed", "--cursor", f"c{told[0]['swbseq'] - 1}", who=TRADER))


# -- saying and doing ----------------------------------------------------------------------------


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


if __name__ == "__main__":
    raise SystemExit(main())
