"""What came of folding an event: values that folding, withdrawing and the core share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from broker.dossiers.declines import decline_problem
from broker.model.dossier import Document, Dossier, Event, Outcome
from broker.model.extent import Extent
from broker.model.numbering import Named
from broker.model.problem import Problem
from broker.model.records import digest

UNCORRECTED = "uncorrected"
"""Of a part: its authority has corrected it, and the correction could not be applied."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What came of an event: the dossier after it, and the document it made (if any).

    `named`: the elements that its message named. `removed`: by list, the numbers of those that it
    took off by name. `extent`: how much of its list was taken. `taken`: the versions that take
    parts back.
    """

    dossier: Dossier
    outcome: Outcome
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    named: Named = field(default_factory=dict)
    removed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    extent: Extent | None = None
    taken: tuple[Document, ...] = ()


def document_of(dossier: Dossier, event: Event, state: str) -> Document:
    """The next version of the event's part, as its message lodges it."""
    version = dossier.versions.get(event.part, 0) + 1
    return Document(
        part=event.part,
        version=version,
        id="v_" + digest(dossier.id, event.part, version),
        package=event.package,
        digest=event.digest,
        order=event.order,
        submission=event.submission,
        message=event.message,
        event=event.id,
        sender=event.sender,
        party=event.party,
        profile=event.profile,
        received_at=event.received_at,
        payload=event.payload,
        state=state,
    )


def versions_with(dossier: Dossier, document: Document) -> dict[str, int]:
    """The highest number of each part that was given a version, late ones too."""
    return {**dossier.versions, document.part: document.version}


def declined(dossier: Dossier, event: Event, code: str) -> Folded:
    """Nothing comes of it, for this reason."""
    return Folded(dossier, "declined", problems=(decline_problem(code, event),))


def with_fact(dossier: Dossier, part: str, fact: str) -> Dossier:
    """The dossier that knows this of a part."""
    known = dossier.facts.get(part, ())
    if fact in known:
        return dossier
    return replace(dossier, facts={**dossier.facts, part: (*known, fact)})


def without_fact(dossier: Dossier, part: str, fact: str) -> Dossier:
    """The dossier in which this holds of a part no more."""
    known = dossier.facts.get(part, ())
    if fact not in known:
        return dossier
    rest = {name: found for name, found in dossier.facts.items() if name != part}
    left = tuple(one for one in known if one != fact)
    return replace(dossier, facts=rest | ({part: left} if left else {}))
