"""A broker that breaks a promise about requests in one of the ways that were feared is caught."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import Phase, find
from hypothesis import settings as hypothesis
from hypothesis.errors import NoSuchExample

from broker.core import corrected, decided, ended, requested, routed, step, told
from broker.core.effects import Making
from broker.dossiers import board, fold, permission
from broker.dossiers.permission import Permission
from broker.model.dossier import Change
from broker.model.events import with_body
from broker.model.request_table import Verdict
from tests.promises.requests.moves import runs
from tests.promises.requests.play import run

RUNS = 300


def cancelled_at_once(patch):
    """A withdrawal that must be asked is applied as soon as it comes."""
    real = step.permission_for

    def permission_for(dossier, event, table):
        found = real(dossier, event, table)
        asks = event.does == "withdraw" and found.verdict.does == "ask" and found.open is None
        return Permission(Verdict("apply"), found.state) if asks else found

    patch.setattr(step, "permission_for", permission_for)


def whole_body_taken(patch):
    """An amendment takes over all that its body says, whether it points at it or not."""
    real = fold.amend

    def amend(base, body, changes, package, fixed=()):
        found = real(base, body, changes, package, fixed)
        more = [
            Change("amend", problem.path, {}) for problem in found.problems
            if problem.severity == "warning" and problem.path
        ]  # fmt: skip
        return real(base, body, [*changes, *more], package, fixed) if more else found

    patch.setattr(fold, "amend", amend)


def one_of_two_grants(patch):
    """A request is granted as soon as one of those who must grant it does."""
    patch.setattr(decided, "all", any, raising=False)


def stranger_grants(patch):
    """An agency that is not asked decides a request by its number."""
    meant, decide = step.request_meant, step.decide_request

    def request_meant(dossier, event):
        number = event.body.get("RequestID")
        open_ones = {str(one.number): one for one in dossier.requests.values()}
        return open_ones.get(number) or meant(dossier, event)

    def decide_request(dossier, event, request, rules):
        holders = [holder.recipient for holder in request.deciding]
        if event.recipient not in holders:
            event = replace(event, recipient=holders[0])
        return decide(dossier, event, request, rules)

    patch.setattr(step, "request_meant", request_meant)
    patch.setattr(step, "decide_request", decide_request)


def granted_at_expiry(patch):
    """Silence grants."""
    real = step.expire_request

    def expire_request(making, rules):
        for request in making.dossier.requests.values():
            if requested.expiry_name(request) == making.event.name:
                decided._grant(making.state(), making, request, (), rules)
                return True
        return real(making, rules)

    patch.setattr(step, "expire_request", expire_request)


def end_not_told(patch):
    """The sender of a request hears that it is open, and never how it ended."""
    real = step.send_request_replies

    def send(making, rules):
        making.replies = [one for one in making.replies if one.request.state == "open"]
        real(making, rules)

    patch.setattr(step, "send_request_replies", send)


def end_told_twice(patch):
    """The sender of a request hears twice how it ended."""
    real = step.send_request_replies

    def send(making, rules):
        real(making, rules)
        making.replies = [one for one in making.replies if one.request.state != "open"]
        real(making, rules)

    patch.setattr(step, "send_request_replies", send)


def holders_not_told(patch):
    """Those who were asked do not hear that there is nothing to decide any more."""
    real = decided.end

    def end(making, *about, **more):
        known = list(making.withdrawals)
        real(making, *about, **more)
        making.withdrawals = known

    patch.setattr(decided, "end", end)


def open_after_release(patch):
    """A request stays open when the agency that decides it has released the goods."""
    patch.setattr(step, "overtake", lambda _making: None)


def recipients_told_at_once(patch):
    """Agencies hear that something is withdrawn when that is only asked."""
    real = step.ask_for

    def ask_for(dossier, event, terms, rules):
        made = real(dossier, event, terms, rules)
        if isinstance(made, Making) and event.does == "withdraw":
            gone = {part: one.version for part, one in dossier.live.items()
                    if event.part in {"", part}}  # fmt: skip
            routed.withdraw(made, gone, rules)
        return made

    patch.setattr(step, "ask_for", ask_for)


def anyone_takes_back(patch):
    """A request is taken back by whoever knows its number."""
    real = step.take_back

    def take_back(dossier, event):
        for request in dossier.requests.values():
            event = replace(event, party=request.event.party)
        return real(dossier, event)

    patch.setattr(step, "take_back", take_back)


def changed_while_asked(patch):
    """What an open request names is changed at once by another message."""
    patch.setattr(permission, "names_same", lambda _request, _event: False)


def shown_beyond_view(patch):
    """Whoever is sent a request sees all that would change."""
    patch.setattr(requested, "_cut", lambda result, tree, _rules: tree if result and tree else {})


def holder_not_asked(patch):
    """An agency that holds what would change is not asked."""
    patch.setattr(requested, "_objecting", lambda *_about: ())


def fixed_is_amended(patch):
    """What the table fixes is amended like anything else."""
    real = fold.amend
    patch.setattr(fold, "amend", lambda *about: real(*about[:4]))


def requests_lost_in_correction(patch):
    """A correction drops the requests that are open, and says so to no one."""
    real = step.correct_part

    def correct_part(before, making, rules):
        code = real(before, making, rules)
        if making.document is not None:
            making.dossier = replace(making.dossier, requests={})
        return code

    patch.setattr(step, "correct_part", correct_part)


def amended_against_correction(patch):
    """An amendment of what an authority has corrected stays open."""
    patch.setattr(corrected, "_overtake_amendments", lambda *_: None)


def anyone_corrects(patch):
    """Whoever was sent a declaration corrects it."""

    def parts(making, _rules):
        given = [one for one in making.answers.values() if one.event == making.event.id]
        return [one.part for one in given if one.part in making.dossier.live]

    patch.setattr(corrected, "_parts", parts)


def corrected_as_delivered(patch):
    """A correction is written over the version that it was made on, whatever has come since."""
    real = corrected.correct

    def correct(dossier, event, part):
        delivered = dossier.delivered.get(event.body.get("DeliveryID"))
        if delivered is not None:
            live = dossier.live[part]
            payload = with_body(live.payload, orjson.dumps(delivered.content["body"]))
            known = {**dossier.live, part: replace(live, payload=payload)}
            dossier = replace(dossier, live=known)
        return real(dossier, event, part)

    patch.setattr(corrected, "correct", correct)


def correction_not_told(patch):
    """The declarant of what was corrected does not hear of it."""
    patch.setattr(Making, "remark", lambda *_: None)


def pointer_after_failure(patch):
    """What an authority has corrected in vain is amended by pointer all the same."""
    patch.setattr(corrected, "with_fact", lambda dossier, *_: dossier)


def anyone_ends(patch):
    """Whoever answers that a dossier has ended ends it."""
    patch.setattr(step, "forbidden_ending", lambda *_: "")


def requests_open_after_ending(patch):
    """Requests stay open in a dossier that has ended."""
    patch.setattr(ended, "end", lambda *_: None)


def asks_open_after_ending(patch):
    """Agencies are asked on about what has ended."""
    real = step.end_dossier

    def end_dossier(making):
        asks = dict(making.asks)
        real(making)
        making.asks = asks

    patch.setattr(step, "end_dossier", end_dossier)


def ending_not_told(patch):
    """Those who were shown something do not hear that it has ended."""
    patch.setattr(ended, "_notify", lambda *_: None)


def _over_at_once(patch, state):
    real = board.overall

    def overall(known, reader=None):
        return state if known.state == state else real(known, reader)

    for module in (board, told):
        patch.setattr(module, "overall", overall)


def ended_while_held(patch):
    """All hear that something has ended while another agency holds it."""
    _over_at_once(patch, "ended")


def cancelled_while_held(patch):
    """All hear that something is cancelled while an agency holds it."""
    _over_at_once(patch, "withdrawn")


def overtaken_by_element(patch):
    """A decision about one element ends the requests about all the others."""
    real = step.overtake

    def overtake(making):
        known = making.answers
        making.answers = {key: replace(one, subject="") for key, one in known.items()}
        real(making)
        making.answers = known

    patch.setattr(step, "overtake", overtake)


def open_without_holder(patch):
    """What is asked of a purpose that no one holds stays open."""
    patch.setattr(requested, "any", lambda _: True, raising=False)


DOUBLES = {
    cancelled_at_once: ("declaration-qz", "content"),
    whole_body_taken: ("item", "content"),
    one_of_two_grants: ("visit", "content"),
    stranger_grants: ("declaration-uk", "content"),
    granted_at_expiry: ("declaration-uk", "content"),
    end_not_told: ("flight", "told"),
    end_told_twice: ("item", "told"),
    holders_not_told: ("declaration-uk", "told"),
    open_after_release: ("declaration-uk", "open"),
    recipients_told_at_once: ("flight", "cancelled"),
    anyone_takes_back: ("declaration-uk", "open"),
    changed_while_asked: ("declaration-qz", "content"),
    shown_beyond_view: ("flight", "beyond view"),
    holder_not_asked: ("item", "asked"),
    fixed_is_amended: ("item", "content"),
    requests_lost_in_correction: ("declaration-uk", "open"),
    amended_against_correction: ("declaration-uk", "open"),
    anyone_corrects: ("declaration-qz", "content"),
    corrected_as_delivered: ("declaration-uk", "content"),
    correction_not_told: ("declaration-qz", "corrected"),
    pointer_after_failure: ("declaration-uk", "asked"),
    anyone_ends: ("visit", "ended for"),
    requests_open_after_ending: ("flight", "open"),
    asks_open_after_ending: ("declaration-qz", "asked still"),
    ending_not_told: ("item", "ended for"),
    ended_while_held: ("declaration-uk", "cancelled"),
    cancelled_while_held: ("declaration-qz", "cancelled"),
    overtaken_by_element: ("declaration-uk", "open"),
    open_without_holder: ("item", "asked"),
}
"""Under which setting each is caught, and how the promise that it breaks is reported."""


@pytest.mark.parametrize("double", DOUBLES, ids=lambda one: one.__name__)
def test_a_broken_broker_is_caught(double, monkeypatch):
    """Each double breaks its promise within the runs that the whole broker passes."""
    double(monkeypatch)
    setting, promise = DOUBLES[double]
    seen: set[str] = set()

    def breaks(moves):
        try:
            run(setting, moves)
        except AssertionError as broken:
            seen.add(str(broken))
            return str(broken).startswith(f"{promise}:")
        return False

    how = hypothesis(max_examples=RUNS, derandomize=True, database=None, phases=[Phase.generate])
    try:
        find(runs(), breaks, settings=how)
    except NoSuchExample:
        pytest.fail(f"no run shows it: {double.__doc__} Shown was: {seen or 'nothing'}")
