"""What a reply in EDIFACT takes from the message that it answers, and from its envelope.

Rules
    Where the submission holds several messages, the one that is answered was kept by itself
    (`adapters.wire.edifact_excerpt`): the others are never read again.
"""

import re

from adapters.wire.edifact import Interchange, MessageIn, read
from adapters.wire.edifact_excerpt import SIGN_MAX, message_in
from broker.adapter import Original

_PRINTABLE = re.compile(r"[ -~]*")


def answered_message(original: Original) -> tuple[MessageIn | None, Interchange]:
    """The message, None where there is none with its number; and the interchange to answer."""
    if original.asked is not None:
        message = message_in(original.asked)
        return message, message.interchange
    reading = read(original.payload)
    if 1 <= original.message <= len(reading.envelope.spans):
        message = reading.message(original.message)
        return message, message.interchange
    return None, next(iter(reading.interchanges), Interchange())


def sign(text: str) -> str:
    """A sign of the original as any header can hold it: up to what is not printable ASCII."""
    found = _PRINTABLE.match(text[:SIGN_MAX])
    return found[0] if found else ""
