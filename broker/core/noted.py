"""What declarants are told besides the board: what is odd about what they lodged.

what all parts together show       each declarant of their own part only, when it has changed
pieces of a list that do not come  when nothing has come for a while; no piece waits for them
persons who are not confirmed      in the reply to the message that did not name them
"""

import hashlib
from collections.abc import Sequence

import orjson

from broker.adapter import Kind, LivePart
from broker.clock import parse_stamp, stamp
from broker.core.effects import Making, Why
from broker.core.rules import Rules
from broker.core.told import SUBMITTER
from broker.model.dossier import Document, Dossier, Shown, Target
from broker.model.events import body_of
from broker.model.problem import Problem, as_json
from broker.replies.refusals import Refused, noted_row
from broker.state.due import Due

NOTES = "notes"
"""The part name under which notes are remembered, before that of the part they are about."""
PURPOSE = "consistency"
COMPLETE = "complete"
_CHANGING = frozenset({"put", "merge", "patch"})


def note_oddities(before: Dossier, making: Making, rules: Rules) -> None:
    """After an event: who is not confirmed, what the parts show, what is still missing."""
    event = making.event
    extent = making.folded.extent if making.folded else None
    if extent is not None and extent.not_confirmed:
        making.problems = (*making.problems, _not_confirmed(making, len(extent.not_confirmed)))
    kind = rules.kinds.get(making.dossier.kind)
    if kind is None or making.outcome != "applied":
        return
    if kind.across is not None and making.dossier.live != before.live:
        parts = {
            part: LivePart(body_of(one.payload), one.extent)
            for part, one in making.dossier.live.items()
        }
        found = list(kind.across(parts))
        for part, live in making.dossier.live.items():
            _note(making, live, [one for about, one in found if about == part], rules)
    if making.document is not None and _lacks(kind, making.document):
        at = stamp(parse_stamp(event.received_at) + kind.complete_within)
        name = f"{COMPLETE}/{making.document.part}/{making.document.version}"
        making.due.append(Due(making.dossier.id, name, at, making.dossier.kind))


def note_after_close(before: Dossier, making: Making) -> None:
    """A list that was closed has been changed all the same."""
    event = making.event
    if before.state == "closed" and making.outcome == "applied" and event.does in _CHANGING:
        text = "the list was closed before; this message has changed it all the same"
        note = Problem(
            code="event.after-close",
            text=text,
            severity="warning",
            message=event.message or None,
            part=event.part,
            hint="nothing, if it is meant so",
        )
        making.problems = (*making.problems, note)


def _not_confirmed(making: Making, count: int) -> Problem:
    event = making.event
    return Problem(
        code="event.not-confirmed",
        text=f"{count} persons of earlier messages are not named in this one: they stay on the "
        "list, not confirmed",
        message=event.message or None,
        part=event.part,
        found=f"{count} persons not named",
        expected="every person of the list",
        hint="send the complete list without errors, or take persons off by their names",
    )


def _lacks(kind: Kind, document: Document) -> list[Problem]:
    """What is missing in a document; nothing is in one that was taken back."""
    if kind.lacks is None or document.state != "live":
        return []
    return list(kind.lacks(document.part, body_of(document.payload)))


def lacking(making: Making, rules: Rules) -> None:
    """Nothing has come since: name what is missing, to the declarant of that part."""
    what, _, about = making.event.name.partition("/")
    part, _, version = about.rpartition("/")
    document = making.dossier.live.get(part)
    kind = rules.kinds.get(making.dossier.kind)
    if what == COMPLETE and document and kind and str(document.version) == version:
        _note(making, document, _lacks(kind, document), rules)


def _note(making: Making, document: Document, problems: Sequence[Problem], rules: Rules) -> None:
    """Tell a declarant what was found of their part, if it is not what they were told last."""
    event = making.event
    found = [as_json(problem) for problem in problems]
    digest = hashlib.sha256(orjson.dumps(found, option=orjson.OPT_SORT_KEYS)).hexdigest()
    target = Target(f"{NOTES}/{document.part}", SUBMITTER, PURPOSE)
    known = making.shown.get(target)
    if (known is None and not problems) or (known is not None and known.digest == digest):
        return
    whom = Refused(document.submission, document.message, document.sender, document.party,
                   event.received_at, event.trace,
                   f"{event.id}/{document.part}")  # fmt: skip
    row = noted_row(whom, problems, ())
    making.queue.append(row)
    shown = Shown(document.version, digest, row.id, "new", showing=document.version)
    making.note(target, document.version, shown, Why(rules.digest))
