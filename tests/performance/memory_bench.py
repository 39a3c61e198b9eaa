"""(f) Memory by the number of messages: a 50 MB interchange, and requests of 10 MB at once.

Each figure is the peak of resident memory over what the process held before: of a fresh process
that translates bytes it holds already, or of one that has nothing but the doors.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from figures import Figure
from intake_bench import HERE, free_port, issued, running
from translate_bench import ROOT, resident

from broker.configuration import read
from broker.formats import uses_of
from broker.model.records import digest
from broker.translation.step import Submission, translated

LISTS, SHORT_LISTS, PASSENGERS = (100, 300, 700), (10, 30, 70), 330
REQUESTS, REQUEST_BYTES, SHORT_BYTES = (1, 5, 10), 10_400_000, 1_000_000
_LIST = re.compile(rb"^(.*)(UNH\+.*UNT\+[^+]*\+1')(UNE\+)1(\+.*)$", re.DOTALL)


def interchange(lists: int) -> bytes:
    """One interchange of so many lists, each of its own flight."""
    compose = read(ROOT / "config").families["airline"].samples["passengers"]
    found = []
    for number in range(1, lists + 1):
        parts = _LIST.match(compose(items=PASSENGERS, number=number, seed=1))
        assert parts, "a sample is one message in one group"
        head, message, une, tail = parts.groups()
        message = message.replace(b"UNH+1+", b"UNH+%d+" % number, 1)
        found.append(message.removesuffix(b"+1'") + b"+%d'" % number)
    return b"".join((head, *found, une, b"%d" % lists, tail))


def push(number: int, bytes_max: int) -> bytes:
    """One request of so many bytes of postal items, one a line."""
    compose = read(ROOT / "config").families["postal"].samples["items"]
    parts, size = [], 0
    while size < bytes_max:
        parts.append(compose(items=500, number=number * 1000 + len(parts), seed=1))
        size += len(parts[-1])
    payload = b"".join(parts)[:bytes_max]
    return payload[: payload.rindex(b"\n") + 1]


def figures(rounds: int) -> Iterator[Figure]:
    """The most beside the fewest, for each of the three; with one round, a tenth of the size."""
    lists, size = (LISTS, REQUEST_BYTES) if rounds > 1 else (SHORT_LISTS, SHORT_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        base, listed = Path(folder), []
        for count in lists:
            (base / "lists").write_bytes(interchange(count))
            listed.append(_translating("airline", [base / "lists"]))
        yield _flat("lists of 330 in one interchange, translated", lists, listed)
        bodies = [base / f"push{number}" for number in range(REQUESTS[-1])]
        for number, file in enumerate(bodies):
            file.write_bytes(push(number, size))
        pushed = [_translating("postal", bodies[:count]) for count in REQUESTS]
        what = f"requests of {size / 1e6:.0f} MB of NDJSON"
        yield _flat(f"{what}, translated side by side", REQUESTS, pushed)
        doors = [_doors(base / f"data{count}", bodies[:count]) for count in REQUESTS]
    sent = [count * size / 1e6 for count in REQUESTS]
    yield Figure(f"memory: {_row(REQUESTS)} {what} at the doors at once, over their bytes",
                 doors[-1] / sent[-1], "-", f"{_row(doors)} MB",
                 f"{_row(sent)} MB of bytes")  # fmt: skip


def _flat(what: str, counts: Sequence[int], peaks: Sequence[float]) -> Figure:
    """The peak of the last beside that of the first."""
    ratio = peaks[-1] / max(peaks[0], 1.0)
    return Figure(f"memory: {_row(counts)} {what}", ratio, "flat", f"{_row(peaks)} MB",
                  f"{peaks[0]:.0f} MB")  # fmt: skip


def _row(numbers: Sequence[float]) -> str:
    return " / ".join(f"{one:.0f}" for one in numbers)


def _translating(family: str, files: list[Path]) -> float:
    """Peak over idle, in MB, of a fresh process that translates these files in turns."""
    done = subprocess.run(
        [sys.executable, __file__, family, *map(str, files)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def _doors(data: Path, files: list[Path]) -> float:
    """Peak of the doors over idle, in MB, while these files come in at once."""
    key = issued([str(Path(sys.executable).parent / "swb")], data, "marigold-post")
    port = free_port()
    with running(
        [sys.executable, str(HERE / "intake_doors.py"), str(data), str(port)], port
    ) as pid:
        asyncio.run(_posted(port, key, files[:1], lines=1))
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak so far is forgotten
        idle = resident("VmRSS", pid)
        asyncio.run(_posted(port, key, files, lines=0))
        return (resident("VmHWM", pid) - idle) / 1024


async def _posted(port: int, key: str, files: list[Path], *, lines: int) -> None:
    """All of them at once; `lines`: so many lines of each alone."""
    await asyncio.gather(*(_post(port, key, file, lines) for file in files))


async def _post(port: int, key: str, file: Path, lines: int) -> None:
    body = await asyncio.to_thread(file.read_bytes)
    body = b"".join(body.splitlines(keepends=True)[:lines]) if lines else body
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /v1/submissions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-ndjson\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 202"), head
    writer.close()


FORMATS = {
    "airline": ("WCO/IATA/ICAO PAXLST", "paxlst-guide"),
    "postal": ("postal item JSON 1", "postal-items"),
}


def measured(family: str, files: list[str]) -> float:
    """In this process: every file translated, one message of each in turn, nothing kept."""
    configuration = read(ROOT / "config")
    form, name = FORMATS[family]
    profiles = {form: configuration.profile_of(name, form, "2026-01-01")}
    uses = uses_of(configuration.adapters, profiles)

    def submission(payload: bytes) -> Submission:
        return Submission(digest(payload[:99]), 1, "s", "p", "", family, form, name,
                          "2026-01-01T00:00:00Z", "", "", "", payload)  # fmt: skip

    kind = {"airline": "passengers", "postal": "items"}[family]
    small = configuration.families[family].samples[kind](items=5, number=1, seed=1)
    assert [one.verdict for one in translated(submission(small), uses)]
    payloads = [Path(file).read_bytes() for file in files]
    Path("/proc/self/clear_refs").write_text("5")
    idle = resident("VmRSS")
    pending = [translated(submission(payload), uses) for payload in payloads]
    while pending:
        for one in [each for each in pending if _is_done(each)]:
            pending.remove(one)
    return (resident("VmHWM") - idle) / 1024


def _is_done(messages: Iterator[object]) -> bool:
    return next(messages, None) is None


if __name__ == "__main__":
    print(measured(sys.argv[1], sys.argv[2:]))
