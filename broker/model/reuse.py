"""The agencies' own numbers of their answers: each is used once, for one content.

Rules
    The number is the answer's FunctionalReferenceID. Its content is the whole canonical body
    without IssueDateTime, which is another each time the answer is sent, and the references that
    say what is answered.
    The same number with the same content is the same answer, sent again. With other content it is
    a mistake that would change a decision unnoticed: declined.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

_NUMBER, _ISSUED = "FunctionalReferenceID", "IssueDateTime"


def own_number(body: Mapping[str, Any]) -> str:
    """The agency's own number of this answer; "" where it gave none."""
    return body.get(_NUMBER) or ""


def content_digest(body: Mapping[str, Any], references: Iterable[tuple[str, str]]) -> str:
    """What tells two answers under one number apart."""
    content = {name: value for name, value in body.items() if name != _ISSUED}
    named = sorted({(scheme, value) for scheme, value in references if value})
    text = orjson.dumps([content, named], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()
