"""The authority's own correction of a document: the next version, which stays the declarant's.

Rules
    A correction is applied like an amendment, to the version in force, and to nothing else. Its
    party, sender and message are those of the version before: replies go on to that message.
    What changes nothing confirms. What cannot be applied leaves the version as it is, and the part
    `uncorrected`: its declarant lodges the whole document next, and amends nothing by pointer.
What does not belong
    Who may correct, and who is told (`broker.core.corrected`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from broker.dossiers.amended_lists import name_amended
from broker.dossiers.amending import Delta, amend
from broker.dossiers.folded import Folded, versions_with
from broker.model.answer import AMENDED
from broker.model.dossier import Document, Dossier, Event, PartNumbers
from broker.model.events import body_of, with_body
from broker.model.numbering import Numbers
from broker.model.problem import rejects
from broker.model.records import digest


def corrected_package(event: Event) -> str:
    """The package of the document that an answer corrects; a goods declaration if it says none."""
    named = (package for package, name in AMENDED.items() if name in event.body)
    return next(named, "goods-declaration")


def correct(dossier: Dossier, event: Event, part: str) -> tuple[Folded, tuple[Delta, ...]]:
    """The version of the part as the authority has it, and what has changed in it."""
    live = dossier.live[part]
    said: Mapping[str, Any] = event.body.get(AMENDED[live.package]) or {}
    before, known = body_of(live.payload), dossier.parts.get(part, PartNumbers())
    amended, numbers = amend(before, said, event.changes, live.package), Numbers(known.marks)
    used = name_amended(before, amended.tree, event.changes, live.package, numbers)
    problems = tuple(
        replace(problem, message=event.message or None, part=part)
        for problem in (*amended.problems, *([used] if used else []))
    )
    if rejects(problems):
        return Folded(dossier, "declined", problems=problems), ()
    if not amended.deltas:
        return Folded(dossier, "repeated", problems=problems), ()
    document = _next(dossier, live, event, orjson.dumps(amended.tree))
    after = replace(
        dossier,
        live={**dossier.live, part: document},
        versions=versions_with(dossier, document),
        parts={**dossier.parts, part: known._replace(marks=numbers.marks)}
        if numbers.marks
        else dossier.parts,
    )
    return Folded(after, "applied", document, problems, extent=live.extent), amended.deltas


def _next(dossier: Dossier, live: Document, event: Event, body: bytes) -> Document:
    version = dossier.versions.get(live.part, 0) + 1
    return replace(
        live,
        version=version,
        id="v_" + digest(dossier.id, live.part, version),
        digest=hashlib.sha256(body).hexdigest(),
        payload=with_body(live.payload, body),
        received_at=event.received_at,
        by=event.recipient,
    )
