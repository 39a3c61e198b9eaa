"""One event applied to one dossier: permit, fold, route, tell. A pure function.

Permit the table of the sender's profile, and what is open, say whether it is applied now
Fold   the event makes a version, an answer or nothing (`broker.dossiers`)
Route  the live documents are judged, each recipient's view is cut (`broker.routing`)
Tell   asks, boards and replies go to those who are owed them (`broker.replies`)
"""

from dataclasses import replace

from broker.core.answered import answer
from broker.core.applied import route_applied
from broker.core.arrivals import count_anew
from broker.core.confirmed import confirm, confirmed_reply
from broker.core.corrected import correct_part
from broker.core.decided import (
    MALFORMED,
    decide_request,
    expire_request,
    overtake,
    overtake_parts,
    request_meant,
    take_back,
)
from broker.core.demanded import broken_demands
from broker.core.effects import Effects, Making
from broker.core.ended import end_dossier, forbidden_ending
from broker.core.facts import record_codes
from broker.core.joined import note_joined, place
from broker.core.noted import lacking, note_after_close, note_oddities
from broker.core.passed_time import elapse
from broker.core.questions import keep_questions, pass_question, unknown_question
from broker.core.reported import forbidden_report, keep_reports, states_report
from broker.core.request_replies import send_request_replies
from broker.core.requested import Terms, ask_for, attempt, repeat
from broker.core.routed import rejudge, rejudge_wide
from broker.core.rules import Rules
from broker.core.signals import none_open
from broker.core.told import (
    Boards,
    decline,
    note_to_sender,
    refresh_overall,
    send_boards,
    send_replies,
)
from broker.dossiers.board import board_of
from broker.dossiers.declines import decline_problem, open_problem, refusal_problem
from broker.dossiers.fold import fold
from broker.dossiers.lateness import find_newer
from broker.dossiers.permission import Permission, permission_for, profile_for
from broker.model.dossier import Dossier, Event, Request
from broker.model.problem import Problem, rejects
from broker.model.request_table import RequestTable

REPLIED = frozenset({"applied", "repeated", "late"})


def step(dossier: Dossier, event: Event, rules: Rules) -> Effects:
    """What this event does to this dossier; declined events leave it as it was."""
    match event.does:
        case "answer":
            made = _answer(dossier, event, rules)
        case "note" if confirmed_reply(event):
            made = confirm(dossier, event)
        case "elapsed":
            made = _elapse(dossier, event, rules)
        case _:
            made = _fold(dossier, event, rules)
    if isinstance(made, Making):
        _tell(dossier, made, rules)
        count_anew(dossier, made, rules)
        return made.effects()
    return decline(event, made) if made.outcome == "declined" else made


def _answer(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """An answer about a request, or about what was delivered; the latter may overtake requests."""
    if event.id in dossier.outcomes or (event.name and event.name in dossier.outcomes):
        return Effects(dossier, event, "repeated")
    meant = None if event.problem else request_meant(dossier, event)
    code = meant if isinstance(meant, str) else unknown_question(dossier, event)
    if code:
        return _declined(dossier, event, (decline_problem(code, event),))
    if isinstance(meant, Request):
        if states_report(event):  # a report is about the dossier, a decision about a request
            return _declined(dossier, event, (decline_problem(MALFORMED, event),))
        return decide_request(dossier, event, meant, rules)
    return _answer_delivery(dossier, event, rules)


def _answer_delivery(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """An answer about what was delivered, and what the authority does by it besides."""
    code = forbidden_ending(event, rules) or forbidden_report(event, rules)
    made = answer(dossier, event, rules)
    if isinstance(made, Making) and not code:
        record_codes(made, rules)
        keep_reports(made)
        code = correct_part(dossier, made, rules)
    if code:
        return _declined(dossier, event, (decline_problem(code, event),))
    if isinstance(made, Making):
        made.signals.extend(none_open(event))
        end_dossier(made)
        keep_questions(made)
        overtake(made)
    return made


def _fold(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    if event.id in dossier.outcomes:
        return Effects(dossier, event, "repeated")
    if event.problem:
        return _declined(dossier, event, fold(dossier, event).problems)
    if event.does == "take_back":
        return take_back(dossier, event)
    placed = place(dossier, event, rules)
    if isinstance(placed, str):
        return _declined(dossier, event, (decline_problem(placed, event),))
    made = _permitted(*placed, rules)
    if isinstance(made, Effects) and made.outcome == "declined":
        return replace(made, dossier=dossier)  # it is as it was
    return made


def _permitted(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """What the table of the sender's profile, and what is open, make of an event."""
    profile = profile_for(dossier, event)
    table = rules.table_of(profile, event.received_at)
    if find_newer(dossier, event) is not None:
        return Making(dossier, event, fold(dossier, event))
    permission = permission_for(dossier, event, table)
    made: Making | Effects | tuple[Problem, ...]
    match permission:
        case Permission(open=Request() as request, again=True):
            made = repeat(dossier, event, request)
        case Permission(open=Request() as request):
            made = (open_problem(request, table, event),)
        case Permission(verdict=("refuse", _, code)):
            made = (refusal_problem(code, table, event),)
        case Permission(verdict=("ask", _, _) as verdict):
            made = ask_for(dossier, event, Terms(verdict, table, profile), rules)
        case _:
            made = _apply(dossier, event, table, rules)
    return _declined(dossier, event, made) if isinstance(made, tuple) else made


def _apply(dossier: Dossier, event: Event, table: RequestTable, rules: Rules) -> Making | Effects:
    """Fold the event and route what it makes."""
    folded = attempt(dossier, event, rules, bring_forward=False, fixed=table.fixed)
    if folded.outcome not in REPLIED:
        return _declined(folded.dossier, event, folded.problems)
    if rejects(problems := broken_demands(dossier, event, folded, rules)):
        return _declined(dossier, event, problems)
    making = Making(folded.dossier, event, folded)
    if folded.outcome == "applied":
        overtake_parts(making, route_applied(dossier, making, folded, rules))
        note_joined(dossier, making, rules)
    note_after_close(dossier, making)
    note_oddities(dossier, making, rules)
    return making


def _declined(dossier: Dossier, event: Event, problems: tuple[Problem, ...]) -> Effects:
    return Effects(dossier, event, "declined", problems)


def _elapse(dossier: Dossier, event: Event, rules: Rules) -> Making | Effects:
    """A due time has come; one that no longer matters changes nothing."""
    making = Making(dossier, event)
    changes = expire_request(making, rules) or pass_question(making) or elapse(making, rules)
    lacking(making, rules)
    return making if changes or making.queue else Effects(dossier, event, "repeated")


def _tell(before: Dossier, making: Making, rules: Rules) -> None:
    """The overall status after the event, who is concerned by it, and the board's readers."""
    known = board_of(before)
    board = refresh_overall(making)
    if making.dossier.overall != before.overall:
        for document in making.dossier.live.values():
            rejudge(making, document, rules)
        board = refresh_overall(making)
    while send_boards(making, Boards(known, board), rules) and rejudge_wide(making, rules):
        board = refresh_overall(making)
    send_replies(before, making, Boards(known, board), rules)
    send_request_replies(making, rules)
    if making.event.does == "answer" and making.problems:
        making.queue.append(note_to_sender(making.event, making.problems))
