"""What waits for a person, and what waits behind it."""

from broker.model.records import Entry, Record
from broker.state import parked

ENTRY = Entry("events.declaration", 2, 9, "o_1", {"ce_id": "e_1", "ce_subject": "o_1"}, b"\x01{}")


def test_a_record_is_parked_once_and_can_be_given_back(connection):
    """Parking the same record again is the same row; it comes back as it stood on the log."""
    first = parked.park(connection, "core", ENTRY, 0, reason="why", at="1")
    assert parked.park(connection, "core", ENTRY, 0, reason="why", at="2") == first
    assert len(parked.listed(connection, "parked", 9)) == 1
    assert parked.record_of(connection, first) == Record(
        ENTRY.topic, ENTRY.key, ENTRY.headers, ENTRY.value
    )
    assert parked.record_of(connection, "p_unknown") is None


def test_only_the_cores_parked_records_hold_a_dossier(connection):
    """Translation lets followers pass; a settled record holds nobody."""
    parked.park(connection, "translation", ENTRY, 0, reason="", at="")
    assert parked.parked_dossiers(connection, ["o_1"]) == {}
    held = parked.park(connection, "core", ENTRY, 0, reason="", at="")
    assert parked.parked_dossiers(connection, ["o_1", "o_2"]) == {"o_1": held}
    assert parked.settle(connection, held, "resumed")
    assert not parked.settle(connection, held, "discarded")
    assert parked.parked_dossiers(connection, ["o_1"]) == {}


def test_followers_keep_their_order_until_they_are_let_go(connection):
    """Each dossier has its own line; one that stood there twice goes with the first."""
    records = [Record("events.declaration", key, {"ce_id": f"{key}{n}"}, b"")
               for n in range(3) for key in ("o_1", "o_2")]  # fmt: skip
    parked.follow(connection, records)
    behind = parked.followers(connection, ["o_1"])["o_1"]
    assert [one.headers["ce_id"] for one in behind] == ["o_10", "o_11", "o_12"]
    parked.follow(connection, behind[:1])
    parked.unfollow(connection, behind[0])
    assert parked.followers(connection, ["o_1"])["o_1"] == behind[1:]
    for one in behind[1:]:
        parked.unfollow(connection, one)
    assert parked.followers(connection, ["o_1", "o_2"]).keys() == {"o_2"}
