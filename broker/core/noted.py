"""What a declarant is told besides the board: his message stands, and this is odd about it.

changes that matched nothing       to whoever sent them
what all parts together show       each declarant of his own part only, when it has changed
pieces of a list that do not come  when nothing has come for a while; nobody waits for them
"""

import hashlib
from collections.abc import Sequence

import orjson

from broker.adapter import Kind
from broker.clock import parse_stamp, stamp
from broker.core.effects import Making, Why
from broker.core.routed import Rules
from broker.core.told import SUBMITTER
from broker.model.dossier import Document, Dossier, Sent, Target
from broker.model.events import body_of
from broker.model.problem import Problem, as_json
from broker.replies.refusals import Refused, noted_row
from broker.state.due import Due

NOTES = "notes"
"""The part name under which notes are remembered, before that of the part they are about."""
PURPOSE = "consistency"
COMPLETE = "complete"


def noted(before: Dossier, making: Making, rules: Rules) -> None:
    """After an event was applied: what it missed, what the parts show, what is still missing."""
    event = making.event
    if making.problems:
        mine = Refused(event.submission, event.message, event.sender, event.party,
                       event.profile, event.received_at, event.trace, event.id)  # fmt: skip
        making.queue.append(noted_row(mine, making.problems, event.references))
    kind = rules.kinds.get(making.dossier.kind)
    if kind is None:
        return
    if kind.across is not None and making.dossier.live != before.live:
        parts = {part: body_of(one.payload) for part, one in making.dossier.live.items()}
        found = list(kind.across(parts))
        for part, live in making.dossier.live.items():
            _told(making, live, [one for about, one in found if about == part], rules)
    if making.document is not None and _lacks(kind, making.document):
        at = stamp(parse_stamp(event.received_at) + kind.complete_within)
        name = f"{COMPLETE}/{making.document.part}/{making.document.version}"
        making.due.append(Due(making.dossier.id, name, at, making.dossier.kind))


def _lacks(kind: Kind, document: Document) -> list[Problem]:
    """What is missing in a document; nothing is in one that was taken back."""
    if kind.lacks is None or document.state != "live":
        return []
    return list(kind.lacks(document.part, body_of(document.payload)))


def lacking(making: Making, rules: Rules) -> None:
    """Nothing has come since: name what is missing, to whoever sends that part."""
    what, _, about = making.event.name.partition("/")
    part, _, version = about.rpartition("/")
    document = making.dossier.live.get(part)
    kind = rules.kinds.get(making.dossier.kind)
    if what == COMPLETE and document and kind and str(document.version) == version:
        _told(making, document, _lacks(kind, document), rules)


def _told(making: Making, document: Document, problems: Sequence[Problem], rules: Rules) -> None:
    """Tell a declarant what was found of his part, if it is not what he was told last."""
    event = making.event
    shown = [as_json(problem) for problem in problems]
    said = hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()
    target = Target(f"{NOTES}/{document.part}", SUBMITTER, PURPOSE)
    known = making.sent.get(target)
    if (known is None and not problems) or (known is not None and known.digest == said):
        return
    told = Refused(document.submission, document.message, document.sender, document.party,
                   document.profile, event.received_at, event.trace,
                   f"{event.id}/{document.part}")  # fmt: skip
    row = noted_row(told, problems, ())
    making.queue.append(row)
    sent = Sent(document.version, said, (), row.id, "new")
    making.note(target, document.version, sent, Why(rules.digest))
