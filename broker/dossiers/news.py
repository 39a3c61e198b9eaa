"""What of an answer is news: stated in full in the reply to its event, and not again.

Rules
    Payments, limits, remarks, errors, corrections, the agency's own words and its dates are news.
    Status, reasons, conditions and documents wanted are repeated as long as they are in force.
    A notice decides nothing: it is in the replies to its own event alone. So is the agency's own
    code of an acknowledgement, which may be about an earlier version.
    What has changed or gone may be another sender's: without its news to those who do not name it.
    An answer that counts under several purposes, or about several elements, is stated once.
What does not belong
    Which answers are in force (`standing`), and who may read what (views).
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from broker.model.dossier import Answer, Target

ABOUT = ("Reason", "WantedDocument", "Payment", "Limit", "Remark", "Error", "Correction",
         "ProcessingStatus")  # fmt: skip
"""The lists of an answer whose elements say what they are about (`Path`)."""

NEWS = frozenset({
    "Payment", "Limit", "Remark", "Error", "Correction", "ProcessingStatus", "NativeText",
    "AcceptanceDateTime", "CancellationDateTime", "RejectionDateTime",
})  # fmt: skip

Answered = tuple[Answer, dict[str, Any]]
"""An answer, and how it is shown."""


def state_once(trees: Iterable[Answered], event: str) -> Iterator[dict[str, Any]]:
    """The answers as the reply to this event has them."""
    stated: set[tuple[str, bytes]] = set()
    for answer, tree in trees:
        content = b""
        if answer.event == event:
            content = orjson.dumps(answer.content, option=orjson.OPT_SORT_KEYS)
        if content and (answer.recipient, content) not in stated:
            stated.add((answer.recipient, content))
            yield tree
        elif answer.status is not None:
            old = NEWS if answer.status != "acknowledged" else NEWS | {"NativeCode"}
            yield {name: leaf for name, leaf in tree.items() if name not in old}


def version_of(answers: Iterable[Answer], target: Target | None = None) -> str:
    """The version of the declaration given most recently, under this target; "" if none was."""
    given = [
        each
        for each in answers
        if each.content.get("NativeVersionID") and target in {None, each.target}
    ]
    newest = max(given, key=lambda each: (each.order, each.ordinal), default=None)
    return str(newest.content["NativeVersionID"]) if newest else ""
