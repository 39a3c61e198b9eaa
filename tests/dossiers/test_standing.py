"""What an agency's answers settle of what it was shown: all statuses come from here."""

import itertools

import pytest

from broker.dossiers.standing import (
    FAVOURABLE,
    GRAVITY,
    element_of,
    entries,
    gravest,
    is_changed,
    standing_of,
)
from broker.model.answer import ANSWER_STATUSES
from broker.model.dossier import Shown
from broker.model.vector import EMPTY, Mark, Vector, pack
from tests.sample_events import PLANTS, answer, ask

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
ONE, TWO = ITEM.format(1), ITEM.format(2)
BELOW = f"{ONE}.Commodity"
BESIDE = "GoodsShipment.Importer"
OPEN = ask(PLANTS)


def vector(*since, checks=(), rest=1):
    """Items 1, 2 ... that are as they were shown since these showings."""
    marks = {ITEM.format(at): Mark(b"%08d" % at, one, checks) for at, one in enumerate(since, 1)}
    return Vector(Mark(b"restrest", rest, checks), marks)


def shown(what, result="new"):
    """What the target was shown last."""
    return Shown(1, "", "d_1", result, showing=9, vector=pack(what))


def given(*answers):
    """Answers in this order: (status, subject, other changes)."""
    found = []
    for order, (status, subject, *more) in enumerate(answers, 1):
        changes = {key: value for one in more for key, value in one.items()}
        found.append(answer(PLANTS, status, subject, order, **changes))
    return found


def on(showing):
    """An answer to the delivery of this showing."""
    return {"showing": showing}


def under(check):
    """An answer under a check."""
    return {"check": check}


def status_of(what, answers):
    """What these answers come to, over what was shown."""
    return standing_of(shown(what), given(*answers)).status(OPEN)


SIMPLE = (
    # answers to a delivery of two items, status
    ([], "waiting"),
    ([("released", ONE)], "waiting"),
    ([("released", ONE), ("released", TWO)], "released"),
    ([("released", ONE), ("held", TWO)], "held"),
    ([("held", ONE)], "held"),
    ([("released", "")], "released"),
    ([("conditional", "")], "conditional"),
    ([("conditional", ONE), ("released", TWO)], "conditional"),
    ([("held", ONE), ("released", "")], "released"),
    ([("released", ""), ("held", ONE)], "held"),
    ([("held", ONE), ("released", ONE)], "waiting"),
    ([("held", ""), ("released", "")], "released"),
    ([("held", ""), ("released", ONE)], "held"),
    ([("held", ""), ("released", ONE), ("released", TWO)], "held"),
    ([("released", BELOW)], "waiting"),
    ([("released", ""), ("held", BELOW)], "held"),
    ([("released", ""), ("held", BELOW), ("released", BELOW)], "released"),
    ([("released", ""), ("held", BELOW), ("released", ONE)], "released"),
    ([("released", ""), ("held", BESIDE)], "held"),
    ([("released", ""), ("held", BESIDE), ("released", BESIDE)], "released"),
    ([(None, "")], "waiting"),
    ([("released", ""), (None, "")], "released"),
    ([("held", ""), (None, "")], "held"),
    ([("acknowledged", "")], "waiting"),
    ([("acknowledged", ""), ("released", ONE)], "waiting"),
    ([("released", ""), ("acknowledged", "")], "released"),
    ([("held", ""), ("acknowledged", "")], "held"),
)


@pytest.mark.parametrize(("answers", "status"), SIMPLE)
def test_a_target_is_settled_when_all_its_elements_are(answers, status):
    """Each by itself, or all by a word about the whole; the newest word about a thing counts."""
    assert status_of(vector(1, 1), answers) == status


CHECKS = (
    # answers where A and B are asked of each item, status
    ([("released", "", under("A"))], "waiting"),
    ([("released", "", under("A")), ("released", "", under("B"))], "released"),
    ([("released", "")], "released"),
    ([("released", "", under("C"))], "waiting"),
    ([("released", "", under("A")), ("released", "", under("C"))], "waiting"),
    ([("held", "", under("A")), ("released", "", under("B"))], "held"),
    ([("held", ONE, under("A")), ("released", "", under("B"))], "held"),
    ([("held", ONE, under("A")), ("released", "")], "released"),
    ([("held", ONE, under("A")), ("released", "", under("A"))], "waiting"),
    ([("held", ""), ("released", "", under("A"))], "held"),
    ([("held", ""), ("released", "", under("A")), ("released", "", under("B"))], "released"),
    ([("held", "", under("C"))], "held"),
    ([("released", ""), ("held", "", under("C"))], "held"),
    ([("released", ""), ("held", ONE, under("C")), ("released", ONE, under("C"))], "released"),
    ([("released", ""), ("held", ONE, under("C")), ("released", "", under("A"))], "held"),
    ([("conditional", "", under("A")), ("released", "", under("B"))], "conditional"),
)


@pytest.mark.parametrize(("answers", "status"), CHECKS)
def test_each_check_that_is_asked_must_be_settled(answers, status):
    """Under it or without a check; one that was not asked settles nothing, and may object."""
    assert status_of(vector(1, 1, checks=("A", "B")), answers) == status


GONE = {"changed_at": 3}
CHANGES = (
    # since when items 1 and 2 are as they are, answers, status
    ((1, 3), [("released", "", on(1))], "waiting"),
    ((1, 3), [("released", "", on(2))], "waiting"),
    ((1, 3), [("released", "", on(3))], "released"),
    ((1, 3), [("released", "", on(4))], "released"),
    ((1, 3), [("released", "", on(1)), ("released", TWO, on(3))], "released"),
    ((3, 3), [("released", "", on(3)), ("refused", TWO, on(1), GONE)], "refused"),
    ((3, 3), [("refused", TWO, on(1), GONE)], "refused"),
    ((3, 3), [("refused", TWO, on(1), GONE), ("released", "", on(1))], "refused"),
    ((3, 3), [("refused", TWO, on(1), GONE), ("released", "", on(3))], "released"),
    ((3, 3), [("refused", TWO, on(1), GONE), ("released", ONE, on(3))], "refused"),
    ((3, 3), [("refused", TWO, on(1), GONE), ("released", TWO, on(3))], "waiting"),
    ((1, 1), [("refused", ITEM.format(3), on(2), GONE), ("released", "", on(2))], "refused"),
    ((1, 1), [("refused", ITEM.format(3), on(2), GONE), ("released", "", on(3))], "released"),
    ((1, 1), [("held", "", on(1)), ("released", "", on(1))], "released"),
    ((1, 3), [("held", "", on(1), GONE), ("released", "", on(2))], "held"),
    ((1, 3), [("held", "", on(1), GONE), ("released", "", on(3))], "released"),
    ((1, 3), [("released", "", on(3)), ("held", "", on(1), GONE)], "held"),
)


@pytest.mark.parametrize(("since", "answers", "status"), CHANGES)
def test_an_answer_is_valid_for_what_was_shown(since, answers, status):
    """Favourable: for what is unchanged since. Adverse: until its agency answers what it became."""
    assert status_of(vector(*since), answers) == status


SILENT = {"silent": True}
SILENCE = (
    ([("released", "", SILENT)], "released"),
    ([("held", ""), ("released", "", SILENT)], "held"),
    ([("held", ONE), ("released", "", SILENT)], "held"),
    ([("released", "", SILENT), ("held", ONE)], "held"),
    ([("conditional", ""), ("released", "", SILENT)], "conditional"),
    ([("held", ONE, on(1), GONE), ("released", "", on(3), SILENT)], "held"),
    ([("released", ONE), ("released", "", SILENT)], "released"),
)


@pytest.mark.parametrize(("answers", "status"), SILENCE)
def test_silence_settles_what_is_open_and_lifts_nothing(answers, status):
    """Nothing that was ever answered is changed by silence."""
    assert status_of(vector(1, 1), answers) == status


@pytest.mark.parametrize("since", [1, 2])
def test_what_has_no_elements_is_settled_as_a_whole(since):
    """The rest has a basis of its own: an answer counts while that is as it was."""
    whole = Vector(Mark(b"restrest", since), {})
    status = standing_of(shown(whole), given(("released", ""))).status(OPEN)
    assert status == ("released" if since == 1 else "waiting")


NOT_ASKED = (
    # shown, ask, answers, status
    (shown(vector(1)), None, [("released", "")], None),
    (shown(vector(1)), OPEN._replace(state="superseded"), [], None),
    (shown(vector(1)), OPEN._replace(state="overdue"), [], "waiting"),
    (shown(vector(1), "withdrawn"), OPEN._replace(state="withdrawn"), [("released", "")], None),
    (shown(vector(1), "withdrawn"), None, [("held", ONE, on(1), {"changed_at": 2})], "held"),
    (shown(vector(1), "withdrawn"), None, [("held", "", on(1))], "held"),
    (shown(vector(1), "withdrawn"), OPEN,
     [("held", "", on(1), {"changed_at": 2}), ("released", "", on(2))], None),
    (Shown(1, "", "d_1", "new"), OPEN, [("acknowledged", "")], "waiting"),
    (Shown(1, "", "d_1", "new"), OPEN, [("released", "")], "waiting"),
    (Shown(1, "", "d_1", "new"), OPEN, [("held", ONE)], "held"),
    (None, None, [("refused", "")], "refused"),
    (None, None, [("released", "")], None),
)  # fmt: skip


@pytest.mark.parametrize(("known", "asked", "answers", "status"), NOT_ASKED)
def test_without_an_ask_only_what_is_held_counts(known, asked, answers, status):
    """An adverse answer outlives the ask and the entitlement; a favourable one means nothing."""
    assert standing_of(known, given(*answers)).status(asked) == status


def test_a_message_is_shown_the_status_of_what_it_named():
    """And the holds of the whole part; an element that it did not name is none of its affair."""
    standing = standing_of(shown(vector(1, 1)), given(("released", ONE), ("held", TWO)))
    for named, status in (({ONE}, "released"), ({TWO}, "held"), ({ONE, TWO}, "held")):
        assert standing.status(OPEN, lambda path, named=named: path if path in named else None) == (
            status
        )
    moved = given(("released", ""), ("held", TWO, on(1), {"changed_at": 1}))
    assert standing_of(shown(vector(1)), moved).status(OPEN, lambda _: None) == "held"


SETTLED = (
    ([], False),
    ([("released", ONE)], False),
    ([("released", "")], True),
    ([("conditional", "")], True),
    ([("held", "")], False),
    ([("acknowledged", "")], False),
    ([("released", ""), ("held", ITEM.format(7), on(1), {"changed_at": 2})], False),
)


@pytest.mark.parametrize(("answers", "settled"), SETTLED)
def test_an_ask_is_answered_when_nothing_is_open_and_nothing_is_held(answers, settled):
    """A deadline, and a new ask, look at this."""
    assert standing_of(shown(vector(1, 1)), given(*answers)).is_settled is settled


SHOWN = (
    # answers, what a board shows of them: status, about what, whether it has moved
    ([("released", "")], [("released", "", False)]),
    ([("released", ONE), ("held", TWO)], [("released", ONE, False), ("held", TWO, False)]),
    ([("held", ONE), ("released", "")], [("released", "", False)]),
    ([("released", ""), ("held", TWO)], [("released", ONE, False), ("held", TWO, False)]),
    ([("held", ONE, on(1), GONE)], [("held", "", True)]),
    ([("held", BELOW)], [("held", BELOW, False)]),
    ([("held", BESIDE)], [("held", BESIDE, False)]),
    ([(None, ""), ("held", "")], [(None, "", False), ("held", "", False)]),
    ([("acknowledged", "")], [("acknowledged", "", False)]),
    ([("acknowledged", ""), ("released", "")], [("released", "", False)]),
)


@pytest.mark.parametrize(("answers", "told"), SHOWN)
def test_a_board_shows_the_answers_in_force(answers, told):
    """What was replaced is gone; what changed or went counts against the whole."""
    standing = standing_of(shown(vector(1, 1)), given(*answers))
    found = [(one.answer.status, one.subject, one.moved) for one in entries(standing)]
    assert found == told


def test_what_is_over_or_obeyed_counts_no_more():
    """Only answers that count are looked at."""
    for state in ("over", "obeyed"):
        assert status_of(vector(1), [("held", "", {"state": state})]) == "waiting"


ELEMENTS = (
    ("", ""),
    (ONE, ONE),
    (BELOW, ONE),
    (f"{ONE}.Packaging[2].TypeCode", ONE),
    (BESIDE, ""),
    ("GoodsShipment.Consignment.TransportEquipment[3].Seal[1]",
     "GoodsShipment.Consignment.TransportEquipment[3]"),
    ("BorderTransportMeans.Passenger[12].AdditionalDocument[#1].ID",
     "BorderTransportMeans.Passenger[12]"),
    ("AdditionalDocument[1].ID", ""),
)  # fmt: skip


@pytest.mark.parametrize(("subject", "element"), ELEMENTS)
def test_a_subject_is_in_one_element_or_in_none(subject, element):
    """An element is that of a list with match keys; all other repeated classes are inside one."""
    assert element_of(subject) == element


def test_what_an_answer_is_about_is_unchanged_changed_or_gone():
    """By the showing from which it is as it is."""
    now = vector(1, 3)
    for subject, showing, changed in (
        (ONE, 1, False), (TWO, 2, True), (TWO, 3, False), (ITEM.format(9), 9, True),
        ("", 1, False), (BESIDE, 1, False),
    ):  # fmt: skip
        assert is_changed(answer(PLANTS, "held", subject, showing=showing), now) is changed
    assert is_changed(answer(PLANTS, "held"), EMPTY)


def test_every_status_an_agency_may_give_has_its_gravity():
    """No answer can come that the board cannot weigh; the gravest of several counts."""
    assert set(ANSWER_STATUSES) - {"acknowledged", "ended"} <= set(GRAVITY)
    assert set(GRAVITY[-2:]) == FAVOURABLE
    for graver, lighter in itertools.pairwise(GRAVITY):
        assert gravest([lighter, graver]) == graver
    assert gravest([]) is None
