"""An agency's answer, bound to what was delivered to it."""

from dataclasses import replace

import orjson
import pytest

from broker.core.step import step
from tests.sample_events import (
    CUSTOMS,
    PLANTS,
    event,
    opened,
    put,
    remembered,
    rules,
    said,
)

FLOWERS, BOOKS, MEAT = "06031100", "49019900", "02013000"
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
DOSSIER = opened(FLOWERS, BOOKS)
GIVEN = {target: shown.delivery for target, shown in DOSSIER.shown.items()}
WAITING = replace(DOSSIER, delivered={})
"""Nothing has a number yet: what waits cannot be meant."""
HELD = {"StatusCode": "held"}


def about(subject):
    """An answer about an element."""
    return {"StatusCode": "held", "Subject": subject}


CASES = (
    # dossier, event, outcome, problem
    (DOSSIER, said(2, "plant-health", GIVEN[PLANTS], [HELD]), "applied", ""),
    (DOSSIER, said(2, "plant-health", "", [HELD]), "applied", ""),
    (DOSSIER, said(2, "plant-health", GIVEN[PLANTS], [about(ITEM.format(1))]), "applied", ""),
    (DOSSIER, said(2, "plant-health", "", [about(ITEM.format(1) + ".Origin[#1]")]), "applied", ""),
    (DOSSIER, said(2, "plant-health", "", [about(ITEM.format(2))]), "declined",
     "answer.subject-unknown"),
    (DOSSIER, said(2, "plant-health", "", [about(ITEM.format(11))]), "declined",
     "answer.subject-unknown"),
    (DOSSIER, said(2, "customs", "", [about(ITEM.format(2))]), "applied", ""),
    (DOSSIER, said(2, "customs", "", [about("GoodsShipment.Importer")]), "applied", ""),
    (DOSSIER, said(2, "customs", "", [about("GoodsShipment.Buyer")]), "declined",
     "answer.subject-unknown"),
    (DOSSIER, said(2, "plant-health", GIVEN[CUSTOMS], [HELD]), "declined",
     "answer.nothing-delivered"),
    (DOSSIER, said(2, "animal-health", "", [HELD]), "declined", "answer.nothing-delivered"),
    (DOSSIER, said(2, "plant-health", "d_none", [HELD]), "declined", "answer.nothing-delivered"),
    (WAITING, said(2, "plant-health", GIVEN[PLANTS], [HELD]), "declined",
     "answer.nothing-delivered"),
    (DOSSIER, said(2, "plant-health", GIVEN[PLANTS], [about(ITEM.format("01"))]), "applied", ""),
    (remembered(step(DOSSIER, event("withdraw", 9), rules())), said(10, "plant-health", "", [HELD]),
     "applied", ""),
    (DOSSIER, said(2, "customs", "", [HELD], problem="reference.ambiguous"), "declined",
     "reference.ambiguous"),
    (replace(DOSSIER, outcomes=frozenset({"e_2"})), said(2, "customs", "", [HELD]), "repeated",
     ""),
)  # fmt: skip


@pytest.mark.parametrize(("dossier", "one", "outcome", "code"), CASES)
def test_an_agency_answers_only_what_was_delivered_to_it(dossier, one, outcome, code):
    """By delivery or by reference, about its own elements; a number may be spelled in any way."""
    effects = step(dossier, one, rules())
    assert effects.outcome == outcome
    assert [problem.code for problem in effects.problems] == ([code] if code else [])


@pytest.mark.parametrize(("dossier", "one", "outcome", "code"), CASES)
def test_what_is_declined_changes_nothing_and_is_told_to_the_agency(dossier, one, outcome, code):
    """No answer, no reference, no board; one reply on the agency's own feed."""
    effects = step(dossier, one, rules())
    if outcome == "declined":
        assert effects.dossier == dossier
        assert (effects.answers, effects.aliases, effects.asks) == ((), (), ())
        assert [(row.recipient, row.what) for row in effects.queue] == [(one.recipient, "reply")]


def test_what_a_view_withheld_cannot_be_named():
    """Statistics was given the whole, but no importer: naming one tells it nothing."""
    dossier = opened(BOOKS)
    free = remembered(step(dossier, said(2, "customs", "", [{"StatusCode": "released"}]), rules()))
    for number, (subject, outcome) in enumerate(
        (
            (ITEM.format(1), "applied"),
            ("GoodsShipment.Importer", "declined"),
            ("GoodsShipment.Buyer", "declined"),
            ("GoodsShipment.Consignment.TransportEquipment[1]", "declined"),
        ),
        10,
    ):
        effects = step(free, said(number, "statistics", "", [about(subject)]), rules())
        assert effects.outcome == outcome, subject


def test_without_a_delivery_the_oldest_given_since_the_last_answer_is_meant():
    """Each answer goes one delivery further; behind the last one, the last one is meant again."""
    dossier = remembered(step(DOSSIER, put(2, FLOWERS, FLOWERS), rules()))
    given = max(one.seq for one in dossier.delivered.values())
    first = max(one.seq for one in DOSSIER.delivered.values())
    for number, (upto, version) in enumerate(((first, 1), (given, 2), (given, 2)), 3):
        one = said(number, "plant-health", "", [{**HELD, "NativeText": str(number)}], given=upto)
        effects = step(dossier, one, rules())
        assert [one.version for one in new_answers(effects, number)] == [version]
        dossier = remembered(effects)


def new_answers(effects, number):
    """The answers that this event gave."""
    return [one for one in effects.answers if one.event == f"e_{number}"]


def test_an_adverse_answer_to_an_older_delivery_holds_the_part():
    """What it was about is as it was, whatever was added: held about it. Else about the whole."""
    other = remembered(step(DOSSIER, put(2, FLOWERS, FLOWERS), rules()))
    for codes, at in (((FLOWERS, MEAT), 0), ((FLOWERS, FLOWERS), 0), (("06031200", BOOKS), 2)):
        dossier = remembered(step(DOSSIER, put(2, *codes), rules()))
        effects = step(dossier, said(3, "plant-health", GIVEN[PLANTS], [HELD]), rules())
        assert [(one.version, one.changed_at) for one in effects.answers] == [(1, at)]
        assert effects.dossier.overall == "held"
    late = said(3, "plant-health", GIVEN[PLANTS], [about(ITEM.format(1))])
    assert [one.changed_at for one in step(other, late, rules()).answers] == [0]


def test_an_answer_under_several_purposes_is_one_for_each():
    """Whoever was given a document for two purposes has answered under both."""
    other = replace(DOSSIER.delivered[GIVEN[PLANTS]], id="d_2",
                    target=PLANTS._replace(purpose="species-protection"))  # fmt: skip
    dossier = replace(DOSSIER, delivered={**DOSSIER.delivered, "d_2": other})
    effects = step(dossier, said(3, "plant-health", "", [HELD]), rules())
    assert {(one.purpose, one.ordinal) for one in effects.answers} == {
        ("phytosanitary-control", 0),
        ("species-protection", 1),
    }


@pytest.mark.parametrize(
    ("recipient", "bound"), [("customs", [("MRN", "26QZ1")]), ("plant-health", [])]
)
def test_only_a_recipient_that_binds_gives_references(recipient, bound):
    """Customs gives the MRN; what another agency calls an MRN is bound nowhere."""
    references = (("MRN", "26QZ1"), ("LRN", "X"), ("QRN", "Y"))
    effects = step(DOSSIER, said(2, recipient, "", [HELD], references=references), rules())
    assert [(one.scheme, one.value) for one in effects.aliases] == bound
    assert {one.dossier for one in effects.aliases} <= {DOSSIER.id}


def test_an_answer_said_again_is_repeated():
    """The same words about the same version change nothing and tell nobody."""
    first = step(DOSSIER, said(2, "customs", "", [HELD]), rules())
    again = step(remembered(first), said(3, "customs", "", [HELD]), rules())
    assert again.outcome == "repeated"
    assert again.queue == ()


@pytest.mark.parametrize(("status", "becomes"), [("released", "conditional"), ("held", "held")])
def test_a_release_of_part_of_a_quantity_is_conditional(status, becomes):
    """The declarant sees of how much; an objection stays what it is."""
    part = {"StatusCode": status, "QuantityMeasure": {"value": "400", "unit": "KGM"}}
    first = step(DOSSIER, said(2, "customs", "", [{"StatusCode": "released"}]), rules())
    effects = step(remembered(first), said(3, "plant-health", "", [part]), rules())
    assert effects.dossier.overall == becomes
    board = orjson.loads(effects.queue[-1].payload)["board"]["Answer"]
    (shown,) = [one for one in board if one["AgencyID"] == "plant-health"]
    conditions = [{"Text": "for 400 KGM only"}] if becomes == "conditional" else None
    assert (shown["StatusCode"], shown.get("Condition")) == (becomes, conditions)


def test_an_answer_that_was_replaced_may_be_given_again():
    """Held, then the whole released, then held again: the third is a new answer."""
    dossier = DOSSIER
    for number, (one, status) in enumerate(
        (
            (about(ITEM.format(1)), "held"),
            ({"StatusCode": "released"}, "waiting"),
            (about(ITEM.format(1)), "held"),
        ),
        2,
    ):
        effects = step(dossier, said(number, "plant-health", "", [one]), rules())
        assert (effects.outcome, effects.dossier.overall) == ("applied", status)
        dossier = remembered(effects)


def test_a_notice_may_be_answered_and_a_board_is_no_delivery():
    """What is gone is answered by its notice; the id of a board or of another's row means none."""
    gone = step(DOSSIER, put(2, BOOKS, BOOKS), rules())
    (notice,) = [one.notice for one in gone.withdrawals]
    dossier = remembered(gone)
    one = said(3, "plant-health", notice.id, [{"StatusCode": "released"}])
    assert step(dossier, one, rules()).outcome == "applied"
    for recipient, delivery in (("customs", notice.id), ("customs", "d_board")):
        effects = step(dossier, said(3, recipient, delivery, [HELD]), rules())
        assert [one.code for one in effects.problems] == ["answer.nothing-delivered"]


def test_reasons_stay_inside():
    """What customs and the declarant are sent holds no word of plant health's reasons."""
    secret = {"StatusCode": "held", "NativeText": "hush-hush-native",
              "Reason": [{"Code": "PH-07", "Text": "hush-hush-reason"}]}  # fmt: skip
    effects = step(DOSSIER, said(2, "plant-health", "", [secret]), rules())
    assert effects.outcome == "applied"
    assert len(effects.queue) == 2
    assert not any(b"hush-hush" in row.payload for row in effects.queue)
    assert orjson.loads(effects.queue[-1].payload)["board"]["Answer"][0]["Reason"] == [
        {"Code": "PH-07"}
    ]


def test_an_answer_without_entries_decides_nothing():
    """A response with no answer in it is not held against the agency."""
    effects = step(DOSSIER, event("answer", 2, body={}, recipient="customs"), rules())
    assert effects.answers == ()
    assert effects.queue == ()


def test_answers_of_one_submission_come_in_the_order_of_its_messages():
    """Held as a whole, then an item of it released: also when they are loaded again."""
    item = {"StatusCode": "released", "Subject": ITEM.format(1)}
    first = replace(said(2, "customs", "", [HELD]), id="e_z", message=1)
    second = replace(said(2, "customs", "", [item]), id="e_a", message=2)
    dossier = remembered(step(DOSSIER, first, rules()))
    effects = step(dossier, second, rules())
    ordered = sorted(effects.dossier.answers, key=lambda one: (one.order, one.ordinal))
    assert [one.status for one in ordered] == ["held", "released"]
