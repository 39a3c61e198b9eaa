"""Why an event is declined, in words."""

import pytest

from broker.dossiers.declines import DECLINES, decline_problem
from tests.sample_events import event


@pytest.mark.parametrize("code", sorted(DECLINES))
def test_every_refusal_says_what_to_do(code):
    """A declined event's problem has words and a hint."""
    problem = decline_problem(code)
    assert problem.code == code
    assert problem.text
    assert problem.hint
    assert problem.severity == "error"


@pytest.mark.parametrize(
    ("code", "found", "cell"),
    [("reference.unknown", "V-1", "B1"), ("event.not-the-owner", None, None)],
)
def test_only_a_decline_about_a_reference_stands_at_the_reference(code, found, cell):
    """The first reference of the event with its place; other declines are about the message."""
    places = {("VISIT", "V-1"): {"sheet": "FAL 5", "cell": "B1"}}
    problem = decline_problem(code, event("put", places=places))
    assert (problem.found, problem.where.cell) == (found, cell)


def test_a_reference_without_a_known_place_is_declined_all_the_same():
    """The event says nothing of where its references stand."""
    problem = decline_problem("reference.unknown", event("put", part="FAL5"))
    assert (problem.found, problem.part, problem.message) == (None, "FAL5", 1)
