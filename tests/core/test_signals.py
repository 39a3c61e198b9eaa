"""What an operator is told of an event: values of the step, lines and counts of the station."""

import io
import json
import sys
from dataclasses import replace

import pytest
import structlog

from broker import logs
from broker.core import station as core_station
from broker.core.effects import Signal
from broker.core.station import CoreStation, Loaded
from broker.core.step import step
from broker.metrics import METRICS
from broker.model.dossier import Dossier
from broker.model.request_table import RequestTable, State
from tests.core.test_corrected import correct
from tests.core.test_requested import BOOKS, PROFILE, amend, decide, lodged, play, withdraw
from tests.sample_events import CUSTOMS, DOSSIER, put, rules, said

MRN = [("MRN", "26QZ1")]
NOWHERE = RequestTable((State("lodged"),), {"withdraw": {"any": "ask veterinary-control"}},
                       otherwise="QZ-R-9", valid_from="2026-01-01")  # fmt: skip
"""A table that asks a purpose under which no recipient decides."""


def without_decider():
    """The sample's rules, with that table for its declarations."""
    tables = {**rules().tables, "qz-declarations": (NOWHERE,)}
    return replace(rules(), tables=tables)


def signals(effects):
    """What an event's effects tell operators."""
    return [one.what for one in effects.signals]


@pytest.fixture
def lines(monkeypatch):
    """What is logged, as objects."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up("INFO")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()


def test_a_request_that_no_one_decides_is_refused_and_signalled():
    """The sender is given the table's code; the operator is told which purpose is missing."""
    dossier, _ = play(put(1, BOOKS, **PROFILE))
    effects = step(dossier, withdraw(3), without_decider())
    assert effects.outcome == "declined"
    assert [one.native for one in effects.problems] == ["QZ-R-9"]
    (signal,) = effects.signals
    assert signal.what == "no_decider"
    assert signal.fields == {
        "dossier": DOSSIER, "kind": "declaration", "event_id": "e_3", "does": "withdraw",
        "purpose": "veterinary-control", "table": "qz-declarations@2026-01-01",
    }  # fmt: skip


def test_the_station_logs_and_counts_it_without_a_value(lines):
    """A warning with ids and names of the configuration; a count under its own state."""
    dossier, _ = play(put(1, BOOKS, **PROFILE))
    labels = {"kind": "declaration", "does": "withdraw", "state": "no_decider"}
    before = METRICS.registry.get_sample_value("swb_requests_total", labels) or 0
    station = CoreStation(without_decider())
    station._step(withdraw(3), Loaded({DOSSIER: dossier}, {}, {}))
    assert METRICS.registry.get_sample_value("swb_requests_total", labels) == before + 1
    (line,) = [one for one in lines() if one["event"] == "request.no-decider"]
    assert {name for name in line if name not in {"timestamp", "room", "event"}} == {
        "level", "dossier", "kind", "event_id", "does", "purpose", "table"
    }  # fmt: skip
    assert (line["level"], line["room"]) == ("warning", "core")


def test_what_someone_decides_is_not_signalled():
    """A request on its way, its grant and its refusal are counted by their states."""
    dossier, effects = play(amend(), decide(4, "customs", "granted"), dossier=lodged())
    assert [signals(one) for one in effects] == [[], []]
    assert dossier.requests == {}


@pytest.mark.parametrize(("status", "opens"), [("granted", 1), ("refused", 1), ("undecided", 0)])
def test_a_native_decision_where_no_request_is_open_is_signalled(status, opens):
    """Status 39 or 41 of nothing is a notice to the declarant, and a signal to the operator."""
    content = {"NativeCode": "11", "RequestStatus": [{"StatusCode": status}]}
    dossier, (effects,) = play(said(3, "customs", "", [content], references=MRN), dossier=lodged())
    assert effects.outcome == "applied"
    assert signals(effects) == ["none_open"] * opens
    assert [one.fields["status"] for one in effects.signals] == [status] * opens
    assert dossier.overall == "released"


def test_a_refusal_of_the_declaration_is_not_signalled():
    """03 without a request decides the declaration itself: that is what it says."""
    content = {"NativeCode": "03", "StatusCode": "refused",
               "RequestStatus": [{"StatusCode": "refused"}]}  # fmt: skip
    dossier, _ = play(put(1, BOOKS, **PROFILE))
    given = dossier.shown[CUSTOMS].delivery
    _, (effects,) = play(said(3, "customs", given, [content]), dossier=dossier)
    assert signals(effects) == []


CORRECTIONS = (
    # what happens before, the words of the correction, signals
    ((), "words of customs", []),
    ((amend(),), "words of customs", ["differs"]),
    ((amend(), decide(4, "customs", "granted")), "other books", []),
    ((amend(), decide(4, "customs", "granted")), "words of customs", ["differs"]),
    ((amend(), decide(4, "customs", "granted"), amend(5, "third words"),
      decide(6, "customs", "refused")), "words of customs", ["differs"]),
)  # fmt: skip


@pytest.mark.parametrize(("happened", "words", "expected"), CORRECTIONS)
def test_a_correction_that_differs_from_what_was_granted_is_signalled(happened, words, expected):
    """07 confirms what was granted; a difference is reported, and so is a request overtaken."""
    dossier, _ = play(*happened, dossier=lodged())
    _, (effects,) = play(correct(9, words), dossier=dossier)
    assert effects.outcome == "applied"
    assert signals(effects) == expected


def test_after_the_next_version_a_correction_is_the_authoritys_own_again():
    """What was granted is not in force any more."""
    dossier, _ = play(amend(), decide(4, "customs", "granted"), correct(5), dossier=lodged())
    _, (effects,) = play(correct(6, "once more"), dossier=dossier)
    assert signals(effects) == []


def test_a_correction_that_cannot_be_applied_is_signalled():
    """Its declarant and the authority are told as well."""
    dossier, (effects,) = play(
        correct(3, path="GoodsShipment.GovernmentAgencyGoodsItem[7].Commodity.Description"),
        dossier=lodged(),
    )
    assert signals(effects) == ["not_applied"]
    assert effects.signals[0].fields["recipient"] == "customs"
    assert isinstance(dossier, Dossier)


KINDS = (
    ("none_open", "request.none-open"),
    ("differs", "correction.differs"),
    ("not_applied", "correction.not-applied"),
)


@pytest.mark.parametrize(("what", "line"), KINDS)
def test_every_signal_has_a_line_of_its_own(what, line, lines):
    """A warning, with the fields that the step gave."""
    core_station._report(Signal(what, {"dossier": DOSSIER, "recipient": "customs"}))
    (logged,) = lines()
    assert (logged["event"], logged["level"], logged["recipient"]) == (line, "warning", "customs")
