"""The schemas that are kept: every version of every subject, with the id that readers know it by.

`schemas/index.json` lists id, subject and version; `schemas/SUBJECT.VERSION.avsc` is the schema.

Rules
    An id is given once and never used again; what is kept is never changed and never removed:
    records that carry its id lie in agencies' topics.
    FULL_TRANSITIVE: each version reads what every other one of its subject has written.
What does not belong
    Writing the files (`broker.delivery.schemas`); what the models need today (`subjects`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from broker.model.compatibility import unreadable
from broker.model.subjects import Schema

COMPATIBILITY = "FULL_TRANSITIVE"


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a subject's schema."""

    id: int
    subject: str
    version: int
    schema: Schema

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.subject}.{self.version}.avsc"


@dataclass(frozen=True, slots=True)
class Registry:
    """All that is kept: by id, and by subject in the order of versions."""

    by_id: Mapping[int, Kept]
    by_subject: Mapping[str, tuple[Kept, ...]]

    def newest(self, subject: str) -> Kept:
        """The newest version of a subject. KeyError: there is none."""
        return self.by_subject[subject][-1]


@cache
def registry() -> Registry:
    """What is kept in this package, read once."""
    return read(files("broker.model").joinpath("schemas"))


def read(folder: Traversable) -> Registry:
    """What a folder keeps."""
    rows = json.loads(folder.joinpath("index.json").read_text("utf-8"))
    kept = [Kept(row["id"], row["subject"], row["version"], None) for row in rows]
    return collected(
        replace(one, schema=json.loads(folder.joinpath(one.file).read_text("utf-8")))
        for one in kept
    )


def collected(versions: Iterable[Kept]) -> Registry:
    """A registry of these versions."""
    by_subject: dict[str, tuple[Kept, ...]] = {}
    by_id = {one.id: one for one in sorted(versions, key=lambda one: one.version)}
    for one in by_id.values():
        by_subject[one.subject] = (*by_subject.get(one.subject, ()), one)
    return Registry(by_id, by_subject)


def owed(known: Registry, today: Mapping[str, Schema]) -> tuple[Kept, ...]:
    """The versions to keep so that the newest of each subject is today's, with their new ids."""
    changed = [
        name
        for name in sorted(today)
        if name not in known.by_subject or known.newest(name).schema != today[name]
    ]
    first = max(known.by_id, default=0) + 1
    return tuple(
        Kept(first + count, name, len(known.by_subject.get(name, ())) + 1, today[name])
        for count, name in enumerate(changed)
    )


def objections(known: Registry, today: Mapping[str, Schema]) -> tuple[str, ...]:
    """Why today's schemas may not follow what is kept, a sentence for each subject; () if so."""
    lost = [
        f"{name} is kept and nothing is of its type any more; its readers wait for it"
        for name in sorted(known.by_subject.keys() - today.keys())
    ]
    return (*lost, *(wrong for one in owed(known, today) if (wrong := _break(known, one))))


def _break(known: Registry, new: Kept) -> str:
    """The oldest version that the new one does not agree with, and why; "" if there is none."""
    for old in known.by_subject.get(new.subject, ()):
        for reader, writer in ((new, old), (old, new)):
            if wrong := unreadable(reader.schema, writer.schema):
                return (
                    f"{new.subject}: who reads with version {reader.version} cannot read "
                    f"version {writer.version}: {'; '.join(wrong)}"
                )
    return ""
