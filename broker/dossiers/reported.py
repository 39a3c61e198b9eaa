"""What was reported of a part: that it was presented, has arrived or departed; when, and by whom.

In `Dossier.facts` a report is text: its name, its moment and the authority that stated it, with @
between (`arrived@2026-11-24T12:00:00.000Z@customs`); without an authority its declarant did. One
that is its name alone was reported before moments were kept.

Rules
    The last report of a name counts. What an authority has stated, an authority alone replaces.
What does not belong
    Who may report (`broker.core.reported`); which state follows (`permission`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from broker.model.dossier import Dossier

ARRIVED = "arrived"
_NAMES = frozenset({"presented", ARRIVED, "departed"})


class Report(NamedTuple):
    """One report. `at` "": its moment is not known; `by` "": the declarant's."""

    name: str
    part: str
    at: str = ""
    by: str = ""

    def __str__(self) -> str:
        return f"{self.name}@{self.at}@{self.by}".rstrip("@")


def name_of(fact: str) -> str:
    """What a fact is, without the moment and the authority of a report."""
    name = fact.partition("@")[0]
    return name if name in _NAMES else fact


def reports_of(dossier: Dossier) -> Iterator[Report]:
    """All reports of a dossier."""
    for part, facts in sorted(dossier.facts.items()):
        for fact in facts:
            name, _, stated = fact.partition("@")
            if name in _NAMES:
                at, _, by = stated.partition("@")
                yield Report(name, part, at, by)


def with_report(dossier: Dossier, report: Report) -> Dossier:
    """The dossier that knows this report, in place of the one before it."""
    known = dossier.facts.get(report.part, ())
    before = [one for one in reports_of(dossier) if one[:2] == report[:2]]
    if not report.by and any(one.by for one in before):
        return dossier
    rest = tuple(fact for fact in known if name_of(fact) != report.name)
    return replace(dossier, facts={**dossier.facts, report.part: (*rest, str(report))})


def arrived_at(dossier: Dossier, part: str) -> str:
    """When a part has arrived, by itself or with the whole; "" where no moment is reported."""
    moments = {one.part: one.at for one in reports_of(dossier) if one.name == ARRIVED and one.at}
    return moments.get(part) or moments.get("", "")
