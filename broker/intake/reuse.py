"""At the door for responses: an agency's own number of an answer, used again for another answer.

Rules
    Only a small submission is looked at, and only one that holds a single answer: of several, those
    that use a number again are declined by translation, and the others go on.
    Only where the number is known already is the answer translated here, to compare contents as
    translation does. Answers that come at the same time are compared by translation alone.
"""

from collections.abc import Sequence

from broker.adapter import Adapter, NumbersAnswers
from broker.formats import Uses, translate
from broker.model.reuse import content_digest
from broker.state.answer_ids import Used

LOOK_BYTES_MAX = 256 * 1024


def number_in(adapter: Adapter | None, payload: bytes) -> str | None:
    """The agency's own number of the one answer that these bytes hold, if it is quickly found."""
    if not isinstance(adapter, NumbersAnswers) or len(payload) > LOOK_BYTES_MAX:
        return None
    return adapter.answer_id(payload)


def is_other(payload: bytes, uses: Uses, used: Used, besides: Sequence[str]) -> bool:
    """Whether this answer is another than the one that used its number first.

    `besides`: references that its sender gave beside the bytes (SCHEME=VALUE). What is rejected
    is no answer: translation says why.
    """
    named = [(scheme, value) for scheme, _, value in (one.partition("=") for one in besides)]
    for message in translate(payload, uses).messages:
        if message.verdict == "accepted":
            for draft in message.events:
                own = [(one.scheme, one.value) for one in draft.references]
                return content_digest(draft.body, [*own, *named]) != used.digest
    return False
