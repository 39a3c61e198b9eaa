"""A request in JSON that responds to a question of an authority, by its number."""

import orjson
import pytest

from adapters.request_json import RequestJson
from broker.adapter import Outgoing, Profile, Reference, Stamp

FORM = ("customs", "declaration", {"": "goods-declaration"})
PLAIN = Profile("plain", "customs", "request JSON 1 (customs)")


def read(*references):
    """The message of a request with these references."""
    said = {"request": "present", "id": "R-1", "references": [*references]}
    form = RequestJson(*FORM)
    (message,) = form.translate(orjson.dumps(said), PLAIN).messages
    return message


def test_a_question_is_named_beside_what_the_request_is_about():
    """Its number goes with the request, and is no reference to a dossier."""
    message = read(["LRN", "QZ-1"], ["QUESTION", "3"])
    (draft,) = message.events
    assert [(one.scheme, one.value) for one in draft.references] == [("LRN", "QZ-1")]
    assert draft.body["QuestionID"] == "3"


@pytest.mark.parametrize(
    "references",
    [[["QUESTION", "3"]], [["LRN", "1"], ["QUESTION", "x"]],
     [["LRN", "1"], ["QUESTION", "1"], ["QUESTION", "2"]]],
)  # fmt: skip
def test_a_question_alone_or_of_no_number_is_refused(references):
    """Numbers are those of one dossier, which must be named."""
    message = read(*references)
    assert message.verdict == "rejected"
    assert all("QUESTION" in problem.text for problem in message.problems)


def test_open_questions_stand_in_a_reply_in_json():
    """Number, what is wanted and until when, as the view passes them."""
    question = {"SequenceNumeric": "3", "TypeCode": "documents", "StatusCode": "open"}
    out = Outgoing("information_wanted", (Reference("LRN", "1"),), Stamp("d_1", "2026-11-22"),
                   tree={"Question": [question]})  # fmt: skip
    (artifact,) = RequestJson(*FORM).render(out, PLAIN)
    assert orjson.loads(artifact.content)["questions"] == [question]
