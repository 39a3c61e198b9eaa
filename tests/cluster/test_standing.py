"""The rules about topics see what they are for: each is shown a log that breaks it."""

import base64

import orjson
import pytest

from broker.model.records import Entry
from tests.cluster.standing import repeated, wrong_on_the_log
from tests.simulation.history import Attempt, Given, History, Page
from tests.simulation.readout import Readout

LODGED, EVENTS, OUTWARD = "submissions.toys", "events.toys", "agency.ferry"
TABLES = {
    "submissions": [{"id": "s1", "number": 1, "sender": "a"},
                    {"id": "s2", "number": 2, "sender": "a"}],
    "documents": [{"dossier": "o1", "part": "", "version": 1, "event": "e1"},
                  {"dossier": "o1", "part": "", "version": 2, "event": "e2"}],
    "outcomes": [
        {"dossier": "o1", "event": "e1", "does": "put", "submission": "s1", "message": 1},
        {"dossier": "o1", "event": "e2", "does": "put", "submission": "s2", "message": 1},
        {"dossier": "o1", "event": "e3", "does": "note", "submission": "s1", "message": 2},
        {"dossier": "o1", "event": "e4", "does": "note", "submission": "s2", "message": 2},
    ],
    "parked": [],
    "subscriptions": [{"name": "ferry", "next_seq": 3}],
}  # fmt: skip


def entries(topic, *ids, value=b"x"):
    """One partition of a topic, with records of these ids."""
    return [
        Entry(topic, 0, at, "k", {"ce_id": one, "ce_swbseq": one[1:]}, value)
        for at, one in enumerate(ids)
    ]


def wrong(**changed):
    """What is wrong with a log that is well but for this; each topic has one partition."""
    well = {
        LODGED: entries(LODGED, "s1", "s2"),
        EVENTS: entries(EVENTS, "e1", "e2", "e3", "e4"),
        OUTWARD: entries(OUTWARD, "d1", "d2"),
    }
    log = {topic: [changed.get(topic.partition(".")[0], well[topic])] for topic in well}
    history = History()
    for submission in ("s1", "s2"):
        answers = [(202, {"submission": submission})]
        history.attempts.append(Attempt("a", "/v1/submissions", "L", "", answers=answers))
    said = {"id": "d2", "data_base64": base64.b64encode(b"x").decode()}
    given = (Given(2, orjson.dumps(said), said),)
    history.pages.append(Page("ferry", None, given, "c2"))
    return wrong_on_the_log(log, history, Readout(TABLES, {}, ""))


def test_what_is_well_is_not_blamed():
    """Repeats of the same bytes, behind the first occurrence, are well."""
    assert wrong() == []
    again = entries(EVENTS, "e1", "e2", "e1", "e3", "e4", "e2")
    assert wrong(events=again) == []
    assert repeated({EVENTS: [again]}) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"submissions": entries(LODGED, "s2", "s1")}, "order: a about L"),
        ({"submissions": entries(LODGED, "s1")}, "lost: s2"),
        ({"submissions": [*entries(LODGED, "s1", "s2"), *entries(LODGED, "s1", value=b"y")]},
         "bytes: s1"),
        ({"events": entries(EVENTS, "e2", "e1", "e3", "e4")}, "order: versions of"),
        ({"events": entries(EVENTS, "e1", "e2", "e4", "e3")}, "order: requests of"),
        ({"events": entries(EVENTS, "e1", "e2", "e3", "e4", "e5")}, "lost: e5"),
        ({"agency": entries(OUTWARD, "d2", "d1")}, "order: agency.ferry"),
        ({"agency": entries(OUTWARD, "d1")}, "gap: agency.ferry"),
        ({"agency": entries(OUTWARD, "d1", "d2", value=b"y")}, "bytes: 2 on agency.ferry"),
    ],
)  # fmt: skip
def test_a_broken_promise_is_seen(changed, said):
    """Order, loss, other bytes, gaps: each is told in a sentence."""
    assert any(one.startswith(said) for one in wrong(**changed)), wrong(**changed)
