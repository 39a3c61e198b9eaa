"""An authority reports that something was presented, has arrived or departed.

Rules
    Only a recipient whose file names what it may report (`reports`) does so, in any answer about
    what was delivered to it. A report is about the whole dossier: it moves the states of all parts,
    and silence that counts from the arrival counts from the moment that was stated.
    It says what has happened: a moment more than a day ahead is refused (a day ends in another
    zone), so that a mistyped year does not keep what waits.
What does not belong
    What declarants report (`broker.dossiers.fold`); how it is kept (`broker.dossiers.reported`).
"""

from collections.abc import Iterator
from datetime import timedelta

from broker.core.asking import later
from broker.core.effects import Making
from broker.core.late import end_of
from broker.core.rules import Rules
from broker.dossiers.reported import Report, with_report
from broker.model.answer import REPORTS
from broker.model.dossier import Event

NOT_ALLOWED, MALFORMED = "answer.report-not-allowed", "answer.report-malformed"
_AHEAD = timedelta(days=1)


def states_report(event: Event) -> bool:
    """Whether an answer reports something."""
    return any(event.body.get(member) for member in REPORTS)


def forbidden_report(event: Event, rules: Rules) -> str:
    """Why this answer may not report what it reports; "" if it may, or reports nothing."""
    allowed = rules.reports.get(event.recipient, ())
    for member, name in REPORTS.items():
        if member in event.body and name not in allowed:
            return NOT_ALLOWED
    latest = later(event.received_at, _AHEAD)
    moments = [end_of(event.body[member]) for member in REPORTS if event.body.get(member)]
    return "" if all(at is not None and at <= latest for at in moments) else MALFORMED


def keep_reports(making: Making) -> None:
    """What this answer reports, as facts of its dossier."""
    for report in _reports(making.event):
        making.dossier = with_report(making.dossier, report)


def _reports(event: Event) -> Iterator[Report]:
    for member, name in REPORTS.items():
        if stated := event.body.get(member):
            yield Report(name, "", end_of(stated) or "", event.recipient)
