"""What a list is taken for: its directory, its function by letters and code, its total."""

import pytest

from tests.adapters.airline.conftest import header, person

TWO = (*person(), *person(RFF="RFF+ABO:A2", DOC="DOC+P+SPECIMEN2"))
TOTALS = [
    ("", "", "put", None),
    ("", "CNT+42:2", "put", None),
    ("+ACC+01:F", "CNT+42:002", "put", None),
    ("", "CNT+42:3", "put", "3"),
    ("", "CNT+42:1", "put", "1"),
    ("+ACC+01:F", "CNT+42:3", "merge", "3"),
    ("+ACC+01:F", "CNT+42:1", "put", "1"),
    ("+ACC+01:C", "CNT+42:3", "merge", None),
    ("+ACC+02", "CNT+42:3", "merge", None),
    ("+ACC+03:F", "CNT+42:9", "merge", None),
    ("", "CNT+41:9", "put", None),
]


@pytest.mark.parametrize(("tail", "total", "does", "stated"), TOTALS)
def test_a_total_that_differs_is_told_where_the_list_does_not_say_it_is_a_piece(
    tail, total, does, stated, one
):
    """At CNT, with both numbers, what the list was taken for, and what to do."""
    found, (draft,) = one(*header(), *TWO, *([total] if total else ()), tail=tail)
    assert (found.verdict, draft.does) == ("accepted", does)
    if stated is None:
        assert found.problems == ()
        return
    (told,) = found.problems
    assert (told.code, told.severity, told.found, told.expected) == (
        "list.count-differs", "warning", stated, "2",
    )  # fmt: skip
    assert (told.where.segment, told.where.element) == ("CNT 29", "1.2")
    taken = "a piece of the list" if does == "merge" else "the whole list"
    assert f"it was taken for {taken}" in told.hint


def test_interactive_chunks_and_changes_have_totals_of_their_own(one):
    """Under IAPI every message is a piece, and a change names whom it changes: nothing is told."""
    for lines, application in ((header(), "IAPI"), (header(BGM="BGM+745+CP"), "APIS")):
        found, (draft,) = one(*lines, *TWO, "CNT+42:160", application=application)
        assert (found.problems, draft.does) == ((), "merge")


def test_who_is_left_out_still_counts(one):
    """The total is that of the persons named: an error in one of them does not make it wrong."""
    found, (draft,) = one(*header(), *TWO, *person(NAD="NAD+FL+++", DOC="DOC+P+N3"), "CNT+42:3")
    assert "list.count-differs" not in {problem.code for problem in found.problems}
    assert draft.does == "put"


KNOWN = ["D:02B", "D:03B", "D:05B", "D:12B", "D:15B", "D:21A"]
UNKNOWN = [("D:99Z:UN:IATA", "D:99Z"), ("02:1:UN:IATA", "02:1"), ("D", "D:"), ("", ":")]


def test_directories_that_lists_are_sent_in_are_known(one):
    """No word is lost about a release in which real lists come."""
    for release in KNOWN:
        assert one(*header(), *person(), unh=f"PAXLST:{release}:UN:IATA")[0].problems == ()


@pytest.mark.parametrize(("said", "shown"), UNKNOWN)
def test_a_directory_that_is_not_known_is_told_at_unh_and_read(said, shown, one):
    """A wrong version or release is a warning that names the first and last that are known."""
    found, drafts = one(*header(), *person(), unh=f"PAXLST:{said}".rstrip(":"))
    (told,) = found.problems
    assert (found.verdict, len(drafts)) == ("accepted", 1)
    assert (told.code, told.severity, told.found) == ("paxlst.release-unknown", "warning", shown)
    assert told.where.segment == "UNH 1"
    assert told.expected == "PAXLST of a known version and release: D:02B to D:24A"


FUNCTIONS = [
    ("BGM+745++9", "put", set()),
    ("BGM+745++5", "put", set()),
    ("BGM+745+CP+9", "merge", set()),
    ("BGM+745+REF1+9", "put", {"paxlst.function-assumed"}),
    ("BGM+745+REF1", "put", {"paxlst.function-assumed"}),
    ("BGM+745+C", "put", {"paxlst.function-assumed"}),
    ("BGM+250+ZZ", "put", {"paxlst.function-assumed"}),
    ("BGM+745+REF1+1", "put", {"paxlst.function-unknown"}),
    ("BGM+745++1", "put", {"paxlst.function-unknown"}),
    ("BGM+266+REF1+9", "put", {"paxlst.function-unknown"}),
    ("BGM+266+QQ", "put", {"paxlst.function-unknown"}),
]


@pytest.mark.parametrize(("bgm", "does", "codes"), FUNCTIONS)
def test_the_code_of_the_function_counts_where_the_letters_say_nothing(bgm, does, codes, one):
    """Unknown letters alone never reject a list; a code that is no list's, or a status, does."""
    found, (draft, *_more) = one(*header(BGM=bgm), *person())
    assert {problem.code for problem in found.problems} == codes
    assert draft.does == does
    assert found.verdict == (
        "rejected" if "paxlst.function-unknown" in codes else "accepted"
    )  # fmt: skip


def test_letters_that_name_the_document_are_no_function_of_the_body(one):
    """They are kept aside, at their place, and passed to nobody as a function."""
    found, (draft,) = one(*header(BGM="BGM+745+REF1+9"), *person())
    assert "FunctionCode" not in draft.body
    assert ("FunctionCode", "REF1") in {(one.path, one.value) for one in draft.unmapped}
    (told,) = found.problems
    assert (told.where.segment, told.where.element, told.found) == ("BGM 2", "2.1", "REF1")
