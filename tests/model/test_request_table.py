"""Tables of requests: verdicts as they are written, dates, and what is wrong with a table."""

import pytest

from broker.model.request_table import (
    AT_ONCE,
    RequestTable,
    State,
    Verdict,
    mistakes,
    read_verdict,
    tables_in_force,
)

STATES = (State("lodged"), State("closed", facts=("closed",)))
HELD = {"amend": frozenset({"customs-control"}), "withdraw": frozenset({"customs-control"})}
WRITTEN = (
    ("apply", Verdict("apply")),
    ("ask customs-control", Verdict("ask", purpose="customs-control")),
    ("refuse CDS12015", Verdict("refuse", code="CDS12015")),
    ("refuse event.already-withdrawn", Verdict("refuse", code="event.already-withdrawn")),
    ("ask", None), ("refuse", None), ("apply now", None), ("", None), ("Ask customs", None),
)  # fmt: skip


@pytest.mark.parametrize(("written", "verdict"), WRITTEN)
def test_a_verdict_is_read_or_is_none(written, verdict):
    """Three words, two of them with a name; nothing else."""
    assert read_verdict(written) == verdict


def table(**more):
    """A table of two states."""
    return RequestTable(**{"states": STATES, "verdicts": {}, **more})


def test_the_verdict_of_a_part_comes_before_that_of_all():
    """A part's own row counts, then the table's, then the row for any state."""
    found = table(
        verdicts={"withdraw": {"any": "refuse A", "closed": "apply"}},
        parts={"FAL5": {"withdraw": {"closed": "refuse B"}}},
    )
    assert found.verdict("withdraw", "closed", "FAL5").code == "B"
    assert found.verdict("withdraw", "closed", "").does == "apply"
    assert found.verdict("withdraw", "lodged", "FAL5").code == "A"
    assert found.verdict("amend", "lodged", "").does == "apply"


def test_the_table_in_force_began_last():
    """Of two that hold on a day the newer one; none: everything at once."""
    old, new = table(valid_from="2026-01-01"), table(valid_from="2026-06-01")
    assert tables_in_force((old, new), "2026-07-01") is new
    assert tables_in_force((old, new), "2026-05-31") is old
    assert tables_in_force((old, new), "2025-12-31") is AT_ONCE


WRONG = (
    # table, where, what it says
    (table(states=()), "states", "no conditions"),
    (table(states=(State("lodged", adverse=True),)), "states", "no conditions"),
    (table(states=(*STATES, State("closed", adverse=True))), "states", "one name"),
    (table(states=(*STATES, State("x", over=("y",)))), "states[2].over", "unknown state 'y'"),
    (table(verdicts={"amend": {"lost": "apply"}}), "verdicts.amend.lost", "unknown state 'lost'"),
    (table(verdicts={"amend": {"any": "permit"}}), "verdicts.amend.any", "unknown verdict"),
    (table(verdicts={"amend": {"any": "ask border-control"}}), "verdicts.amend.any",
     "no recipient decides"),
    (table(verdicts={"present": {"any": "ask customs-control"}}), "verdicts.present.any",
     "no recipient decides"),
    (table(parts={"FAL5": {"withdraw": {"lost": "apply"}}}), "parts.FAL5.withdraw.lost",
     "unknown state"),
)  # fmt: skip


@pytest.mark.parametrize(("wrong", "where", "words"), WRONG)
def test_each_mistake_is_found_at_its_place(wrong, where, words):
    """Unknown states and verdicts, and purposes that no recipient holds."""
    found = list(mistakes(wrong, HELD))
    assert [place for place, _ in found] == [where]
    assert words in found[0][1]


def test_a_sound_table_has_no_mistakes():
    """The built-in one, and one that asks."""
    assert list(mistakes(AT_ONCE, {})) == []
    assert list(mistakes(table(verdicts={"amend": {"any": "ask customs-control"}}), HELD)) == []
