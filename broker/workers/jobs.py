"""The worker's side: submissions half translated, each a suspended generator.

A turn makes at most MESSAGES_MAX messages, BYTES_MAX bytes, or what takes TURN_CPU_S of processor
time, and no less than one message: what was not asked for is not made. Pure, but for the
clock of the processor that it is given.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping

from broker.adapter import Adapter
from broker.errors import place_of
from broker.formats import Uses, uses_of
from broker.translation.step import Judged, Translated, advance, submission_of
from broker.workers.frames import Chunk, Frame, chunk_frame, remember

MESSAGES_MAX = 64
BYTES_MAX = 1_000_000
TURN_CPU_S = 0.25


class Jobs:
    """Every job of one worker."""

    def __init__(self, adapters: Mapping[str, Adapter], cpu_s: Callable[[], float]) -> None:
        self._adapters = adapters
        self._cpu_s = cpu_s
        self._open: dict[int, Iterator[Judged | int]] = {}
        self._reached: dict[int, int] = {}
        self._uses: dict[str, Uses] = {}

    def answer(self, command: Frame) -> Frame | None:
        """What a command leads to: a chunk, or None after `drop`."""
        number = int(command.envelope["job"])
        match command.envelope["do"]:
            case "drop":
                self._close(number)
                return None
            case "begin":
                self._open[number] = self._begun(command)
                self._reached[number] = 0
        return chunk_frame(self._turn(number))

    def _begun(self, command: Frame) -> Iterator[Judged | int]:
        told, (payload, *rest) = command.envelope, command.blobs
        if rest:
            usable = pickle.loads(rest[0])  # noqa: S301  the broker's own
            remember(self._uses, told["usable"], uses_of(self._adapters, usable))
        submission = submission_of(told["headers"], payload)
        return advance(
            submission, self._uses[told["usable"]], told["skip"], told["event_bytes_max"]
        )

    def _turn(self, number: int) -> Chunk:
        """The next messages of a job; a step that raises ends it."""
        made: list[Translated] = []
        size, began, fault = 0, self._cpu_s(), ""
        try:
            for one in self._open[number]:
                self._reached[number] = one if isinstance(one, int) else one.translated.number
                if not isinstance(one, int):
                    made.append(one.translated)
                    size += one.translated.size
                full = len(made) >= MESSAGES_MAX or size >= BYTES_MAX
                if full or self._cpu_s() - began >= TURN_CPU_S:
                    took_s = self._cpu_s() - began
                    return Chunk(number, tuple(made), self._reached[number], took_s)
        except Exception as error:  # noqa: BLE001  a pure step fails alike every time: park
            fault = place_of(error)
        reached, took_s = self._reached[number], self._cpu_s() - began
        chunk = Chunk(number, tuple(made), reached, took_s, done=True, fault=fault)
        self._close(number)
        return chunk

    def _close(self, number: int) -> None:
        self._open.pop(number, None)
        self._reached.pop(number, None)
