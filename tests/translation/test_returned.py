"""Memory is returned: nothing of a large file is referred to when its replies are written."""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from tests import hostile
from tests.broker_in_process import XML, in_process, story
from tests.families import EDIFACT, NDJSON, WORKBOOK

LARGE = 30_000
"""Bytes or characters of a value that is no part of the program."""
FILES = {
    hostile.tags_beside: ("lantern-forwarding", XML, 12_000),
    hostile.one_value: ("lantern-forwarding", XML, 200_000),
    hostile.long_names: ("lantern-forwarding", XML, 6_000),
    hostile.postal_items: ("marigold-post", XML, 1_500),
    hostile.lines_of_unknown: ("marigold-post", NDJSON, 3_000),
    hostile.member_long: ("marigold-post", NDJSON, 200_000),
    hostile.segment_huge: ("paperkite-airlines", EDIFACT, 200_000),
    hostile.messages_many: ("paperkite-airlines", EDIFACT, 1_200),
    hostile.strings_shared: ("saltbox-agents", WORKBOOK, 20_000),
    hostile.cells_many: ("saltbox-agents", WORKBOOK, 20_000),
}


def large_values() -> Iterator[bytes | str]:
    """Every long value that anything refers to which the collector knows."""
    gc.collect()
    seen: set[int] = set()
    for holder in gc.get_objects():
        for value in gc.get_referents(holder):
            long = isinstance(value, (bytes, bytearray, str)) and len(value) > LARGE
            if long and id(value) not in seen:
                seen.add(id(value))
                yield value


@pytest.mark.parametrize("composer", FILES, ids=lambda one: one.__name__)
def test_nothing_refers_to_a_large_file_when_it_is_done(composer, tmp_path):
    """Not the bytes, nor a long value in them: no cache, no batch, and no fault has kept them."""
    key, headers, size = FILES[composer]
    kept = []

    @story
    async def lodged():
        async with in_process(directory=tmp_path) as broker:
            before = {id(value) for value in large_values()}
            payload = composer(size, 1)
            assert len(payload) > LARGE or headers is WORKBOOK
            await broker.lodge(payload, key, **headers)
            del payload
            assert await broker.feed(key) != []
            await asyncio.to_thread(int)  # a thread lets go of its last work with the next
            kept.extend(len(value) for value in large_values() if id(value) not in before)

    lodged()
    assert kept == []
