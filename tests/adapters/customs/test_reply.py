"""Replies: valid Responses for every status, and for the problems of every published file."""

import pytest
from lxml import etree

from adapters.customs.kinds import family
from adapters.customs.reply import in_words
from adapters.customs.wco_dec import WcoDec
from adapters.customs.wco_res import WcoRes
from broker.adapter import Extent, Original, Outgoing, Reference, Stamp
from broker.formats import choose
from broker.model.board import BoardAnswer
from broker.model.problem import Place, Problem

STAMP = Stamp("d_0123456789abcdef0123456789abcdef", "2026-11-22T09:30:00.123Z", 3)
KNOWN = (Reference("LRN", "L1"), Reference("MRN", "26GBEXAMPLE0000001"))
ORIGINAL = Original("s_1", b"not even XML", 1)
STATUSES = {
    "rejected": "03", "declined": "03", "not_required": "01", "waiting": "02",
    "inspection": "05", "information_wanted": "06", "conditional": "08", "released": "09",
    "refused": "03", "held": "50", "do_not_load": "50",
}  # fmt: skip
ANSWER = {
    "AgencyID": "plant-health",
    "PurposeCode": "phytosanitary-control",
    "Subject": "GoodsShipment.GovernmentAgencyGoodsItem[3]",
    "CheckCode": "H219",
    "StatusCode": "information_wanted",
    "NativeCode": "C02",
    "NativeText": "documents wanted",
    "ValidUntilDateTime": "2026-12-01T12:00:00Z",
    "Reason": [{"Code": "PH-1", "Text": "certificate missing \x00 <here>"}, {"Text": " "}],
    "Condition": [{"Text": "keep apart"}],
    "WantedDocument": [{"TypeCode": "N851", "ID": "GB.1", "Text": "certificate"}],
}


def _texts(content: bytes, name: str) -> list[str]:
    return [element.text or "" for element in etree.fromstring(content).iter(f"{{*}}{name}")]


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_a_valid_response(status, uk_cds, response_faults):
    """The FunctionCode is the profile's, and the schemas find no fault."""
    BoardAnswer.model_validate(ANSWER)
    out = Outgoing(status, KNOWN, STAMP, answers=(ANSWER, {"StatusCode": "released"}, {}))
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    assert response_faults(artifact.content) == []
    assert _texts(artifact.content, "FunctionCode") == [STATUSES[status]]
    assert artifact.content_type == "application/xml"


def test_a_question_arrives_with_its_number_and_its_limit(uk_cds, response_faults):
    """A statement names it, says what is wanted and until when, and points at its subject."""
    question = {
        "SequenceNumeric": "3", "AgencyID": "plant-health", "TypeCode": "documents",
        "StatusCode": "overdue", "DueDateTime": "2026-12-01T12:00:00.000Z",
        "Subject": ANSWER["Subject"],
    }  # fmt: skip
    out = Outgoing("information_wanted", KNOWN, STAMP, tree={"Question": [question]})
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    assert response_faults(artifact.content) == []
    assert _texts(artifact.content, "StatementDescription") == [
        "question 3 of plant-health: documents wanted; overdue"
    ]
    assert _texts(artifact.content, "DateTimeString")[-1] == "20261201120000Z"


def test_an_answer_arrives_with_all_that_the_view_let_through(uk_cds):
    """Reasons, statements, limits, documents and references stand where the format has them."""
    tree = {"VersionID": "7"}
    out = Outgoing("information_wanted", KNOWN, STAMP, tree, answers=(ANSWER,))
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    content = artifact.content
    assert _texts(content, "Description") == ["certificate missing \ufffd <here>"]
    assert _texts(content, "ValidationCode") == ["PH-1"]
    assert _texts(content, "NameCode") == ["C02"]
    assert _texts(content, "StatementCode") == ["H219", "N851"]
    assert _texts(content, "StatementDescription") == [
        "plant-health phytosanitary-control H219: information_wanted; documents wanted",
        "keep apart",
        "GB.1 certificate",
    ]
    assert _texts(content, "DateTimeString") == ["20261122093000Z", "20261201120000Z"]
    assert "68A" in _texts(content, "DocumentSectionCode")
    assert _texts(content, "FunctionalReferenceID") == [STAMP.id, "L1"]
    assert _texts(content, "ID") == ["26GBEXAMPLE0000001"]
    assert _texts(content, "VersionID") == ["7"]


def test_the_problems_of_every_published_file_make_a_valid_reply(
    corpus, uk_cds, uk_responses, response_faults
):
    """Each problem is one Error with its code of eight characters, its words and its pointer."""
    profiles = {"customs": uk_cds, "agency": uk_responses}
    told = 0
    for file in sorted((corpus / "customs").glob("*/*.xml")):
        payload = file.read_bytes()
        choice = choose(family().adapters, payload)
        if choice is None:
            continue
        adapter, profile = choice[0], profiles[choice[0].family]
        translation = adapter.translate(payload, profile)
        problems = list(translation.problems)
        for message in translation.messages:
            problems += message.problems
        out = Outgoing("rejected", (), Stamp(STAMP.id, STAMP.issued_at), problems=tuple(problems))
        (artifact,) = adapter.reply(out, Original("s_1", payload, 1), profile)
        assert response_faults(artifact.content) == []
        assert len(_texts(artifact.content, "ValidationCode")) == len(problems)
        told += len(problems)
    assert told > 20


def test_a_problem_is_told_in_words_and_by_pointer(uk_cds):
    """Severity, text, value, expectation, hint and place are one line; the pointer has steps."""
    problem = Problem(
        code="wco.lrn.too-long",
        text="FunctionalReferenceID has 25 characters",
        where=Place(xpath="/Declaration/FunctionalReferenceID", line=7, column=9),
        pointer="42A/67A[1]/68A[2]/23A/137",
        found="ABC",
        expected="at most 22",
        hint="shorten it",
    )
    assert in_words(problem) == (
        "error: FunctionalReferenceID has 25 characters; found: ABC; expected: at most 22; "
        "shorten it; line 7, column 9; /Declaration/FunctionalReferenceID"
    )
    out = Outgoing("rejected", KNOWN, STAMP, problems=(problem,))
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    assert _texts(artifact.content, "ValidationCode") == ["CDS10010"]
    assert _texts(artifact.content, "DocumentSectionCode") == ["42A", "67A", "68A", "23A"]
    assert _texts(artifact.content, "SequenceNumeric") == ["1", "2"]
    assert _texts(artifact.content, "TagID") == ["137"]


def test_a_rejection_says_when_and_reads_back_as_a_refusal(uk_cds, uk_responses):
    """What we tell a declarant is itself a Response that the adapter of responses understands."""
    out = Outgoing("rejected", KNOWN, STAMP, problems=(Problem("xml.doctype", "a DOCTYPE"),))
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    (message,) = WcoRes().translate(artifact.content, uk_responses).messages
    (draft,) = message.events
    assert message.verdict == "accepted"
    assert draft.body["Answer"][0]["StatusCode"] == "refused"
    assert draft.body["Declaration"]["RejectionDateTime"] == "2026-11-22T09:30:00Z"
    assert set(draft.references) == set(KNOWN)


def _statements(content: bytes) -> list[str]:
    return _texts(content, "StatementDescription")


@pytest.mark.parametrize(
    ("severity", "code", "validation"),
    [
        ("error", "wco.net-mass.missing", "CDS10001"), ("error", "else", "CDS10020"),
        ("warning", "list.count-differs", "CDS11003"), ("warning", "else", "CDS13000"),
    ],
)  # fmt: skip
def test_a_warning_does_not_read_as_an_error(severity, code, validation, uk_cds):
    """The severity is the first word of the description; the profile has a code of warnings."""
    problem = Problem(code, "something", severity=severity)
    (artifact,) = WcoDec().reply(
        Outgoing("noted", (), STAMP, problems=(problem,)), ORIGINAL, uk_cds
    )
    assert _texts(artifact.content, "Description") == [f"{severity}: something"]
    assert _texts(artifact.content, "ValidationCode") == [validation]
    assert _texts(artifact.content, "FunctionCode") == ["02"]


@pytest.mark.parametrize("adapter", [WcoDec(), WcoRes()])
def test_a_message_that_waits_is_not_refused(adapter, uk_cds, uk_responses, response_faults):
    """The reply has a FunctionCode that decides nothing, says that it waits, and for what."""
    profile = uk_cds if adapter.family == "customs" else uk_responses
    waits = Problem("reference.waiting", "waits for the MRN", severity="warning", hint="name it")
    out = Outgoing("waiting_reference", KNOWN, STAMP, problems=(waits,))
    (artifact,) = adapter.reply(out, ORIGINAL, profile)
    assert response_faults(artifact.content) == []
    assert _texts(artifact.content, "FunctionCode") == ["02"]
    assert _texts(artifact.content, "Description") == ["warning: waits for the MRN; name it"]
    assert _texts(artifact.content, "RejectionDateTime") == []
    (statement,) = _statements(artifact.content)
    assert "waits for a reference" in statement


def test_an_unsolicited_reply_names_the_one_that_it_changes(uk_cds, response_faults):
    """The first reply names none; a later one states the id of the reply before."""
    for changes, statements in (("", []), ("d_9", ["this response changes the response d_9"])):
        out = Outgoing("released", KNOWN, STAMP, changes=changes)
        (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
        assert response_faults(artifact.content) == []
        assert _statements(artifact.content) == statements


@pytest.mark.parametrize("status", ["rejected", "waiting", "released"])
def test_every_element_that_was_left_out_is_named_in_every_round(status, uk_cds, response_faults):
    """However many they are, each has its statement and its pointer, after release as well."""
    item = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"
    left_out = tuple(item.format(number) for number in range(1000, 2000))
    extent = Extent(1999, 999, left_out, cut=True, not_confirmed=(item.format(7),))
    out = Outgoing(status, KNOWN, STAMP, extent=extent)
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    assert response_faults(artifact.content) == []
    statements = _statements(artifact.content)
    assert "999 of 1999 elements were taken" in statements[0]
    assert statements[1:-1] == [f"left out: {path}" for path in left_out]
    assert statements[-1].endswith(f"still on the list: {item.format(7)}")
    numbers = _texts(artifact.content, "SequenceNumeric")
    assert [number for number in numbers if number != "1"] == [str(n) for n in range(1000, 2000)]


@pytest.mark.parametrize(
    ("extent", "statements"),
    [
        (None, []), (Extent(3, 3), []),
        (Extent(3, 2, cut=True),
         ["2 of 3 elements were taken; the message states more elements than it has"]),
    ],
)  # fmt: skip
def test_a_list_that_was_taken_whole_needs_no_words(extent, statements, uk_cds):
    """Only what is missing is stated."""
    (artifact,) = WcoDec().reply(Outgoing("released", (), STAMP, extent=extent), ORIGINAL, uk_cds)
    assert _statements(artifact.content) == statements


def test_an_answer_states_on_which_data_and_why_it_was_given(uk_cds, response_faults):
    """Version, the element that is no longer there, and silence have words of their own."""
    answers = (
        {"AgencyID": "a", "StatusCode": "held", "VersionID": "3", "FormerSubject": "Item[2]"},
        {"AgencyID": "b", "StatusCode": "released", "Silence": "true"},
    )
    out = Outgoing("held", KNOWN, STAMP, answers=answers)
    (artifact,) = WcoDec().reply(out, ORIGINAL, uk_cds)
    assert response_faults(artifact.content) == []
    assert _statements(artifact.content) == [
        "a: held; given on version 3; about Item[2], which is no longer there",
        "b: released; released because no answer was given in time",
    ]
