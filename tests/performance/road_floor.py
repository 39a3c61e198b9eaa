"""The floor of the road: the same hops, rows and appends, with no work between.

What each message came to was recorded by the real stations; these give it back, having made once
the library calls no design avoids: parse the submission, validate one body, encode one JSON,
decode one to a plain tree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from broker.core.writing import write_effects
from broker.hop import Piece
from broker.model.records import Entry, Record
from broker.state import aliases, dossiers, parked, submissions
from broker.state.aliases import Alias
from broker.state.positions import Position
from broker.translation.step import canonical_json


class Told:
    """What one message came to in the translation: its row, bindings, records and bodies."""

    __slots__ = ("aliases", "bodies", "keys", "last", "number", "records", "row", "size")

    def __init__(self, row: dict[str, Any], number: int, size: int, *, last: bool) -> None:
        self.row, self.number, self.size, self.last = row, number, size, last
        self.aliases: list[Alias] = []
        self.keys: list[tuple[str, str, str]] = []
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.records: list[Record] = []


class FloorTranslation:
    """Recorded verdicts, aliases and records by submission."""

    name = "translation"

    def __init__(
        self, recorded: Mapping[str, Sequence[Told]], parse: Callable[[bytes], object]
    ) -> None:
        self._recorded = recorded
        self._parse = parse

    def load(self, connection: Connection, entries: Sequence[Entry]) -> dict[str, bytes]:
        """The originals, as the real station loads them."""
        wanted = [entry.headers["ce_id"] for entry in entries if not entry.value]
        return submissions.originals(connection, wanted) if wanted else {}

    def work(self, entry: Entry, loaded: dict[str, bytes], skip: int) -> Iterator[Piece]:
        """Parse; validate and encode each body; then what was recorded."""
        identity = entry.headers["ce_id"]
        self._parse(entry.value or loaded[identity])
        for told in self._recorded[identity][skip:]:
            for package, body in told.bodies:
                canonical_json(package, body)
            end = Position(entry.position, told.number)
            yield Piece(entry, Position(entry.position + 1) if told.last else end, told, told.size)

    def park(self, entry: Entry, loaded: dict[str, bytes]) -> None:
        """Nothing is parked here."""

    def end(self, loaded: Any) -> None:
        """Nothing is made elsewhere."""

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """The same statements: messages, aliases bound and read, records."""
        told: list[Told] = [piece.value for piece in pieces]
        submissions.put_messages(connection, [one.row for one in told])
        aliases.bind(connection, [alias for one in told for alias in one.aliases])
        aliases.meanings(connection, [key for one in told for key in one.keys])
        return [record for one in told for record in one.records]


class FloorCore:
    """Recorded effects by event."""

    name = "core"

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self._recorded = recorded

    def load(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """The same questions as the real station's."""
        wanted = [(entry.key, entry.headers["ce_id"]) for entry in entries]
        parked.parked_dossiers(connection, {key for key, _ in wanted})
        dossiers.load(connection, wanted)

    def work(self, entry: Entry, loaded: None, skip: int) -> Iterator[Piece]:
        """Decode; then what was recorded."""
        del loaded, skip
        orjson.loads(entry.value[1:])
        effects = self._recorded[entry.headers["ce_id"]]
        yield Piece(entry, Position(entry.position + 1), effects, len(entry.value))

    def park(self, entry: Entry, loaded: None) -> None:
        """Nothing is parked here."""

    def end(self, loaded: Any) -> None:
        """Nothing is made elsewhere."""

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """The same rows."""
        write_effects(connection, [piece.value for piece in pieces])
        return []
