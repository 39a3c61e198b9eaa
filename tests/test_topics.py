"""What topics should be, and in what a cluster differs from that: tables of cases."""

from dataclasses import replace

import pytest
import yaml

from broker.access import Recipient
from broker.configuration import examine, installed_families, topic_names
from broker.errors import ConfigFault
from broker.stations import event_topics, submission_topics
from broker.topics import (
    ALWAYS,
    DAY_MS,
    Found,
    TopicsFile,
    TopicValues,
    differences,
    lowest,
    mistakes,
    unread,
    wanted,
    warnings,
)
from tests.broker_in_process import CONFIG, configuration

NAMES = {"submissions.customs": "submissions", "events.note": "events", "agency.duties": "agency"}
FILE = TopicsFile()
(NOTE,) = wanted({"events.note": "events"}, FILE, prefix="qz.", record_bytes_max=8_000_000)
AS_WANTED = Found("qz.events.note", 8, 3, {**NOTE.configs, "segment.ms": "604800000"})


def having(**values):
    """The topic as a cluster has it, with these values in force."""
    return replace(AS_WANTED, configs={**AS_WANTED.configs, **values})


CASES = (
    # what the cluster has, the setting that differs, what applying does, what the sentence says
    (None, "topic", "create", "is missing; 'swb topics apply' creates it with 8 partitions"),
    (replace(AS_WANTED, partitions=3), "partitions", "grow",
     "has 3 partitions, should have 8; 'swb topics apply' adds 5 when no record of it is unread"),
    (replace(AS_WANTED, partitions=9), "partitions", "nothing", "cannot be taken away"),
    (replace(AS_WANTED, replication=2), "replication", "nothing", "kafka-reassign-partitions.sh"),
    (having(**{"retention.ms": str(DAY_MS)}), "retention.ms", "alter",
     "retention.ms is 86400000, should be 1209600000; 'swb topics apply' alters it"),
    (having(**{"retention.ms": "-1"}), "retention.ms", "alter", "beyond goes, read or not"),
    (having(**{"retention.ms": str(99 * DAY_MS)}), "retention.ms", "alter", "read or not"),
    (having(**{"retention.bytes": "5"}), "retention.bytes", "alter", "should be -1"),
    (having(**{"max.message.bytes": "1048588"}), "max.message.bytes", "alter", "1048588"),
    (having(**{"min.insync.replicas": "1"}), "min.insync.replicas", "alter", "is 1, should be 2"),
    (having(**{"cleanup.policy": "compact"}), "cleanup.policy", "alter",
     "compaction loses all but the last record of a key"),
    (having(**{"cleanup.policy": "compact,delete"}), "cleanup.policy", "alter", "compaction"),
    (having(**{"unclean.leader.election.enable": "true"}), "unclean.leader.election.enable",
     "alter", "should be false"),
)  # fmt: skip


@pytest.mark.parametrize(("found", "setting", "does", "said"), CASES)
def test_each_difference_is_one_sentence(found, setting, does, said):
    """It names the topic, what is, what should be, and what applying does about it."""
    (one,) = differences([NOTE], {} if found is None else {found.name: found})
    assert (one.topic, one.setting, one.does) == ("qz.events.note", setting, does)
    assert one.text.startswith("topic qz.events.note")
    assert said in one.text


def test_a_topic_that_is_as_wanted_does_not_differ():
    """Values that are none of ours, and topics of others, are left alone."""
    others = Found("orders", 1, 1, {"cleanup.policy": "compact"})
    assert differences([NOTE], {AS_WANTED.name: AS_WANTED, "orders": others}) == []


def test_a_value_that_would_stop_all_appends_is_not_applied():
    """More replicas in step than there are replicas: first the replicas, then the value."""
    has = replace(having(**{"min.insync.replicas": "1"}), replication=1)
    told = {one.setting: one for one in differences([NOTE], {has.name: has})}
    assert told["min.insync.replicas"].does == "nothing"
    assert "all appends would fail" in told["min.insync.replicas"].text


def test_a_topic_may_have_other_values_than_its_class():
    """Only the values that are given differ; the names on the cluster have the prefix."""
    file = TopicsFile.model_validate(
        {"events": {"retention_days": None}, "topics": {"events.note": {"partitions": 16}}}
    )
    found = {one.name: one for one in wanted(NAMES, file, prefix="qz.", record_bytes_max=10**6)}
    assert set(found) == {f"qz.{name}" for name in NAMES}
    note = found["qz.events.note"]
    assert (note.partitions, note.replication, note.kind) == (16, 3, "events")
    assert note.configs == {
        **ALWAYS,
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "max.message.bytes": "8388608",
        "min.insync.replicas": "2",
    }
    assert found["qz.agency.duties"].partitions == 8


def test_topics_hold_the_largest_record_of_the_broker():
    """Topics that refuse what the broker makes are told before anything starts."""
    with pytest.raises(
        ConfigFault, match=r"record_bytes_max of events.note must be above.*9000000"
    ):
        wanted({"events.note": "events"}, FILE, prefix="", record_bytes_max=9_000_000)


WRONG = (
    # what the file says, where the finding stands, what it names
    ({"events": {"replication": 2}}, "events.min_insync_replicas", "2 of 2 replicas"),
    ({"events": {"replication": 1}}, "events.min_insync_replicas", "2 of 1 replicas"),
    ({"topics": {"events.note": {"min_insync_replicas": 3}}},
     "topics.events.note.min_insync_replicas", "no node could be down"),
    ({"topics": {"events.nite": {"partitions": 1}}}, "topics.events.nite", "known: agency.duties"),
)  # fmt: skip


@pytest.mark.parametrize(("told", "path", "said"), WRONG)
def test_values_that_do_not_fit_each_other_are_named(told, path, said):
    """With their place in the file."""
    ((where, text),) = mistakes(TopicsFile.model_validate(told), NAMES)
    assert where == path
    assert said in text


def test_one_replica_is_allowed_and_warned_about():
    """A test cluster has one node; nobody takes it for more."""
    single = TopicsFile(events=TopicValues(replication=1, min_insync_replicas=1))
    assert list(mistakes(single, NAMES)) == []
    (text,) = warnings(wanted(NAMES, single, prefix="", record_bytes_max=10**6))
    assert "events.note" in text
    assert "submissions.customs" not in text


FILES = (
    # the file, where the finding stands, what it names
    ("events: {retention_days: 0}", "events.retention_days", "greater than or equal to 1"),
    ("events: {cleanup_policy: compact}", "events.cleanup_policy", "extra"),
    ("answers: {}", "answers", "extra"),
    ("events: [", "syntax", "cannot be read as YAML"),
    ("[]", "file", "dictionary"),
    ("topics: {events.nothing: {partitions: 1}}", "topics.events.nothing", "unknown topic"),
    ("events: {replication: 1}", "events.min_insync_replicas", "2 of 1"),
)


@pytest.mark.parametrize(("text", "path", "said"), FILES)
def test_mistakes_in_topics_yaml_are_findings(tmp_path, text, path, said):
    """They are told like those of any file of the configuration."""
    (tmp_path / "topics.yaml").write_text(text)
    found = [one for one in examine(tmp_path)[1] if one.file == "topics.yaml"]
    assert len(found) == 1
    assert found[0].path.startswith(path)
    assert said in found[0].text


def test_topics_yaml_shows_every_value_with_its_default():
    """The checked-in file is the manual; its first class explains each value."""
    text = (CONFIG / "topics.yaml").read_text()
    told = yaml.safe_load(text)
    assert TopicsFile.model_validate(told) == FILE
    assert set(told) == set(TopicsFile.model_fields)
    for kind in ("submissions", "events", "agency"):
        assert list(told[kind]) == list(TopicValues.model_fields)
    lines = [line.strip() for line in text.splitlines()]
    for name, one in {**TopicsFile.model_fields, **TopicValues.model_fields}.items():
        assert one.description, name
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{name}:"))
        assert lines[at - 1].startswith("#"), name


def test_the_topics_of_a_configuration_are_those_its_stations_read():
    """And one for each agency that reads a topic."""
    names = configuration().topic_names
    read = [*submission_topics(configuration()), *event_topics(configuration())]
    assert [name for name, kind in names.items() if kind != "agency"] == read
    agencies = {
        "duties": Recipient.model_construct(name="duties", channel="topic"),
        "firearms": Recipient.model_construct(name="firearms", channel="feed"),
    }
    told = topic_names(installed_families(), agencies)
    assert {name for name, kind in told.items() if kind == "agency"} == {"agency.duties"}


def test_the_digest_leaves_topics_out(tmp_path):
    """Nothing is decided by them, so decisions under other topics are the same."""
    before = examine(tmp_path)[0]
    (tmp_path / "topics.yaml").write_text("events: {partitions: 3}")
    after = examine(tmp_path)[0]
    assert after.topics.events.partitions == 3
    assert after.digest == before.digest


def test_the_lowest_of_all_stations_counts():
    """A partition that one of a topic's stations has not begun is unread from its start."""
    rows = [
        ("core", "events.note", 0, 7), ("told", "events.note", 0, 5), ("core", "events.note", 1, 9),
        ("core", "events.gone", 0, 3),
    ]  # fmt: skip
    assert lowest(rows, {"events.note": 2, "events.new": 1}) == {
        "events.note": [5, None],
        "events.new": [None],
    }


@pytest.mark.parametrize(
    ("ends", "reached", "count"),
    [
        ([(0, 7), (0, 0)], [7, None], 0),
        ([(0, 7), (0, 2)], [4, 2], 3),
        ([(0, 7)], [None], 7),
        ([(5, 7)], [None], 2),  # what has gone by its age can no longer be read
        ([(5, 7)], [2], 2),
        ([(0, 7), (0, 2)], [], 9),
        ([(7, 7)], [], 0),
    ],
)
def test_records_beyond_what_was_reached_are_unread(ends, reached, count):
    """Counted over all partitions; what was not reached counts from the oldest record."""
    assert unread(ends, reached) == count
