"""Where a key's records stand."""

import pytest

from broker.eventlog.contract import _murmur2, partition_of

KAFKA = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}
"""Published by Apache Kafka with its clients (UtilsTest, testMurmur2): signed 32 bits."""


@pytest.mark.parametrize("key", sorted(KAFKA))
def test_the_hash_is_that_of_apache_kafka(key):
    """Keys hash as Kafka's own clients hash them, so that a partition is the same everywhere."""
    assert _murmur2(key.encode()) == KAFKA[key] & 0xFFFFFFFF


@pytest.mark.parametrize("partitions", [1, 2, 8, 255])
def test_every_partition_is_one_of_the_topic(partitions):
    """A key's partition is within the topic, and many keys reach all of them."""
    found = {partition_of(f"key-{number}", partitions) for number in range(partitions * 20)}
    assert found == set(range(partitions))
