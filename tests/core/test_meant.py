"""What the answers of a batch may be about: few rows, however long the history is."""

from sqlalchemy import Connection

from tests.broker_in_process import declaration, in_process, story

BOOKS, FLOWERS, MEAT = "49019900", "06031100", "02013000"


class Counted:
    """A connection that counts the rows that it gives."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self.rows: list[int] = []
        self._connection = connection

    def execute(self, *asked):
        """What the connection gives, counted."""
        frozen = self._connection.execute(*asked).freeze()
        self.rows.append(len(frozen.data))
        return frozen()


def of_the_core(broker):
    """The core's hop for declarations."""
    return next(
        hop for hop in broker.hops
        if (hop.station.name, hop.reader.topic) == ("core", "events.declaration")
    )  # fmt: skip


async def rows_loaded(broker, newest):
    """How many rows the core loads for the newest event of this type, by question."""
    entries = [
        entry
        for (topic, _), found in broker.plumbing.log._entries.items()
        for entry in found
        if topic == "events.declaration" and entry.headers["ce_type"].endswith(newest)
    ]

    def load(connection):
        counted = Counted(connection)
        of_the_core(broker).station.load(counted, entries[-1:])
        return counted.rows

    return await broker.plumbing.database.read(load)


async def lodge_and_answer(broker, versions):
    """Versions that differ in what they hold; customs answers each by its number."""
    for version in versions:
        codes = [FLOWERS, BOOKS, MEAT][: version % 3 + 1]
        await broker.lodge(declaration("QZ-1", *codes, VersionID=str(version)))
        await broker.feed("customs", limit=500)
        said = {"id": f"A-{version}", "references": [["LRN", "QZ-1"], ["MRN", "26QZ1"]],
                "answers": [{"status": "held"}]}  # fmt: skip
        await broker.answer("customs", said)


@story
async def test_an_event_loads_as_many_rows_after_a_long_history():
    """The newest version and the newest answer: as many rows at version 40 as at version 6."""
    async with in_process() as broker:
        loaded = []
        for versions in (range(1, 7), range(7, 41)):
            await lodge_and_answer(broker, versions)
            loaded.append([await rows_loaded(broker, does) for does in (".put", ".answer")])
        assert loaded[0] == loaded[1]
        assert all(map(sum, loaded[0]))
