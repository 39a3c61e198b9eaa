"""Looking at a topic of the embedded log beside the broker that runs on it."""

import asyncio
import contextlib

import pytest

from broker.errors import ConfigFault
from broker.eventlog.beside import topic_beside
from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record


def test_what_is_committed_is_seen_while_the_broker_runs(tmp_path):
    """Every partition's entries of that topic alone, as they were appended."""
    folder = tmp_path / "data"

    async def run():
        with contextlib.closing(SqliteFile(folder, partitions=3)) as file:
            given = [Record("agency.a", f"k{n}", {"ce_id": str(n)}, b"%d" % n) for n in range(9)]
            await file.append([*given, Record("agency.b", "k", {}, b"other")])
            await file.trim("agency.a", 0, 1)
            seen = list(topic_beside(folder, "agency.a", 3))
            wanted = []
            for partition, (start, _end) in enumerate(await file.ends("agency.a")):
                wanted += await file.read("agency.a", partition, start, bytes_max=99, wait_s=0)
            assert seen == wanted
            assert len(seen) == 8
            assert list(topic_beside(folder, "agency.none", 3)) == []
            await file.append(given[:1])  # who looks holds no lock

    asyncio.run(run())


def test_a_folder_without_a_broker_is_a_sentence(tmp_path):
    """Nothing is made there."""
    with pytest.raises(ConfigFault, match="holds no broker's data"):
        list(topic_beside(tmp_path, "agency.a", 3))
    assert list(tmp_path.iterdir()) == []
