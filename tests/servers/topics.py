"""Topics on a real server, for tests that need some before the broker's own verb has made them."""

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic


async def created(bootstrap: str, topics: Sequence[str], partitions: int, copies: int = 1) -> None:
    """Create topics, and wait until the cluster answers for them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, copies) for topic in topics])
        while any(one["error_code"] for one in await admin.describe_topics(list(topics))):
            pass
    finally:
        await admin.close()
