"""Dossiers as they are written and loaded again."""

from dataclasses import replace

from broker.model import events
from broker.model.dossier import (
    Answer,
    Ask,
    Document,
    Dossier,
    PartNumbers,
    Shown,
    Target,
)
from broker.model.extent import Extent
from broker.model.vector import Mark, Vector, pack
from broker.state import dossier_writes, dossiers

AT = "2026-11-22T09:30:00.000Z"
LIST = "BorderTransportMeans.Passenger"
POLICE = Target("passengers", "border-police", "border-control")
HARBOUR = Target("FAL1", "harbour-master", "port-call")
VECTOR = pack(Vector(Mark(b"restrest", 2, ("A",)), {f"{LIST}[7]": Mark(bytes(range(8)), 3)}))
SHOWN = Shown(4, "digest", "d_4", "changed", 6, 5, "configuration", VECTOR, (9, "d_2"))
WITHDRAWN = Shown(1, "digest", "d_1", "withdrawn", 2, 2)
EXTENT = Extent(3, 2, (f"{LIST}[2]",), cut=True, not_confirmed=(f"{LIST}[7]", f"{LIST}[9]"))
PAYLOAD = events.payload(b'{"TypeCode":"745"}', (), [])


def version(part, number, **changes):
    """A version of a part."""
    one = Document(part, number, f"v_{part}{number}", "persons-report", "digest", number,
                   f"s_{number}", 1, f"e_{number}", "sender", "party", "profile", AT,
                   PAYLOAD)  # fmt: skip
    return replace(one, **changes)


LIVE = version("passengers", 3, named={LIST: ((1, 7, 2), (3, 1, 1))}, extent=EXTENT)
OLDER = version("passengers", 1, named={LIST: ((1, 1, 1),)}, payload=b"")
ASKS = (
    Ask(POLICE, 2, AT, "escalate", "superseded", "d_2", AT, 2, 60),
    Ask(POLICE, 3, "", "release", "open", "d_3", AT, 5, 3600, "arrival"),
    Ask(HARBOUR, 1, AT, "escalate", "overdue", "d_9", AT, 1, 60),
)


def answer(ordinal, **changes):
    """An answer of the border police."""
    one = Answer(*POLICE, 3, f"{LIST}[7]", "A", "held", 5, "a_1", ordinal,
                 {"StatusCode": "held", "Reason": [{"Code": "R"}]}, AT)  # fmt: skip
    return replace(one, **changes)


ANSWERS = (
    answer(0, showing=5, changed_at=6, keys=("k1", "k2")),
    answer(1, status=None, check="", subject=""),
    answer(2, state="obeyed", keys=("k3",), showing=5),
    answer(3, silent=True, status="released", showing=5),
)
DOSSIER = Dossier(
    id="o_1", kind="flight", state="open", party="party", sender="sender", opened_at=AT,
    board_version=8, overall="held",
    live={"passengers": LIVE},
    versions={"passengers": 4},
    parts={
        "passengers": PartNumbers({LIST: 12}, {1: {LIST: ((1, 1), (4, 3))}}),
        "FAL1": PartNumbers({}, {}),
    },
    messages={("passengers", 1): OLDER},
    shown={POLICE: SHOWN, HARBOUR: WITHDRAWN},
    asks={one.target: one for one in ASKS},
    answers=ANSWERS,
    outcomes=frozenset(),
)  # fmt: skip


def write(connection, dossier, asks=ASKS, answers=ANSWERS):
    """All of it, as the core's station does it."""
    name = dossier.id
    dossier_writes.put_heads(connection, [dossier])
    versions = [replace(OLDER, payload=PAYLOAD), LIVE,
                version("passengers", 4, state="late")]  # fmt: skip
    dossier_writes.put_documents(connection, [(name, one) for one in versions])
    dossier_writes.put_shown(connection, [(name, *one) for one in dossier.shown.items()])
    dossier_writes.put_asks(connection, [(name, one) for one in asks])
    dossier_writes.put_answers(connection, [(name, one) for one in answers])


def test_a_dossier_is_loaded_as_it_was_written(connection):
    """What was shown, numbers, names, extents, asks and answers: every value of it."""
    write(connection, DOSSIER)
    assert dossiers.one(connection, "o_1") == DOSSIER


def test_what_changes_replaces_what_was_written(connection):
    """A vector, an ask's state and time, an answer's state: the newest is loaded."""
    write(connection, DOSSIER)
    shown = SHOWN._replace(vector=b"", result="withdrawn", answered=(11, "d_4"))
    dossier_writes.put_shown(connection, [("o_1", POLICE, shown)])
    ask = ASKS[1]._replace(state="overdue", due_at=AT)
    dossier_writes.put_asks(connection, [("o_1", ask)])
    obeyed = replace(ANSWERS[0], state="obeyed", keys=("k9",), changed_at=7)
    over = replace(ANSWERS[1], state="over")
    dossier_writes.put_answers(connection, [("o_1", obeyed), ("o_1", over)])
    found = dossiers.one(connection, "o_1")
    assert found is not None
    assert (found.shown[POLICE], found.asks[POLICE]) == (shown, ask)
    assert found.answers == (obeyed, *ANSWERS[2:])


def test_an_answer_that_is_over_is_kept_and_never_loaded_again(connection):
    """The history shows it; a step need not know it."""
    write(connection, DOSSIER, answers=[replace(one, state="over") for one in ANSWERS])
    found = dossiers.one(connection, "o_1")
    assert found is not None
    assert found.answers == ()
    assert len(dossiers.history(connection, "o_1")["answers"]) == len(ANSWERS)


def test_the_parts_of_a_withdrawn_dossier_are_no_longer_live(connection):
    """They are loaded as gone; what was answered about them is loaded all the same."""
    gone = replace(DOSSIER, state="withdrawn", closed_at=AT,
                   parts={"passengers": PartNumbers({LIST: 12}, {})})  # fmt: skip
    write(connection, gone)
    found = dossiers.one(connection, "o_1")
    former = {"passengers": replace(LIVE, payload=b"")}
    assert found == replace(gone, live={}, messages={}, gone=former)


def test_a_part_that_was_taken_back_is_not_live(connection):
    """Its newest version says so."""
    write(connection, DOSSIER)
    back = version("passengers", 5, state="withdrawn")
    dossier_writes.put_documents(connection, [("o_1", back)])
    found = dossiers.one(connection, "o_1")
    assert found is not None
    assert (found.live, found.versions) == ({}, {"passengers": 5})
    assert found.gone == {"passengers": replace(back, payload=b"")}
