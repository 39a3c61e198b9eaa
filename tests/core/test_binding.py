"""Which delivery an answer is about."""

import pytest

from broker.core.binding import Last, bind, candidates, last_answers
from broker.model.dossier import Delivered, Shown, Target
from tests.sample_events import CUSTOMS, PLANTS, said

BOARD = Target("board", "plant-health", "release-coordination")


def delivered(*rows):
    """Deliveries by id: (target, number in the subscription), named d_<number>."""
    return {f"d_{seq}": Delivered(f"d_{seq}", target, 1, seq, seq) for target, seq in rows}


KNOWN = delivered((PLANTS, 1), (CUSTOMS, 2), (PLANTS, 3), (PLANTS, 6))

CASES = (
    # named, given until, (given, delivery) at the last answer, what is meant
    ("", 6, (0, ""), ["d_1"]),
    ("", None, (0, ""), ["d_1"]),
    ("", 6, (1, "d_1"), ["d_3"]),
    ("", 6, (3, "d_1"), ["d_6"]),
    ("", 6, (6, "d_3"), ["d_3"]),
    ("", 6, (6, "d_6"), ["d_6"]),
    ("", 2, (1, "d_1"), ["d_1"]),
    ("", 5, (1, "d_1"), ["d_3"]),
    ("", 0, (0, ""), []),
    ("", 6, (6, "d_gone"), ["d_6"]),
    ("d_3", 0, (6, "d_6"), ["d_3"]),
    ("d_9", 6, (0, ""), []),
)


@pytest.mark.parametrize(("named", "given", "last", "meant"), CASES)
def test_an_answer_is_about_what_it_names_or_the_oldest_that_was_given(named, given, last, meant):
    """Given since the last answer; if nothing was, what that one was about is meant again."""
    event = said(9, "plant-health", named, given=given)
    assert [one.id for one in bind(KNOWN, event, {PLANTS: Last(*last)})] == meant


def test_an_agency_means_its_own_deliveries_alone():
    """By a name as well: the id of another agency's delivery means nothing."""
    mixed = delivered((CUSTOMS, 1), (PLANTS, 2))
    assert [one.id for one in bind(mixed, said(9, "plant-health"), {})] == ["d_2"]
    assert bind(mixed, said(9, "plant-health", "d_1"), {}) == []


def test_one_answer_is_about_a_delivery_for_each_purpose():
    """Each purpose has its own last answer."""
    other = PLANTS._replace(purpose="species-protection")
    known = delivered((PLANTS, 1), (other, 2), (PLANTS, 3), (other, 4))
    found = bind(known, said(9, "plant-health", given=4), {PLANTS: Last(2, "d_1")})
    assert [one.id for one in found] == ["d_3", "d_2"]


def test_the_last_answer_is_remembered_with_what_was_shown():
    """How far the subscription had been given then, and which delivery was meant."""
    shown = {
        PLANTS: Shown(1, "", "d_1", "new", answered=(4, "d_3")),
        BOARD: Shown(1, "", "", "new"),
    }
    assert last_answers(shown) == {PLANTS: Last(4, "d_3"), BOARD: Last()}


def test_all_deliveries_that_answers_in_a_row_may_be_about_are_loaded():
    """An answer may be declined, and then leaves the last one as it was."""
    shown = {PLANTS: Shown(1, "", "d_6", "new")}
    events = [said(8, "plant-health", given=3), said(9, "plant-health", given=6)]
    assert candidates(KNOWN, shown, events) == {"d_1", "d_6"}
    assert candidates(KNOWN, shown, [said(8, "plant-health", "d_3", given=0)]) == {"d_3"}
    assert candidates(KNOWN, shown, [said(8, "customs", given=0)]) == set()
