"""What a new version means to those who were sent the last one.

Compared per part, recipient and purpose: the digest of what would be delivered now against the
digest of what was delivered last. Times, ids and deadlines are no part of it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from broker.model.dossier import Result as Outcome
from broker.model.dossier import Shown, Target
from broker.routing.decision import Result


class Change(NamedTuple):
    """What becomes of one entitlement.

    new: nothing was sent, or it was withdrawn since. changed, unchanged: sent before, and still
    entitled. withdrawn: sent before, and no longer entitled.
    """

    target: Target
    outcome: Outcome


def target_of(result: Result) -> Target:
    """Whom the result is about."""
    return Target(result.part, result.recipient, result.purpose)


def digest_of(tree: Any, result: Result) -> str:
    """The digest of a delivery: the cut view, and per element its key, checks and codes."""
    elements = result.matched.elements if result.matched else ()
    annotated = [[element.shown, element.checks, element.codes] for element in elements]
    content = [tree, result.matched is None, annotated, result.checks, result.codes]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def compare(
    part: str, previous: Mapping[Target, Shown], current: Mapping[Target, str]
) -> tuple[Change, ...]:
    """The changes of one part, sorted by recipient and purpose; other parts are left alone.

    `previous`: what each target was last told. `current`: the digest for each result of the new
    decision; none at all when the part itself is withdrawn.
    """
    before = {
        target: shown.digest
        for target, shown in previous.items()
        if target.part == part and shown.result != "withdrawn"
    }
    now = {target: digest for target, digest in current.items() if target.part == part}
    return tuple(
        Change(target, _outcome(before.get(target), now.get(target)))
        for target in sorted(before.keys() | now.keys())
    )


def _outcome(before: str | None, now: str | None) -> Outcome:
    if before is None:
        return "new"
    if now is None:
        return "withdrawn"
    return "unchanged" if before == now else "changed"
