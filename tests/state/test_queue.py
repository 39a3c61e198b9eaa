"""The queue: numbered without gaps, given as it was numbered, acknowledged by cursor."""

from broker.model.dossier import Dossier
from broker.model.line import START
from broker.state import dossier_writes, due, lines, queue
from broker.state.queue import Row

NAME = "plant-health"


def row(number, *, part="", version=1, purpose="control", what="document"):
    """A delivery to the subscription."""
    return Row(f"d_{number}", NAME, "o_1", part, version, NAME, purpose, what, "t", b"{}", "{}", "")


def waiting(connection):
    """The queue's numbers of what waits, by delivery."""
    return {one["id"]: one["number"] for one in queue.oldest_waiting(connection, 100)}


def state_of(connection, delivery):
    """The state of one delivery."""
    return next(one for one in queue.of_dossier(connection, "o_1") if one["id"] == delivery)[
        "state"
    ]


def number_all(connection):
    """Number whatever waits, with bytes that say which it is."""
    found = waiting(connection)
    return queue.number_rows(
        connection, NAME, [(number, name.encode()) for name, number in found.items()]
    )


def bodies(connection):
    """What was numbered, with its numbers."""
    return [(one.seq, one.rendered) for one in queue.read(connection, NAME, 0, 9)]


def test_a_delivery_is_queued_once(connection):
    """A row whose id is there already is the same delivery."""
    queue.put(connection, [row(1), row(2)])
    queue.put(connection, [row(2), row(3)])
    assert list(waiting(connection)) == ["d_1", "d_2", "d_3"]


def test_numbers_have_no_gap_over_batches_parked_and_cancelled_rows(connection):
    """A row that is parked or was cancelled takes no number; the next one follows on."""
    queue.put(connection, [row(1), row(2), row(3, part="gone"), row(4)])
    found = waiting(connection)
    queue.cancel(connection, "o_1", ("gone", NAME, "control"), 9, "at")
    contents = [
        (found["d_1"], b"1"),
        (found["d_2"], None),
        (found["d_3"], b"3"),
        (found["d_4"], b"4"),
    ]
    assert queue.number_rows(connection, NAME, contents) == 2
    queue.put(connection, [row(5)])
    assert number_all(connection) == 1
    assert bodies(connection) == [(1, b"1"), (2, b"4"), (3, b"d_5")]
    assert state_of(connection, "d_2") == "parked"
    assert state_of(connection, "d_3") == "cancelled"


def test_what_was_numbered_is_not_numbered_again(connection):
    """Two drains that rendered the same rows: the second changes neither numbers nor bytes."""
    queue.put(connection, [row(1), row(2)])
    found = waiting(connection)
    first = [(found["d_1"], b"first"), (found["d_2"], b"first")]
    assert queue.number_rows(connection, NAME, first) == 2
    assert queue.number_rows(connection, NAME, [(found["d_2"], b"second")]) == 0
    assert bodies(connection) == [(1, b"first"), (2, b"first")]
    assert queue.subscription(connection, NAME)["next_seq"] == 3


def test_acknowledging_settles_everything_up_to_the_number(connection):
    """It settles each row once, never turns back, and leaves later rows alone."""
    queue.put(connection, [row(number) for number in range(1, 5)])
    number_all(connection)
    assert queue.acknowledge(connection, NAME, 2, "at") == 2
    assert queue.acknowledge(connection, NAME, 2, "at") == 0
    assert queue.acknowledge(connection, NAME, 1, "at") == 0
    assert queue.acknowledge(connection, NAME, 3, "at") == 1
    assert [state_of(connection, f"d_{n}") for n in (1, 3, 4)] == [
        "acknowledged",
        "acknowledged",
        "numbered",
    ]
    assert queue.subscription(connection, NAME)["acknowledged"] == 3


def test_what_was_given_only_grows(connection):
    """Giving less than was given before changes nothing."""
    queue.put(connection, [row(1), row(2)])
    number_all(connection)
    for upto, known in ((2, 2), (1, 2)):
        queue.give(connection, NAME, upto)
        assert queue.subscription(connection, NAME)["given"] == known


def test_cancelling_spares_what_was_numbered_and_says_so(connection):
    """Only unnumbered documents of the target below the version are cancelled."""
    queue.put(connection, [row(1, version=1)])
    number_all(connection)
    queue.put(connection, [row(2, version=2), row(3, version=3), row(4, purpose="other")])
    assert queue.cancel(connection, "o_1", ("", NAME, "control"), 3, "at")
    states = [state_of(connection, f"d_{n}") for n in (1, 2, 3, 4)]
    assert states == ["numbered", "cancelled", "waiting", "waiting"]
    assert not queue.cancel(connection, "o_1", ("", NAME, "other"), 9, "at")


def test_numbered_rows_count_as_outstanding_until_acknowledged(connection):
    """Depths show what waits or is unacknowledged, per recipient."""
    queue.put(connection, [row(1), row(2), row(3)])
    number_all(connection)
    queue.acknowledge(connection, NAME, 1, "at")
    queue.put(connection, [row(4)])
    assert queue.depths(connection) == [(NAME, 3, "")]


def test_what_a_pushing_channel_has_brought_is_given_and_acknowledged(connection):
    """It begins at the oldest row that nobody confirmed; saying it twice changes nothing."""
    queue.put(connection, [row(number) for number in range(1, 5)])
    assert lines.owed(connection, NAME, 9) == (START, [])
    number_all(connection)
    assert [one.seq for one in lines.owed(connection, NAME, 2)[1]] == [1, 2]
    for _ in range(2):
        queue.sent(connection, NAME, 2, "at")
        assert queue.subscription(connection, NAME) == {
            "next_seq": 5, "given": 2, "acknowledged": 2
        }  # fmt: skip
    assert [one.seq for one in lines.owed(connection, NAME, 9)[1]] == [3, 4]
    assert queue.depths(connection) == [(NAME, 2, "")]


def test_signs_say_what_waits_and_change_with_every_number(connection):
    """What other processes look at: rows without a number, and how many numbers there are."""
    assert queue.signs(connection) == (False, 0)
    queue.put(connection, [row(1), row(2)])
    assert queue.signs(connection) == (True, 0)
    seen = {number_all(connection): queue.signs(connection)}
    assert seen == {2: (False, 3)}
    queue.acknowledge(connection, NAME, 2, "at")
    assert queue.signs(connection) == (False, 3)


SILENCE = '{"name":"silence//plant-health/control/1","within_s":3600,"kind":"declaration"}'
AT = "2026-11-22T09:30:00.000Z"


def test_silence_is_counted_from_the_acknowledgement(connection):
    """Numbered and given are not enough; what is acknowledged is due so long from then, once."""
    queue.put(connection, [row(1)._replace(silence=SILENCE), row(2),
                           row(3)._replace(silence=SILENCE.replace("/1", "/3"))])  # fmt: skip
    number_all(connection)
    queue.give(connection, NAME, 3)
    assert due.upto(connection, "9999", 9) == []
    queue.acknowledge(connection, NAME, 2, AT)
    first = due.Due("o_1", "silence//plant-health/control/1", "2026-11-22T10:30:00.000Z",
                    "declaration")  # fmt: skip
    assert due.upto(connection, "9999", 9) == [first]
    queue.acknowledge(connection, NAME, 2, "2026-11-22T12:00:00.000Z")
    queue.acknowledge(connection, NAME, 1, "2026-11-22T12:00:00.000Z")
    assert due.upto(connection, "9999", 9) == [first]
    queue.acknowledge(connection, NAME, 3, "2026-11-23T00:00:00.000Z")
    assert [one.at for one in due.upto(connection, "9999", 9)] == [
        "2026-11-22T10:30:00.000Z", "2026-11-23T01:00:00.000Z"
    ]  # fmt: skip


def test_a_channel_that_pushes_counts_silence_from_what_it_has_brought(connection):
    """What is sent is given and acknowledged at once."""
    queue.put(connection, [row(1)._replace(silence=SILENCE)])
    number_all(connection)
    queue.sent(connection, NAME, 1, AT)
    assert [one.at for one in due.upto(connection, "9999", 9)] == ["2026-11-22T10:30:00.000Z"]


def test_how_far_each_subscription_was_given(connection):
    """Nothing was given to a subscription that does not exist or was never read."""
    queue.put(connection, [row(1), row(2)])
    number_all(connection)
    assert queue.given_to(connection, [NAME, "customs"]) == {NAME: 0, "customs": 0}
    queue.give(connection, NAME, 2)
    assert queue.given_to(connection, [NAME]) == {NAME: 2}
    assert queue.given_to(connection, []) == {}


def test_a_withdrawal_names_the_delivery_that_its_recipient_knows(connection):
    """The newest that was numbered; none if it was told already, or knows of none."""
    queue.put(connection, [row(1, version=1), row(2, version=2)])
    assert queue.cancel(connection, "o_1", ("", NAME, "control"), 9, "at") == ""
    queue.put(connection, [row(3, version=3), row(4, version=4)])
    number_all(connection)
    assert queue.cancel(connection, "o_1", ("", NAME, "control"), 9, "at") == "d_4"
    queue.put(connection, [row(5, version=4, what="notice")])
    assert queue.cancel(connection, "o_1", ("", NAME, "control"), 9, "at") == ""


def test_a_notice_may_be_answered_by_its_id(connection):
    """As a document may, once it has a number; a board or a reply never."""
    head = Dossier("o_1", "declaration", state="open", party="p", sender="s", opened_at="")
    dossier_writes.put_heads(connection, [head])
    kinds = ("document", "notice", "board", "reply")
    queue.put(connection, [row(at, what=what) for at, what in enumerate(kinds, 1)])
    assert queue.delivery_of(connection, "d_1", NAME) is None
    number_all(connection)
    found = [queue.delivery_of(connection, f"d_{at}", NAME) for at in range(1, 5)]
    known = {"dossier": "o_1", "kind": "declaration"}
    assert found == [known, known, None, None]
    assert queue.delivery_of(connection, "d_1", "customs") is None


def of(name, number):
    """A delivery to this subscription."""
    return row(number)._replace(id=f"{name}_{number}", subscription=name)


def test_the_subscriptions_that_wait_are_found_however_much_one_has(connection):
    """Each once, by name; not those whose rows are numbered, parked or cancelled."""
    assert queue.waiting_names(connection) == []
    rows = [of("wildlife", n) for n in range(30)] + [of(name, 1) for name in ("b", "a", "Z")]
    queue.put(connection, rows)
    assert queue.waiting_names(connection) == ["Z", "a", "b", "wildlife"]
    number = {one["id"]: one["number"] for one in queue.oldest_waiting(connection, 99)}
    queue.number_all(connection, {"b": [(number["b_1"], b"")], "Z": [(number["Z_1"], None)]})
    assert queue.waiting_names(connection) == ["a", "wildlife"]


def test_what_waits_is_shared_among_the_subscriptions(connection):
    """Of each its oldest rows: the same share, and at least one; in the order they were queued."""
    queue.put(connection, [of("z", n) for n in range(30)] + [of("a", 1), of("b", 1), of("b", 2)])

    def given(limit, names=None):
        return [one["id"] for one in queue.oldest_waiting(connection, limit, names)]

    assert given(12) == ["z_0", "z_1", "z_2", "z_3", "a_1", "b_1", "b_2"]
    assert given(2) == ["z_0", "a_1", "b_1"]
    assert given(4, ["z", "b", "none"]) == ["z_0", "b_1"]
    assert given(3, ["z"]) == ["z_0", "z_1", "z_2"]
    assert given(9, []) == given(9, ["none"]) == []
