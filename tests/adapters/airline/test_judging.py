"""Verdicts, and what is listed of many problems: warnings never count against a list."""

from dataclasses import replace

import pytest

from adapters.airline.judging import PROBLEMS_MAX
from adapters.airline.paxlst import Paxlst
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.read_by import read_by


def people(count, *lines):
    """So many passengers with these segments, each with a reference of their own."""
    return [
        line
        for at in range(1, count + 1)
        for line in (f"NAD+FL+++EXAMPLE:P{at}", f"RFF+ABO:R{at}", *lines)
    ]


@pytest.mark.parametrize("count", [99, 200, 201, 333, 334, 1200])
def test_no_number_of_warnings_rejects_a_list(count, one):
    """Five warnings for each person are five problems, with their number and the first places."""
    found, (draft,) = one(*header(), *people(count))
    assert found.verdict == "accepted"
    assert len(draft.body["BorderTransportMeans"]["Passenger"]) == count
    assert draft.extent.left_out == ()
    assert [problem.severity for problem in found.problems] == ["warning"] * 5
    first = found.problems[0]
    assert (first.code, first.path) == (
        "value.missing", "Declaration.BorderTransportMeans.Passenger.EmbarkationLocationID",
    )  # fmt: skip
    assert first.text == (
        f"Passenger.EmbarkationLocationID is missing ({count} times: Passenger 1 (NAD 11), "
        f"Passenger 2 (NAD 13), Passenger 3 (NAD 15) and {count - 3} more)"
    )
    assert first.where.segment == "NAD 11"


def test_an_error_behind_many_warnings_is_listed_before_them(one):
    """One document without its number among 120 persons with warnings costs that person alone."""
    lines = [*people(120), "DOC+P"]
    found, (draft,) = one(*header(), *lines)
    assert found.verdict == "accepted"
    assert [(one.code, one.severity) for one in found.problems[:3]] == [
        ("list.incomplete", "error"),
        ("value.missing", "error"),
        ("value.missing", "warning"),
    ]
    assert draft.extent.left_out == ("BorderTransportMeans.Passenger[120]",)


def test_a_verdict_does_not_depend_on_how_many_problems_are_listed(one):
    """More errors than are listed leave out as many persons, and name each by number."""
    faulty = [line.replace("EXAMPLE:", ":") for line in people(150)]
    found, (draft,) = one(*header(), *person(RFF="RFF+ABO:A1"), *faulty, *people(1, "DOC+P+N"))
    assert found.verdict == "accepted"
    assert [problem.severity for problem in found.problems] == ["error"] * (PROBLEMS_MAX + 1)
    summary, last = found.problems[0], found.problems[-1]
    assert (summary.text, summary.found) == ("150 of 152 persons were left out", "Passenger 2-151")
    assert last.code == "problems.more"
    assert len(draft.extent.left_out) == 150
    assert len(draft.body["BorderTransportMeans"]["Passenger"]) == 2


def test_segments_that_cannot_be_read_cost_their_persons_however_many(one):
    """A hundred and thirty broken segments of one person do not reject the others' list."""
    found, (draft,) = one(*header(), *person(), *people(1, *["##"] * 130))
    assert found.verdict == "accepted"
    assert draft.extent.left_out == ("BorderTransportMeans.Passenger[2]",)


def test_warnings_of_different_kinds_are_cut_and_counted(one):
    """Behind 100 kinds of warnings the rest is one more warning, and the list is accepted."""
    kinds = [f"RFF+Q{at}:1" for at in range(150)]
    found, _drafts = one(*header(), *person(), *kinds)
    assert found.verdict == "accepted"
    assert [problem.severity for problem in found.problems] == ["warning"] * 101
    assert found.problems[-1].text == "50 more problems are not listed"


def test_three_equal_warnings_are_listed_each_at_its_place(one):
    """Few enough to name: each with its person's path; a fourth makes them one."""
    lines = [line for at in range(3) for line in person(RFF=f"RFF+ABO:A{at}", NAT="NAT+2+QQQ")]
    found, _drafts = one(*header(), *(line for line in lines if not line.startswith("DOC")))
    paths = [one.path for one in found.problems if one.code == "code.unknown"]
    assert paths == [
        f"Declaration.BorderTransportMeans.Passenger[{at}].NationalityCode" for at in (1, 2, 3)
    ]


def test_values_of_persons_stand_in_what_was_found_only(one):
    """Equal warnings about different codes name some of them in `found`, which has its class."""
    lines = [line for nation in ("QA1", "QB1", "QC1", "QD1") for line in
             ("NAD+FL+++EXAMPLE:ALPHA", f"RFF+ABO:{nation}", f"NAT+2+{nation}")]  # fmt: skip
    found, _drafts = one(*header(), *lines)
    (told,) = [one for one in found.problems if one.code == "code.unknown"]
    assert (told.found, told.found_class) == ("QA1, QB1, QC1 and others", "personal")
    assert "QA1" not in told.text
    assert told.expected == "one of the 271 codes of travel-document-states, as ABW, AFG, AGO"


def test_a_profile_may_take_a_list_only_as_a_whole(guide):
    """With partial: refuse one person with an error rejects the list, and the problem says so."""
    payload = interchange(message(*header(), *person(), *person(NAD="NAD+FL+++")))
    whole = replace(guide, settings={**guide.settings, "partial": "refuse"})
    (found,) = read_by(Paxlst(), payload, whole).messages
    first = found.problems[0]
    assert (found.verdict, first.code, first.found) == (
        "rejected", "list.refused", "Passenger 2",
    )  # fmt: skip
    assert "taken only as a whole" in first.text
    (found,) = read_by(Paxlst(), payload, guide).messages
    assert found.verdict == "accepted"
