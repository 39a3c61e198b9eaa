"""The floor of the road: the same hops, rows and appends, with no work between.

What each message came to was recorded by the real stations; these give it back, having made once
a message the library calls no design avoids: parse the XML, validate one body, encode one JSON,
decode one to a plain tree.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from lxml import etree
from sqlalchemy import Connection

from broker.core.station import write_effects
from broker.hop import Piece
from broker.model.records import Entry, Record
from broker.state import aliases, dossiers, parked, submissions
from broker.state.positions import Position
from broker.translation.step import canonical_json


class FloorTranslation:
    """Recorded verdicts, aliases and records by submission."""

    name = "translation"

    def __init__(self, recorded: Mapping[str, tuple[Any, ...]]) -> None:
        self._recorded = recorded

    def load(self, connection: Connection, entries: Sequence[Entry]) -> dict[str, bytes]:
        """The originals, as the real station loads them."""
        wanted = [entry.headers["ce_id"] for entry in entries if not entry.value]
        return submissions.originals(connection, wanted) if wanted else {}

    def work(self, entry: Entry, loaded: dict[str, bytes], skip: int) -> Iterator[Piece]:
        """Parse, validate, encode; then what was recorded."""
        del skip
        identity = entry.headers["ce_id"]
        row, alias, record, package, body = self._recorded[identity]
        etree.fromstring(entry.value or loaded[identity])
        canonical_json(package, body)
        yield Piece(entry, Position(entry.position + 1), (row, alias, record), len(record.value))

    def park(self, entry: Entry, loaded: dict[str, bytes]) -> None:
        """Nothing is parked here."""

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """The same statements: messages, aliases bound and read, records."""
        submissions.put_messages(connection, [piece.value[0] for piece in pieces])
        aliases.bind(connection, [piece.value[1] for piece in pieces])
        aliases.meanings(connection, [piece.value[1].key for piece in pieces])
        return [piece.value[2] for piece in pieces]


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

    def write(self, connection: Connection, pieces: Sequence[Piece]) -> list[Record]:
        """The same rows."""
        write_effects(connection, [piece.value for piece in pieces])
        return []
