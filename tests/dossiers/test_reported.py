"""What was reported of a part, as facts with a moment and an authority."""

import pytest

from broker.dossiers.reported import Report, arrived_at, name_of, reports_of, with_report
from broker.model.dossier import Dossier

NOON = "2026-11-22T12:00:00.000Z"
EMPTY = Dossier("o_1", "visit")
FACTS = (
    # a report, the fact
    (Report("arrived", "", NOON, "customs"), f"arrived@{NOON}@customs"),
    (Report("departed", "", NOON), f"departed@{NOON}"),
    (Report("presented", ""), "presented"),
)


@pytest.mark.parametrize(("report", "fact"), FACTS)
def test_a_report_is_kept_as_text_and_read_again(report, fact):
    """With what is known of it; one from before moments were kept is its name alone."""
    dossier = with_report(EMPTY, report)
    assert dossier.facts == {"": (fact,)}
    assert list(reports_of(dossier)) == [report]
    assert name_of(fact) == report.name


def test_other_facts_are_no_reports_whatever_is_in_them():
    """A native code may hold any sign."""
    dossier = Dossier("o_1", "visit", facts={"": ("code:arrived@x", "uncorrected", "granted/3")})
    assert list(reports_of(dossier)) == []
    assert [name_of(one) for one in dossier.facts[""]] == list(dossier.facts[""])
    assert with_report(dossier, Report("arrived", "")).facts[""][:3] == dossier.facts[""]


def test_the_last_report_counts_and_an_authoritys_stays():
    """A declarant replaces its own alone."""
    dossier = with_report(EMPTY, Report("arrived", "", "a"))
    dossier = with_report(dossier, Report("arrived", "", "b"))
    assert dossier.facts[""] == ("arrived@b",)
    dossier = with_report(dossier, Report("arrived", "", "c", "customs"))
    assert with_report(dossier, Report("arrived", "", "d")) is dossier
    assert with_report(dossier, Report("arrived", "", "e", "police")).facts[""] == (
        "arrived@e@police",
    )


def test_the_arrival_of_a_part_is_its_own_or_that_of_the_whole():
    """A departure is none; a report without a moment says nothing of when."""
    dossier = with_report(EMPTY, Report("departed", "", "a"))
    dossier = with_report(dossier, Report("arrived", "FAL5"))
    assert arrived_at(dossier, "FAL5") == ""
    dossier = with_report(dossier, Report("arrived", "", NOON))
    assert [arrived_at(dossier, part) for part in ("FAL5", "")] == [NOON, NOON]
    dossier = with_report(dossier, Report("arrived", "FAL5", "b"))
    assert [arrived_at(dossier, part) for part in ("FAL5", "")] == ["b", NOON]
