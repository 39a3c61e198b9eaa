"""All asks and answers of a dossier, and the overall status."""

from dataclasses import replace

import pytest

from broker.dossiers.board import (
    Reader,
    board_of,
    board_tree,
    deadline_name,
    declarant_tree,
    overall,
    silence_name,
)
from broker.model.dossier import Dossier, Shown, Target
from broker.model.vector import Mark, Vector, pack
from tests.sample_events import CUSTOMS, DOSSIER, PLANTS, answer, ask

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
ONE, TWO = ITEM.format(1), ITEM.format(2)
PERSON = "BorderTransportMeans.Passenger[{}]"
POLICE = Target("passengers", "border-police", "border-control")
GRAVEST_FIRST = (
    ("refused", "refused"),
    ("do_not_load", "do_not_load"),
    ("held", "held"),
    ("information_wanted", "information_wanted"),
    ("inspection", "inspection"),
    ("acknowledged", "waiting"),
    ("conditional", "conditional"),
    ("released", "released"),
)


def shown(*paths, result="new"):
    """These elements were shown at the first showing, and are as they were."""
    marks = {path: Mark(b"%08d" % at, 1) for at, path in enumerate(paths)}
    vector = Vector(Mark(b"restrest", 1), marks)
    return Shown(1, "", "d_1", result, showing=1, vector=pack(vector))


def dossier(asks, answers=(), state="open"):
    """A dossier with these asks and answers; customs was shown the whole, the others elements."""
    known = {CUSTOMS: shown(), PLANTS: shown(ONE, TWO),
             POLICE: shown(PERSON.format(1), PERSON.format(2))}  # fmt: skip
    return Dossier(DOSSIER, "declaration", state=state, shown=known,
                   asks={one.target: one for one in asks}, answers=tuple(answers))  # fmt: skip


def status(*how, **more):
    """The overall status of such a dossier."""
    return overall(board_of(dossier(*how, **more)))


def test_without_asks_only_an_objection_counts():
    """A dossier nobody must answer about needs no release; who objects is heard all the same."""
    assert status([]) == "not_required"
    assert status([], [answer(CUSTOMS, "released")]) == "not_required"
    assert status([], [answer(CUSTOMS, "refused")]) == "refused"


WITHDRAWN = (
    ([], "withdrawn"),
    ([answer(CUSTOMS, "released")], "withdrawn"),
    ([answer(CUSTOMS, "acknowledged")], "withdrawn"),
    ([answer(CUSTOMS, "held", changed_at=2)], "held"),
    ([answer(CUSTOMS, "refused", changed_at=2), answer(PLANTS, "held", "", 2)], "refused"),
)


@pytest.mark.parametrize(("answers", "found"), WITHDRAWN)
def test_a_withdrawal_lifts_no_hold(answers, found):
    """A dossier that was taken back is withdrawn, unless somebody objects to what it held."""
    gone = dossier([], answers, "withdrawn")
    ended = {target: one._replace(result="withdrawn") for target, one in gone.shown.items()}
    assert overall(board_of(replace(gone, shown=ended))) == found


@pytest.mark.parametrize(("word", "found"), GRAVEST_FIRST)
def test_one_answer_gives_its_status(word, found):
    """The only ask's answer is the overall status; an acknowledgement still waits."""
    assert status([ask(CUSTOMS)], [answer(CUSTOMS, word)]) == found


@pytest.mark.parametrize("lighter", range(len(GRAVEST_FIRST)))
@pytest.mark.parametrize("graver", range(len(GRAVEST_FIRST)))
def test_the_gravest_status_wins(graver, lighter):
    """Of two agencies' answers the graver one is the overall status, in either order."""
    words = [GRAVEST_FIRST[index][0] for index in (graver, lighter)]
    wanted = GRAVEST_FIRST[min(graver, lighter)][1]
    for first, second in (words, reversed(words)):
        answers = [answer(CUSTOMS, first, order=1), answer(PLANTS, second, order=2)]
        assert status([ask(CUSTOMS), ask(PLANTS)], answers) == wanted


@pytest.mark.parametrize(
    ("state", "counts"),
    [("open", True), ("overdue", True), ("superseded", False), ("withdrawn", False)],
)
def test_only_asks_in_force_count(state, counts):
    """A superseded or withdrawn ask is no reason to wait."""
    assert (status([ask(CUSTOMS, state=state)]) == "waiting") is counts
    if not counts:
        assert status([ask(CUSTOMS, state=state)]) == "not_required"


def test_what_has_no_answer_is_waited_for():
    """One agency has released, the other was asked and says nothing."""
    assert status([ask(CUSTOMS), ask(PLANTS)], [answer(CUSTOMS, "released")]) == "waiting"


def test_the_board_shows_whose_answer_is_in_force():
    """Each answer stands with its agency and purpose, in the order they came; replaced are gone."""
    known = dossier(
        [ask(CUSTOMS), ask(PLANTS)],
        [answer(PLANTS, "held", ONE, 1), answer(CUSTOMS, "released", "", 2),
         answer(PLANTS, "released", "", 3)],
    )  # fmt: skip
    tree = board_tree(board_of(known), "released")
    assert tree["OverallStatusCode"] == "released"
    assert [(one["AgencyID"], one["PurposeCode"], one["StatusCode"]) for one in tree["Answer"]] == [
        ("customs", "customs-control", "released"),
        ("plant-health", "phytosanitary-control", "released"),
    ]


def test_an_answer_about_what_changed_is_shown_against_the_whole():
    """With the version it was given on, and what it was about; silence says that it is silence."""
    moved = answer(PLANTS, "held", ONE, version=3, changed_at=2)
    silent = answer(PLANTS, "released", "", 2, showing=2, silent=True)
    first, second = board_tree(board_of(dossier([ask(PLANTS)], [moved, silent])), "")["Answer"]
    assert (first.get("Subject"), first["VersionID"], first["FormerSubject"]) == (None, "3", ONE)
    assert (second["StatusCode"], second["Silence"]) == ("released", "true")
    assert "VersionID" not in second


def scope(**names):
    """A message that named persons 1 and 2 of the dossier by these numbers."""
    paths = {PERSON.format(key[1:]): PERSON.format(own) for key, own in names.items()}
    return paths.get


ABOUT = [
    answer(POLICE, "refused", PERSON.format(1), 1),
    answer(POLICE, "held", PERSON.format(2), 2),
]


@pytest.mark.parametrize(
    ("named", "found", "told"),
    [
        (scope(n1=7, n2=8), "refused", [("refused", PERSON.format(7)), ("held", PERSON.format(8))]),
        (scope(n2=1), "held", [("held", PERSON.format(1))]),
        (scope(), "refused", []),
        (None, "refused", [("refused", PERSON.format(1)), ("held", PERSON.format(2))]),
    ],
)
def test_a_reply_names_what_its_message_named_by_its_own_numbers(named, found, told):
    """And nothing else; its status is that of what it named, of the whole if it named nothing."""
    board = board_of(dossier([ask(POLICE)], ABOUT))
    tree = declarant_tree(board, Reader("passengers", named))
    assert tree["OverallStatusCode"] == found
    assert [(one["StatusCode"], one["Subject"]) for one in tree["Answer"]] == told


def test_a_reply_says_of_what_has_gone_only_that_it_is_held():
    """A person that the message did not name, and that is gone, is named to none."""
    gone = answer(POLICE, "held", PERSON.format(9), version=2, changed_at=1)
    board = board_of(dossier([ask(POLICE)], [gone]))
    (one,) = declarant_tree(board, Reader("passengers", scope(n1=1)))["Answer"]
    assert (one["StatusCode"], one["VersionID"]) == ("held", "2")
    assert "9" not in str(one)


def test_reasons_name_no_person_of_another_message():
    """A path in a reason is by the message's own number; one of others' persons is left out."""
    content = {"StatusCode": "held", "SubjectReference": {"Scheme": "ABO", "ID": "SECRET"},
               "Reason": [{"Code": "R1", "Path": PERSON.format(1) + ".BirthDateTime"},
                          {"Code": "R2", "Path": PERSON.format(2)},
                          {"Code": "R3"}]}  # fmt: skip
    one = answer(POLICE, "held", PERSON.format(1), content=content)
    board = board_of(dossier([ask(POLICE)], [one]))
    (own,) = declarant_tree(board, Reader("passengers", scope(n1=4)))["Answer"]
    assert own["Reason"] == [
        {"Code": "R1", "Path": PERSON.format(4) + ".BirthDateTime"}, {"Code": "R2"}, {"Code": "R3"}
    ]  # fmt: skip
    assert "SECRET" not in str(own)


def test_the_parts_of_others_are_shown_by_their_status_alone():
    """What waits there is not shown; what was answered is a status without subject or reason."""
    answers = [answer(PLANTS, "held", ONE, content={"StatusCode": "held", "NativeText": "SECRET"})]
    board = board_of(dossier([ask(PLANTS), ask(CUSTOMS), ask(POLICE)], answers))
    tree = declarant_tree(board, Reader("passengers", scope(n1=1)))
    assert tree["Answer"] == [
        {"AgencyID": "plant-health", "PurposeCode": "phytosanitary-control", "Part": "",
         "StatusCode": "held"}
    ]  # fmt: skip


def test_the_moments_of_an_ask_are_named_by_its_showing():
    """A deadline and a release by silence, for each time something is shown."""
    one = ask(PLANTS, showing=4)
    assert deadline_name(one) == "deadline//plant-health/phytosanitary-control/4"
    assert silence_name(one) == "silence//plant-health/phytosanitary-control/4"
