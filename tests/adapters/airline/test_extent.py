"""How much of a list a draft says was taken, and when it was cut."""

import pytest

from adapters.airline.paxlst import Paxlst
from broker.adapter import Extent
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.read_by import read_by

SECOND = person(RFF="RFF+ABO:A2", DOC="DOC+P+SPECIMEN2")
NAMELESS = person(NAD="NAD+FL+++", RFF="RFF+ABO:A3", DOC="DOC+P+SPECIMEN3")
OUT = ("BorderTransportMeans.Passenger[3]",)
TWO = Extent(2, 2)

LISTS = [
    ((), {}, TWO),
    (("CNT+42:2",), {}, TWO),
    (("CNT+42:1",), {}, TWO),
    (("CNT+42:5",), {}, Extent(5, 2, cut=True)),
    (("CNT+42:5",), {"tail": "+ACC+02"}, Extent(5, 2)),
    (("CNT+42:5",), {"application": "IAPI"}, Extent(5, 2)),
    (("CNT+41:5",), {}, TWO),
    (("NAD+FM+++CREW:ONE",), {}, Extent(3, 3)),
    (("CNT+42:5", "NAD+FM+++CREW:ONE"), {}, Extent(6, 3, cut=True)),
    (tuple(NAMELESS), {}, Extent(3, 2, OUT, cut=True)),
    ((*NAMELESS, "CNT+42:4"), {}, Extent(4, 2, OUT, cut=True)),
    ((), {"count": 99}, Extent(2, 2, cut=True)),
    ((), {"count": 3}, TWO),
]


@pytest.mark.parametrize(("lines", "around", "expected"), LISTS)
def test_a_list_states_what_it_declares_what_was_taken_and_who_was_left_out(
    lines, around, expected, one
):
    """The larger of total and persons; cut by an error, a higher total, or a higher count."""
    found, (draft,) = one(*header(), *person(), *SECOND, *lines, **around)
    assert found.verdict == "accepted"
    assert draft.extent == expected


def test_a_list_that_was_truncated_is_cut(guide):
    """What is behind the break is not known, whole segments or not."""
    payload = interchange(message(*header(), *person(), *SECOND))
    for end in (payload.rindex(b"LOC+91"), payload.rindex(b"UNT+")):
        (found,) = read_by(Paxlst(), payload[:end], guide).messages
        (draft,) = found.events
        assert draft.extent is not None
        assert (found.verdict, draft.extent.cut) == ("rejected", True)


@pytest.mark.parametrize("bgm", ["BGM+266+CLOB", "BGM+266+CLNB", "BGM+745+XR", "BGM+745+CP"])
def test_a_message_about_persons_of_a_list_is_cut_by_an_error_in_one_of_them(bgm, one):
    """Whoever removes by it would remove too much: on board, not on board, changed, cancelled."""
    _found, drafts = one(*header(BGM=bgm), *person(), *SECOND, *NAMELESS)
    assert {draft.part for draft in drafts} == {"passengers"}
    assert [draft.extent for draft in drafts] == [Extent(3, 2, OUT, cut=True)] * len(drafts)
    _found, drafts = one(*header(BGM=bgm), *person(), *SECOND)
    assert [draft.extent for draft in drafts] == [TWO] * len(drafts)


def test_each_part_of_a_closing_flight_has_an_extent_of_its_own(one):
    """An error about a member of the crew says nothing of the passengers."""
    _found, drafts = one(*header(BGM="BGM+266+CLOB"), *person(), "NAD+FM+++", "RFF+ABO:C1")
    crew = ("BorderTransportMeans.Crew[1]",)
    assert {draft.part: draft.extent for draft in drafts} == {
        "passengers": Extent(1, 1), "crew": Extent(1, 0, crew, cut=True),
    }  # fmt: skip
