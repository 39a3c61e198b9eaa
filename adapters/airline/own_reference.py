"""The number that is given to a decision sent without being asked for (RFF+TN of a CUSRES 132).

It is the reply's id as EDIFACT can hold it (1154, at most 35 characters), so that the carrier's
acknowledgement (312), which repeats it, finds the reply again.
"""

import re

_LENGTH_MAX = 35
_OURS = re.compile(r"D?([0-9A-F]{32})")


def own_reference(reply: str) -> str:
    """The number of the reply with this id: without its prefix, in capitals."""
    return reply.partition("_")[2].upper()[-_LENGTH_MAX:]


def reply_named(number: str) -> str | None:
    """The id of the reply that was given this number; None: it is not a number given here."""
    found = _OURS.fullmatch(number.strip().upper())
    return f"d_{found[1].lower()}" if found else None
