"""The topics on Apache Kafka: which there should be, and in what a cluster differs from that.

    plan = differences(wanted(configuration.topic_names, configuration.topics, "qz."), found)

Rules
    Pure: what a cluster has comes in as `Found`, what is to be done goes out as `Difference`.
    Whoever reads a difference needs no other page: it names the topic, what is, what should be,
    and what to do. Partitions are never taken away and replicas never moved.

Does not belong here: talking to a cluster (`broker.eventlog.kafka_topics`). The embedded log makes
its topics by itself, all with the `partitions` of broker.yaml.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from broker.errors import ConfigFault

TopicClass = Literal["submissions", "events", "agency"]
Does = Literal["create", "grow", "alter", "nothing"]

DAY_MS = 24 * 60 * 60 * 1000
ALWAYS = {
    # Compaction keeps one record of a key: all of a dossier's road but its end would vanish.
    "cleanup.policy": "delete",
    # A replica that is behind must not lead: what was confirmed would vanish.
    "unclean.leader.election.enable": "false",
}


class TopicValues(BaseModel):
    """What a class of topics has, or one topic instead of its class."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partitions: int = Field(
        8, ge=1, le=256, description="how many processes of a role can share the work of a topic"
    )
    replication: int = Field(3, ge=1, le=9, description="nodes that hold each record")
    min_insync_replicas: int = Field(
        2, ge=1, le=9, description="nodes that must hold a record before it counts as appended"
    )
    retention_days: int | None = Field(
        14, ge=1, le=36_500, description="days that records are kept, read or not; null: for ever"
    )
    retention_bytes: int | None = Field(
        None,
        ge=100_000_000,
        description="bytes of a partition above which the oldest go, read or not; null: no limit",
    )
    record_bytes_max: int = Field(
        8_388_608, ge=100_000, description="largest record; above record_bytes_max of broker.yaml"
    )


class TopicsFile(BaseModel):
    """config/topics.yaml: values for classes of topics, and for single topics by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    submissions: TopicValues = Field(
        TopicValues(), description="what senders and agencies lodged, one topic for each family"
    )
    events: TopicValues = Field(
        TopicValues(), description="what it means in WCO terms, one topic for each kind"
    )
    agency: TopicValues = Field(
        TopicValues(),
        description="what agencies are told, one topic for each with the channel 'topic'",
    )
    topics: dict[str, TopicValues] = Field(
        default_factory=dict, description="other values for single topics, by name without prefix"
    )

    def values(self, name: str, kind: TopicClass) -> TopicValues:
        """What this topic has: its own values where it has some, else its class's."""
        of_class: TopicValues = getattr(self, kind)
        own = self.topics.get(name)
        return of_class.model_copy(update=own.model_dump(exclude_unset=True)) if own else of_class


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be; `name` as the cluster knows it, with the prefix."""

    name: str
    kind: TopicClass
    partitions: int
    replication: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as a cluster has it: `configs` in force, `own` those of them set for this topic.

    `replication` is that of the partition with the fewest replicas.
    """

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be; `does` is what applying does about it."""

    topic: str
    setting: str
    found: str
    wanted: str
    does: Does
    text: str


def mistakes(file: TopicsFile, names: Mapping[str, TopicClass]) -> Iterator[tuple[str, str]]:
    """What is wrong with the values together: place in the file, and a sentence."""
    for name in sorted(set(file.topics) - set(names)):
        yield f"topics.{name}", f"unknown topic {name!r}; known: {', '.join(sorted(names))}"
    judged = {"submissions": file.submissions, "events": file.events, "agency": file.agency}
    judged |= {
        f"topics.{name}": file.values(name, names[name]) for name in file.topics if name in names
    }
    for place, one in judged.items():
        if one.min_insync_replicas >= max(one.replication, 2):
            text = f"{one.min_insync_replicas} of {one.replication} replicas: no node could be down"
            yield f"{place}.min_insync_replicas", f"{text}; write fewer than replication"


def wanted(
    names: Mapping[str, TopicClass], file: TopicsFile, *, prefix: str, record_bytes_max: int
) -> list[Wanted]:
    """Every topic as it should be. ConfigFault: topics that cannot hold the broker's records."""
    values = {name: file.values(name, kind) for name, kind in names.items()}
    small = [name for name, one in values.items() if one.record_bytes_max <= record_bytes_max]
    if small:
        raise ConfigFault(
            f"topics.yaml: record_bytes_max of {', '.join(small)} must be above that of "
            f"broker.yaml, {record_bytes_max}; a record has a key and headers too"
        )
    return [
        Wanted(f"{prefix}{name}", kind, one.partitions, one.replication, _configs(one))
        for (name, kind), one in zip(names.items(), values.values(), strict=True)
    ]


def _configs(one: TopicValues) -> dict[str, str]:
    """The values in Kafka's names; -1 is its word for no limit."""
    days, size = one.retention_days, one.retention_bytes
    return {
        **ALWAYS,
        "retention.ms": str(-1 if days is None else days * DAY_MS),
        "retention.bytes": str(-1 if size is None else size),
        "max.message.bytes": str(one.record_bytes_max),
        "min.insync.replicas": str(one.min_insync_replicas),
    }


def differences(should: Iterable[Wanted], found: Mapping[str, Found]) -> list[Difference]:
    """All that differs, topic by topic; topics of others are left alone."""
    told: list[Difference] = []
    for one in should:
        has = found.get(one.name)
        if has is None:
            told.append(_missing(one))
        else:
            told += [*_counts(one, has), *_values(one, has)]
    return told


def _missing(one: Wanted) -> Difference:
    count = f"{one.partitions} partitions, replication {one.replication}"
    text = f"topic {one.name} is missing; 'swb topics apply' creates it with {count}"
    return Difference(one.name, "topic", "", count, "create", text)


def _counts(one: Wanted, has: Found) -> Iterator[Difference]:
    """Partitions can be added, not taken away; replicas are moved by the cluster's own tools."""
    if has.partitions != one.partitions:
        more = one.partitions - has.partitions
        what = (
            f"'swb topics apply' adds {more} when no record of it is unread"
            if more > 0
            else "partitions cannot be taken away: write what it has into topics.yaml, "
            "or move to a new topic by hand"
        )
        yield Difference(
            one.name, "partitions", str(has.partitions), str(one.partitions),
            "grow" if more > 0 else "nothing",
            f"topic {one.name} has {has.partitions} partitions, should have {one.partitions}; "
            f"{what}",
        )  # fmt: skip
    if has.replication != one.replication:
        yield Difference(
            one.name, "replication", str(has.replication), str(one.replication), "nothing",
            f"topic {one.name} has replication {has.replication}, should have {one.replication}; "
            "that is changed by the cluster's own kafka-reassign-partitions.sh",
        )  # fmt: skip


def _values(one: Wanted, has: Found) -> Iterator[Difference]:
    for setting, should in one.configs.items():
        value = has.configs.get(setting, "")
        if value == should:
            continue
        does, what = _remedy(setting, value, should, has)
        text = f"topic {one.name}: {setting} is {value or 'unset'}, should be {should}; {what}"
        yield Difference(one.name, setting, value, should, does, text)


def _remedy(setting: str, value: str, should: str, has: Found) -> tuple[Does, str]:
    """What applying does about a value, and the words for it."""
    if setting == "min.insync.replicas" and int(should) > has.replication:
        return "nothing", f"at replication {has.replication} all appends would fail; mend it first"
    what = "'swb topics apply' alters it"
    if setting == "cleanup.policy":
        return "alter", f"compaction loses all but the last record of a key: {what}"
    if setting.startswith("retention.") and _shorter(value, should):
        return "alter", f"{what}, and what is beyond goes, read or not"
    return "alter", what


def _shorter(value: str, should: str) -> bool:
    """Whether a limit becomes tighter; -1 is none."""
    return should != "-1" and (value in {"", "-1"} or int(should) < int(value))


def warnings(should: Iterable[Wanted]) -> list[str]:
    """What is allowed, but is for a test cluster only."""
    single = [one.name for one in should if one.replication == 1]
    if not single:
        return []
    text = f"one replica only, so a node that is lost takes records along: {', '.join(single)}"
    return [f"{text}; write replication 3 into topics.yaml for anything but a test"]


def lowest(
    standing: Iterable[tuple[str, str, int, int]], counts: Mapping[str, int]
) -> dict[str, list[int | None]]:
    """By topic and partition, the lowest next record of all stations that read the topic.

    `standing`: station, topic, partition, next. None: some station has not begun there.
    """
    at: dict[tuple[str, int], dict[str, int]] = {}
    readers: dict[str, set[str]] = {}
    for station, topic, partition, following in standing:
        at.setdefault((topic, partition), {})[station] = following
        readers.setdefault(topic, set()).add(station)
    found: dict[str, list[int | None]] = {}
    for topic, count in counts.items():
        stand = [at.get((topic, number), {}) for number in range(count)]
        found[topic] = [
            min(by.values()) if by and set(by) == readers[topic] else None for by in stand
        ]
    return found


def unread(ends: Sequence[tuple[int, int]], reached: Sequence[int | None]) -> int:
    """How many records stand beyond what was reached; `ends`: oldest and next of each partition.

    Partitions that `reached` does not name count from their oldest record.
    """
    known = [*reached, *[None] * (len(ends) - len(reached))]
    return sum(
        max(0, end - max(start, following or 0))
        for (start, end), following in zip(ends, known, strict=False)
    )


def refusal(one: Difference, kind: TopicClass, count: int) -> str:
    """Why partitions are not added while records are unread, and what to do."""
    records = f"{count} record{'' if count == 1 else 's'}"
    if kind == "agency":
        return (
            f"topic {one.topic} is not given more partitions: it holds {records}, and how far its "
            "readers outside are is not known here; more partitions would put a dossier's next "
            "record beside its last. Let it run empty, or agree on a new topic"
        )
    return (
        f"topic {one.topic} is not given more partitions: {records} of it "
        f"{'is' if count == 1 else 'are'} unread; more partitions would put a dossier's next "
        "record beside its last. Stop the roles that write, let the readers catch up, and apply "
        "again"
    )
