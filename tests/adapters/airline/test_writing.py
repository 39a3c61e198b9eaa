"""A cut list, written for a recipient that reads this format."""

import pytest

from adapters.airline.paxlst import Paxlst
from adapters.airline.sample_passenger_list import compose_tree
from adapters.wire.edifact import read
from broker.adapter import Outgoing, Stamp
from tests.adapters.airline.conftest import header
from tests.read_by import read_by

STAMP = Stamp("d_0123456789abcdef0123456789abcdef", "2026-01-15T09:30:00.123Z", 3)


def rendered(tree, guide):
    (artifact,) = Paxlst().render(Outgoing("waiting", (), STAMP, tree), guide)
    assert artifact.name == "list-3.edi"
    reading = read(artifact.content)
    assert reading.problems == ()
    (raw,) = reading.messages
    assert raw.problems == ()
    (found,) = read_by(Paxlst(), artifact.content, guide).messages
    (draft,) = found.events
    return found, draft


def test_a_list_is_read_again_as_it_was(guide):
    """Every value of a body comes back, but for the piece that it was."""
    tree = compose_tree(items=5, number=1, seed=1)
    del tree["ListPart"]
    found, draft = rendered(tree, guide)
    assert (found.verdict, found.problems) == ("accepted", ())
    assert draft.body == tree


def test_everything_a_person_may_have_is_written(guide, one):
    """Address, contacts, baggage, ranks, regions, birth place and documents with both days."""
    lines = (
        "NAD+FL+++EXAMPLE:ALPHA:BRAVO+1 SAMPLE ROAD+SAMPLETON+:::SAMPLESHIRE+96761+AUT",
        "ATT+2++F", "DTM+329:800101", "MEA+CT++:2", "MEA+WT++KGM:40", "FTX+BAG+++ZZ1:2",
        "GEI+4+174", "LOC+22+OSL", "LOC+174+AUT", "LOC+178+VIE", "LOC+179+OSL",
        "LOC+180+AUT:::SAMPLETON", "COM+000 555 0100:TE+A.AT.B:EM", "NAT+2+AUT", "RFF+AVF:Z9",
        "RFF+ABO:A1", "RFF+SEA:17B", "RFF+AEA:G1", "RFF+CR:C1", "RFF+YZY:T1", "DOC+P+N1",
        "DTM+36:300101", "DTM+182:200101", "LOC+91+AUT", "DOC+V:::SAMPLE VISA+N2",
        "NAD+FM+++EXAMPLE:CHARLIE", "EMP+1+CR1:::SAMPLE RANK", "CNT+42:1",
    )  # fmt: skip
    _found, (draft,) = one(*header(), *lines)
    assert draft.unmapped == ()
    assert rendered(draft.body, guide)[1].body == draft.body


def test_what_a_view_has_cut_is_not_written(guide):
    """A tree without names and without a flight is still an interchange with right counts."""
    means = {"Passenger": [{"SequenceNumeric": "1", "NationalityCode": "AUT"}]}
    out = Outgoing("waiting", (), STAMP, {"TypeCode": "745", "BorderTransportMeans": means})
    (artifact,) = Paxlst().render(out, guide)
    (raw,) = read(artifact.content).messages
    assert raw.problems == ()
    assert raw.segments[1:-1] == [[["BGM"], ["745"]], [["NAD"], ["FL"]], [["NAT"], ["2"], ["AUT"]]]


@pytest.mark.parametrize("role", ["FL", "ZZZ", "QQ"])
def test_a_role_is_written_as_it_is(guide, role):
    """Also one that lists do not know: a tree may come from elsewhere."""
    means = {"Passenger": [{"SequenceNumeric": "1", "RoleCode": role, "FamilyName": "EXAMPLE"}]}
    out = Outgoing("waiting", (), STAMP, {"TypeCode": "745", "BorderTransportMeans": means})
    (artifact,) = Paxlst().render(out, guide)
    (raw,) = read(artifact.content).messages
    assert raw.segments[2] == [["NAD"], [role], [""], [""], ["EXAMPLE"]]
