"""All asks and answers of a dossier, and the overall status."""

from dataclasses import replace

import pytest

from broker.dossiers import board
from broker.dossiers.board import (
    GRAVITY,
    ask_status,
    board_tree,
    current_answers,
    deadline_name,
    elapsed,
)
from broker.model.answer import ANSWER_STATUSES
from tests.sample_events import CUSTOMS, PLANTS, answer, ask, board_of

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
ONE, TWO = ITEM.format(1), ITEM.format(2)
BOTH = ask(PLANTS, (ONE, TWO))
WHOLE = ask(CUSTOMS)
GRAVEST_FIRST = (
    ({"refused"}, "refused"),
    ({"do_not_load"}, "do_not_load"),
    ({"held"}, "held"),
    ({"information_wanted"}, "information_wanted"),
    ({"inspection"}, "inspection"),
    ({"acknowledged"}, "waiting"),
    ({"conditional"}, "conditional"),
    ({"released"}, "released"),
)


def overall(dossier):
    """The status over the dossier's own asks."""
    return board.overall(dossier, dossier.asks)


def test_without_asks_nothing_is_required():
    """A dossier nobody must answer about has the status not_required, whatever was said."""
    assert overall(board_of([])) == "not_required"
    assert overall(board_of([], [answer(CUSTOMS, "refused")])) == "not_required"


def test_a_withdrawn_dossier_is_withdrawn():
    """Whatever was answered, a withdrawn declaration is withdrawn."""
    dossier = replace(board_of([WHOLE], [answer(CUSTOMS, "held")]), state="withdrawn")
    assert overall(dossier) == "withdrawn"


@pytest.mark.parametrize(("said", "shown"), GRAVEST_FIRST)
def test_one_answer_gives_its_status(said, shown):
    """The only ask's answer is the overall status; an acknowledgement still waits."""
    (status,) = said
    assert overall(board_of([WHOLE], [answer(CUSTOMS, status)])) == shown


def test_every_status_an_agency_may_say_has_its_gravity():
    """No answer can come that the board cannot weigh."""
    assert set(ANSWER_STATUSES) - {"acknowledged"} <= set(GRAVITY)
    assert {shown for _, shown in GRAVEST_FIRST} == set(GRAVITY)


@pytest.mark.parametrize("lighter", range(len(GRAVEST_FIRST)))
@pytest.mark.parametrize("graver", range(len(GRAVEST_FIRST)))
def test_the_gravest_status_wins(graver, lighter):
    """Of two agencies' answers the graver one is the overall status, in either order."""
    said = [next(iter(GRAVEST_FIRST[index][0])) for index in (graver, lighter)]
    wanted = GRAVEST_FIRST[min(graver, lighter)][1]
    for first, second in (said, reversed(said)):
        answers = [answer(CUSTOMS, first, order=1), answer(PLANTS, second, order=2)]
        assert overall(board_of([WHOLE, ask(PLANTS)], answers)) == wanted


ANSWERED = (
    # answers to an ask about two items, status
    ([], "waiting"),
    ([answer(PLANTS, "released", ONE)], "waiting"),
    ([answer(PLANTS, "released", ONE), answer(PLANTS, "released", TWO, 2)], "released"),
    ([answer(PLANTS, "released", ONE), answer(PLANTS, "held", TWO, 2)], "held"),
    ([answer(PLANTS, "held", ONE)], "held"),
    ([answer(PLANTS, "released")], "released"),
    ([answer(PLANTS, "held", ONE), answer(PLANTS, "released", "", 2)], "released"),
    ([answer(PLANTS, "released"), answer(PLANTS, "held", ONE, 2)], "held"),
    ([answer(PLANTS, "held", ONE), answer(PLANTS, "released", ONE, 2)], "waiting"),
    ([answer(PLANTS, "held", ONE, 2), answer(PLANTS, "released", "", 1)], "held"),
    ([answer(PLANTS, "released", f"{ONE}.Commodity")], "waiting"),
    ([answer(PLANTS, None)], "waiting"),
    ([answer(PLANTS, "released"), answer(PLANTS, None, "", 2)], "released"),
    ([answer(PLANTS, "acknowledged"), answer(PLANTS, "released", ONE, 2)], "waiting"),
    ([answer(CUSTOMS, "released")], "waiting"),
    ([answer(PLANTS, "held", check="A"), answer(PLANTS, "released", "", 2, check="B")], "held"),
    ([answer(PLANTS, "held", ONE, check="A"), answer(PLANTS, "released", "", 2)], "held"),
    ([answer(PLANTS, "held", check="A"), answer(PLANTS, "released", "", 2, check="A")],
     "released"),
)  # fmt: skip


@pytest.mark.parametrize(("answers", "status"), ANSWERED)
def test_an_ask_is_settled_when_all_its_elements_are(answers, status):
    """Every element, or the whole; a later whole replaces its elements, under its own check."""
    assert overall(board_of([BOTH], answers)) == status
    assert ask_status(board_of([BOTH], answers), PLANTS) == status


VERSIONS = (
    # ask's version, answers (version, order, status), status
    (2, [(1, 1, "released")], "waiting"),
    (2, [(2, 1, "released")], "released"),
    (2, [(2, 1, "released"), (1, 2, "held")], "released"),
    (2, [(1, 1, "held"), (2, 2, "released")], "released"),
    (1, [(2, 1, "released")], "released"),
)


@pytest.mark.parametrize(("version", "said", "status"), VERSIONS)
def test_an_answer_about_an_older_ask_never_settles_a_newer_one(version, said, status):
    """Nor does it replace what was said about the newer one, though it comes later."""
    answers = [answer(CUSTOMS, what, order=order, version=about) for about, order, what in said]
    assert overall(board_of([WHOLE._replace(version=version)], answers)) == status


def test_an_older_whole_does_not_replace_a_newer_element():
    """A late word about the old version leaves the new version's item held."""
    answers = [
        answer(PLANTS, "held", ONE, 1, version=2),
        answer(PLANTS, "released", "", 2, version=1),
    ]
    assert overall(board_of([BOTH._replace(version=2)], answers)) == "held"


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("open", True),
        ("overdue", True),
        ("released", True),
        ("superseded", False),
        ("withdrawn", False),
    ],
)
def test_only_standing_asks_count(state, counts):
    """A superseded or withdrawn ask is no reason to wait."""
    status = overall(board_of([ask(CUSTOMS, state=state)]))
    assert (status != "not_required") is counts
    assert overall(board_of([ask(CUSTOMS, state="released")])) == "released"


def test_a_notice_decides_nothing_and_is_kept():
    """Answers without status stand beside those with one, all of them."""
    said = [answer(CUSTOMS, None, "", 1), answer(CUSTOMS, "held", "", 2),
            answer(CUSTOMS, None, "", 3)]  # fmt: skip
    assert [one.order for one in current_answers(said)] == [1, 2, 3]


def test_silence_that_escalates_shows_the_ask_overdue():
    """The ask stays open to an answer, and the dossier waits."""
    dossier = board_of([WHOLE])
    after = elapsed(dossier, deadline_name(WHOLE))
    assert after.asks[CUSTOMS].state == "overdue"
    assert overall(after) == "waiting"
    answered = replace(after, answers=(answer(CUSTOMS, "released"),))
    assert overall(answered) == "released"


def test_silence_that_releases_closes_the_ask():
    """The ask is released by silence, until its agency says something after all."""
    silent = ask(CUSTOMS, silence="release")
    after = elapsed(board_of([silent]), deadline_name(silent))
    assert after.asks[CUSTOMS].state == "released"
    assert overall(after) == "released"
    noted = replace(after, answers=(answer(CUSTOMS, "acknowledged"),))
    assert overall(noted) == "released"
    late = replace(after, answers=(answer(CUSTOMS, "refused"),))
    assert overall(late) == "refused"


@pytest.mark.parametrize(
    ("one", "answers", "name"),
    [
        (WHOLE, [answer(CUSTOMS, "held")], deadline_name(WHOLE)),
        (WHOLE, [answer(CUSTOMS, "released")], deadline_name(WHOLE)),
        (WHOLE._replace(state="superseded"), [], deadline_name(WHOLE)),
        (WHOLE._replace(state="withdrawn"), [], deadline_name(WHOLE)),
        (WHOLE._replace(state="overdue"), [], deadline_name(WHOLE)),
        (WHOLE, [], deadline_name(WHOLE._replace(version=2))),
        (WHOLE, [], "deadline//somebody/else/1"),
    ],
)
def test_a_deadline_that_no_longer_matters_changes_nothing(one, answers, name):
    """Answered, gone, or of another version: the dossier stays as it is."""
    dossier = board_of([one], answers)
    assert elapsed(dossier, name) is dossier


def test_an_acknowledgement_does_not_stop_the_clock():
    """An agency that has only acknowledged is overdue like one that was silent."""
    dossier = board_of([WHOLE], [answer(CUSTOMS, "acknowledged")])
    assert elapsed(dossier, deadline_name(WHOLE)).asks[CUSTOMS].state == "overdue"


def test_the_board_shows_whose_answer_is_in_force():
    """Each current answer stands with its agency and purpose; replaced ones are gone."""
    dossier = board_of(
        [WHOLE, BOTH],
        [answer(PLANTS, "held", ONE, 1), answer(CUSTOMS, "released", "", 2),
         answer(PLANTS, "released", "", 3)],
    )  # fmt: skip
    tree = board_tree(replace(dossier, overall="released"))
    assert tree["OverallStatusCode"] == "released"
    assert [(one["AgencyID"], one["PurposeCode"], one["StatusCode"]) for one in tree["Answer"]] == [
        ("customs", "customs-control", "released"),
        ("plant-health", "phytosanitary-control", "released"),
    ]
