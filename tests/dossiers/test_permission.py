"""The state of a part by its profile's table, and what the tables of the sample profiles say."""

from dataclasses import replace

import pytest

from broker.dossiers.permission import state_of
from broker.model.dossier import Dossier
from broker.model.request_table import RequestTable, State, tables_in_force
from broker.model.vector import Vector, pack, unpack
from tests.broker_in_process import configuration
from tests.sample_events import CUSTOMS, PLANTS, answer, opened

DAY = "2026-11-22"


def table_of(profile):
    """The table of a sample profile."""
    return tables_in_force(configuration().profiles[profile].requests, DAY)


def known(*facts, answers=(), part="", **more):
    """A lodged declaration of which this is known."""
    return replace(opened("06031100"), facts={part: facts}, answers=tuple(answers), **more)


HELD = answer(PLANTS, "held")
UK = (
    # what is known, state
    (known(), "lodged"),
    (known("code:02"), "registered"),
    (known("code:01"), "accepted"),
    (known("code:01", "code:02"), "accepted"),
    (known("code:01", answers=[HELD]), "control"),
    (known("code:08", answers=[HELD]), "released"),
    (known("code:01", "code:13", "code:13/67"), "accepted"),
    (known("code:01", "code:13/4"), "taxed"),
    (known("code:08", "code:13/4"), "taxed"),
    (known("code:01", "code:08", "code:09"), "cleared"),
    (known("code:02", "code:03"), "refused"),
    (known("code:01", "code:03"), "accepted"),
    (known("code:09", state="withdrawn"), "withdrawn"),
    (known("code:09", state="ended"), "ended"),
)


@pytest.mark.parametrize(("dossier", "state"), UK)
def test_the_state_of_a_uk_declaration_is_told_by_the_codes_of_customs(dossier, state):
    """In whatever order they came: the last state of the table whose conditions hold."""
    assert state_of(dossier, "", table_of("uk-cds")) == state


UK_SAYS = (
    # action, state, verdict
    ("lodge", "lodged", "CDS12003"), ("lodge", "accepted", "CDS12003"),
    ("amend", "registered", "customs-control"), ("amend", "control", "customs-control"),
    ("amend", "released", "customs-control"), ("amend", "taxed", "CDS12015"),
    ("amend", "cleared", "CDS12015"), ("amend", "refused", "CDS12015"),
    ("withdraw", "accepted", "customs-control"), ("withdraw", "taxed", "customs-control"),
    ("withdraw", "released", "customs-control"), ("withdraw", "cleared", "CDS12015"),
    ("withdraw", "refused", "CDS12015"), ("present", "registered", "customs-control"),
    ("present", "accepted", "CDS12014"),
)  # fmt: skip


@pytest.mark.parametrize(("action", "state", "word"), UK_SAYS)
def test_the_table_of_the_uk_is_the_published_one(action, state, word):
    """Asked of customs, or refused with its code."""
    verdict = table_of("uk-cds").verdict(action, state, "")
    assert word in {verdict.purpose, verdict.code}


def test_a_release_of_any_item_is_a_release_in_the_sample_state():
    """Customs has released something that is still as it was: a cancellation is asked."""
    released = known(answers=[answer(CUSTOMS, "released")])
    assert state_of(released, "", table_of("qz-declarations")) == "released"
    assert state_of(known(answers=[answer(PLANTS, "released")]), "",
                    table_of("qz-declarations")) == "lodged"  # fmt: skip


def test_what_was_released_and_has_changed_since_is_unanswered():
    """Whether the agency has acknowledged the new version meanwhile makes no difference."""
    table = RequestTable((State("lodged"), State("answered", answered=True)), {})
    dossier = opened("06031100")
    released = replace(dossier, answers=(answer(CUSTOMS, "released"),))
    assert state_of(released, "", table) == "answered"
    shown = dossier.shown[CUSTOMS]
    elements = {path: one._replace(since=2) for path, one in unpack(shown.vector).elements.items()}
    rest = unpack(shown.vector).rest._replace(since=2)
    vector = pack(Vector(rest, elements))
    changed = {**dossier.shown, CUSTOMS: shown._replace(showing=2, vector=vector)}
    assert state_of(replace(released, shown=changed), "", table) == "lodged"
    held = replace(dossier, answers=(answer(CUSTOMS, "held"),), shown=changed)
    assert state_of(held, "", table) == "answered"


FAL = (
    # facts of the whole visit, part, state, verdict of a withdrawal
    ((), "FAL5", "lodged", "apply"),
    (("arrived",), "", "arrived", "refuse"),
    (("arrived",), "FAL5", "arrived", "apply"),
)


@pytest.mark.parametrize(("facts", "part", "state", "does"), FAL)
def test_a_call_is_not_cancelled_after_its_arrival_and_forms_are(facts, part, state, does):
    """The arrival is known of the visit, and of each of its parts."""
    table = table_of("uk-nmsw-fal5")
    visit = Dossier("o_1", "visit", state="open", facts={"": facts}, versions={"FAL5": 1})
    assert state_of(visit, part, table) == state
    assert table.verdict("withdraw", state, part).does == does
    for form in ("VID", "COA", "NOA", "NOD", "ATA", "ATD", "SID"):
        assert table.verdict("withdraw", "lodged", form).code == "R-MAI-004"
