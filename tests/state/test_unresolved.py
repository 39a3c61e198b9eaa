"""Events that wait for a reference: in order, once, for as long as it takes."""

from broker.state import unresolved
from broker.state.unresolved import Waiting


def waiting(event, party="lantern", value="M-1"):
    """An event that waits for an MRN."""
    headers = {"ce_id": event, "swb_submission": f"s_{event}", "swb_message": "2"}
    return Waiting(event, "declaration", "s", party, (("MRN", value),), headers, b"\x01{}", "2027")


def test_what_waits_comes_back_whole_oldest_first(connection):
    """Events are given in the order in which they began to wait."""
    unresolved.put(connection, [waiting("e3"), waiting("e1")])
    unresolved.put(connection, [waiting("e2")])
    found = [one for _, one in unresolved.all_waiting(connection, 9)]
    assert found == [waiting("e3"), waiting("e1"), waiting("e2")]


def test_an_event_that_waits_keeps_its_place(connection):
    """Put again, it stays where it was."""
    unresolved.put(connection, [waiting("e1"), waiting("e2")])
    unresolved.put(connection, [waiting("e1")])
    assert [one.event for _, one in unresolved.all_waiting(connection, 9)] == ["e1", "e2"]


def test_held_references_are_those_of_the_party(connection):
    """What another party waits for holds nobody else."""
    unresolved.put(connection, [waiting("e1"), waiting("e2", party="pebble", value="M-2")])
    assert unresolved.held(connection, ["lantern"]) == {("lantern", "MRN", "M-1")}
    assert unresolved.held(connection, []) == set()


def numbers_of(connection):
    """The number of each event that waits."""
    return {one.event: number for number, one in unresolved.all_waiting(connection, 9)}


def test_what_is_taken_waits_no_longer(connection):
    """The others keep their order."""
    unresolved.put(connection, [waiting("e1"), waiting("e2"), waiting("e3")])
    numbers = numbers_of(connection)
    taken = {numbers["e1"], numbers["e3"]}
    assert unresolved.take_waiting(connection, sorted(taken)) == taken
    assert [one.event for _, one in unresolved.all_waiting(connection, 9)] == ["e2"]
    assert unresolved.count(connection) == 1


def test_what_is_released_is_neither_judged_nor_taken_as_waiting(connection):
    """It is on its way, with the headers that name its dossier, and holds its references."""
    unresolved.put(connection, [waiting("e1"), waiting("e2")])
    numbers = numbers_of(connection)
    unresolved.release(connection, numbers["e1"], {"ce_id": "e1", "ce_subject": "o_1"})
    assert list(numbers_of(connection)) == ["e2"]
    assert unresolved.take_waiting(connection, [numbers["e1"]]) == set()
    assert unresolved.held(connection, ["lantern"]) == {("lantern", "MRN", "M-1")}
    found = unresolved.read_released(connection)
    assert found == [(numbers["e1"], {"ce_id": "e1", "ce_subject": "o_1"}, b"\x01{}")]
    unresolved.drop_released(connection, [numbers["e1"]])
    assert unresolved.read_released(connection) == []
    assert list(numbers_of(connection)) == ["e2"]


def test_what_was_taken_is_not_released(connection):
    """Whoever comes second finds no row."""
    unresolved.put(connection, [waiting("e1")])
    (number,) = numbers_of(connection).values()
    unresolved.take_waiting(connection, [number])
    unresolved.release(connection, number, {"ce_subject": "o_1"})
    assert unresolved.read_released(connection) == []


def test_a_submission_knows_what_its_events_wait_for(connection):
    """By message: each event's references, and the time until which it waits."""
    unresolved.put(connection, [waiting("e1"), waiting("e2")])
    found = unresolved.of_submission(connection, "s_e1")
    assert list(found) == [2]
    (waits,) = found[2]
    assert (waits["references"], waits["until"]) == ([["MRN", "M-1"]], waiting("e1").until)
    assert unresolved.of_submission(connection, "s_e9") == {}
