"""A whole dossier, or a part of it, taken back by the party that lodged it.

Of a dossier of many parts the party that opened it takes back all, unless each party takes back its
own alone; any other party takes back its own. Each part gets a version in which it is gone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from broker.dossiers.folded import Folded, declined, document_of
from broker.dossiers.lateness import is_newer
from broker.model.dossier import Document, Dossier, Event, without_payload


def withdraw(dossier: Dossier, event: Event) -> Folded:
    """The whole dossier, or one part of it, is taken back by the party that lodged it."""
    if event.part:
        return _part_withdrawn(dossier, event)
    if dossier.party != event.party or dossier.state in {"new", "withdrawn", "ended"}:
        return declined(dossier, event, "reference.unknown")
    return without(dossier, dossier.live, event)


def withdraw_parts(dossier: Dossier, event: Event, *, own_only: bool) -> Folded:
    """The parts of a dossier of many: all by the party that opened it, else the party's own."""
    if not dossier.live or event.party not in {
        dossier.party, *(document.party for document in dossier.live.values())
    }:  # fmt: skip
        return declined(dossier, event, "reference.unknown")
    everything = dossier.party == event.party and not own_only
    taken = {
        part: document
        for part, document in dossier.live.items()
        if (everything or document.party == event.party) and not is_newer(document, event)
    }
    if not taken:
        return declined(dossier, event, "reference.unknown")
    return without(dossier, taken, event)


def without(dossier: Dossier, taken: Mapping[str, Document], event: Event) -> Folded:
    """The dossier without these parts; without any, it is withdrawn."""
    rest = {part: document for part, document in dossier.live.items() if part not in taken}
    ended: dict[str, Any] = {"state": "withdrawn", "closed_at": event.received_at}
    versions = {part: _taken_back(dossier, event, live) for part, live in taken.items()}
    after = replace(
        dossier,
        live=rest,
        gone={**dossier.gone, **without_payload(versions)},
        versions={**dossier.versions, **{part: one.version for part, one in versions.items()}},
        messages={key: document for key, document in dossier.messages.items() if key[0] in rest},
        parts={
            part: known._replace(older={}) if part in taken else known
            for part, known in dossier.parts.items()
        },
        **({} if rest else ended),
    )
    return Folded(after, "applied", taken=tuple(versions.values()))


def _taken_back(dossier: Dossier, event: Event, live: Document) -> Document:
    """The version of a part in which it is gone; another party's stays that party's."""
    document = document_of(dossier, replace(event, part=live.part), "withdrawn")
    profile = event.profile or live.profile  # a request may be in a form without a profile
    document = replace(document, package=live.package, profile=profile)
    if live.party == event.party:
        return document
    return replace(
        document, sender=live.sender, party=live.party, profile=live.profile,
        submission=live.submission, message=live.message,
    )  # fmt: skip


def _part_withdrawn(dossier: Dossier, event: Event) -> Folded:
    """The part is gone in its next version; the other parts and the dossier stay."""
    live = dossier.live.get(event.part)
    if live is None or live.party != event.party:
        return declined(dossier, event, "reference.unknown")
    document = _taken_back(dossier, event, live)
    rest = {part: one for part, one in dossier.live.items() if part != event.part}
    known = dossier.parts.get(event.part)
    after = replace(
        dossier,
        live=rest,
        gone={**dossier.gone, **without_payload({event.part: document})},
        versions={**dossier.versions, document.part: document.version},
        parts={**dossier.parts, event.part: known._replace(older={})} if known else dossier.parts,
        messages={key: one for key, one in dossier.messages.items() if key[0] != event.part},
    )
    return Folded(after, "applied", document, taken=(document,))
