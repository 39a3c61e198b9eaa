"""ITMATT: items with their keys and verdicts, places, and what goes out again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.postal.itmatt import Itmatt
from adapters.postal.sample_item import compose, trees
from broker.adapter import Outgoing, Profile, Stamp
from broker.model.paths import leaves
from broker.model.postal import PostalItem
from tests.adapters.damage import CHANGES, damaged

PLAIN = Profile("plain", "postal", "UPU ITMATT V1")
KEY = "<Id>LX123456785US</Id><PostingDt>2026-11-02T15:20:00Z</PostingDt>"
NAMED = {
    "FunctionalReferenceID": "LX123456785US",
    "AcceptanceDateTime": "2026-11-02T15:20:00Z",
}


def _sent(declaration: str = "", mail: str = KEY) -> bytes:
    return (
        f"<ITMATT><MailObject>{mail}</MailObject><Declaration>{declaration}</Declaration></ITMATT>"
    ).encode()


def _one(payload: bytes, profile: Profile = PLAIN):
    translation = Itmatt().translate(payload, profile)
    assert translation.problems == ()
    (message,) = translation.messages
    (draft,) = message.events
    return message, draft


def test_an_item_is_one_put_known_by_number_and_day():
    """The reference joins the S10 and the day of posting, and says where the S10 stood."""
    message, draft = _one(_sent())
    (reference,) = draft.references
    assert (message.verdict, message.reference) == ("accepted", "LX123456785US")
    assert (draft.kind, draft.does, draft.package) == ("item", "put", "postal-item")
    assert (draft.part, draft.order) == ("", None)
    assert (reference.scheme, reference.value) == ("S10", "LX123456785US/2026-11-02")
    assert reference.place.xpath == "/ITMATT/MailObject/Id"
    assert draft.body == NAMED


@pytest.mark.parametrize(
    ("mail", "code", "path", "xpath"),
    [
        ("<PostingDt>2026-11-02</PostingDt>", "postal.item.identifier-missing",
         "Declaration.FunctionalReferenceID", "/ITMATT/MailObject"),
        ("<Id>LX123456785US</Id>", "postal.item.posting-date-missing",
         "Declaration.AcceptanceDateTime", "/ITMATT/MailObject"),
        ("<Id>LX123456785US</Id><PostingDt>2026-11</PostingDt>",
         "postal.item.posting-date-missing", "Declaration.AcceptanceDateTime",
         "/ITMATT/MailObject/PostingDt"),
        ("<Id>LX123456785US</Id><PostingDt>yesterday</PostingDt>", "moment.malformed",
         "Declaration.AcceptanceDateTime", "/ITMATT/MailObject/PostingDt"),
        ("<Id>A-17</Id><PostingDt>2026-11-02</PostingDt>", "postal.s10.malformed",
         "Declaration.FunctionalReferenceID", "/ITMATT/MailObject/Id"),
    ],
)  # fmt: skip
def test_an_item_without_a_key_is_rejected_whatever_the_profile_says(mail, code, path, xpath):
    """Number and day of posting name the item: what is wrong with them is told once, in place."""
    message, draft = _one(_sent("", mail))
    (problem,) = message.problems
    assert (problem.code, problem.path, problem.where.xpath) == (code, path, xpath)
    assert message.verdict == "rejected"
    assert draft.kind == "item"


def test_an_identifier_of_another_kind_is_keyed_as_said_where_the_profile_warns(itmatt_profile):
    """UPU list 185 knows other identifiers: the shipped profile takes them, with a warning."""
    lenient = Profile("lenient", "postal", "", settings=itmatt_profile.settings)
    message, draft = _one(_sent("", "<Id>a-17 b</Id><PostingDt>2026-11-02</PostingDt>"), lenient)
    assert [(one.code, one.severity) for one in message.problems] == [
        ("postal.s10.malformed", "warning")
    ]
    assert message.verdict == "accepted"
    assert draft.references[0].value == "a-17 b/2026-11-02"


def test_an_identifier_as_printed_is_keyed_without_blanks_and_kept_as_written():
    """Blanks and small letters are no part of an S10; what was written stays among the unmapped."""
    mail = "<Id>lx 123 456 785 us</Id><PostingDt>2026-11-02</PostingDt>"
    message, draft = _one(_sent("", mail))
    assert message.problems == ()
    assert draft.body["FunctionalReferenceID"] == message.reference == "LX123456785US"
    assert [(one.path, one.value) for one in draft.unmapped] == [
        ("Declaration.FunctionalReferenceID", "lx 123 456 785 us")
    ]


def test_doubts_about_a_number_warn_and_reject_where_the_profile_says_so():
    """A wrong check digit goes on with a warning; a strict profile makes an error of it."""
    mail = "<Id>LX123456789US</Id><PostingDt>2026-11-02</PostingDt>"
    strict = Profile("s", "", "", settings={"severities": {"postal.s10.check-digit": "error"}})
    for profile, verdict in ((PLAIN, "accepted"), (strict, "rejected")):
        message, _draft = _one(_sent("", mail), profile)
        assert message.verdict == verdict
        assert [one.code for one in message.problems] == ["postal.s10.check-digit"]


def test_each_item_of_an_interchange_has_its_own_verdict(itmatt_profile):
    """One bad item rejects none of its neighbours, and problems name the item and its place."""
    whole = compose(items=4, number=1, seed=3).decode()
    parts = whole.split("<GrossWeight>")
    parts[2] = "none</GrossWeight>" + parts[2].split("</GrossWeight>", 1)[1]
    payload = "<GrossWeight>".join(parts).encode()
    messages = list(Itmatt().translate(payload, itmatt_profile).messages)
    assert [message.verdict for message in messages] == ["accepted", "rejected"] + 2 * ["accepted"]
    assert [message.number for message in messages] == [1, 2, 3, 4]
    assert [problem.code for problem in messages[1].problems] == ["number.malformed"]
    for problem in messages[1].problems:
        assert problem.message == 2
        assert problem.where.xpath.startswith("/ITMATT/Declaration[2]")
        assert problem.where.line == 4


@pytest.mark.parametrize(
    ("payload", "verdicts", "codes"),
    [
        (b"<ITMATT><Declaration/><MailObject/></ITMATT>", ["rejected", "rejected"],
         ["postal.item.identifier-missing", "postal.item.posting-date-missing"] * 2),
        (f"<ITMATT><MailObject>{KEY}</MailObject><Declaration/><Declaration/></ITMATT>".encode(),
         ["rejected"], ["element.repeated"]),
        (f"<ITMATT><MailObject>{KEY}</MailObject><Else/></ITMATT>".encode(), ["rejected"],
         ["element.unknown"]),
        (f'<i:ITMATT xmlns:i="urn:x"><i:MailObject>{KEY}</i:MailObject></i:ITMATT>'.encode(),
         ["accepted"], []),
    ],
)  # fmt: skip
def test_interchanges_of_any_shape_are_cut_into_items(payload, verdicts, codes):
    """A MailObject opens an item; what follows belongs to it; a namespace makes no difference."""
    messages = list(Itmatt().translate(payload, PLAIN).messages)
    assert [message.verdict for message in messages] == verdicts
    assert [problem.code for one in messages for problem in one.problems] == codes


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"<Other><MailObject/></Other>", "root.unknown"),
        (b"<ITMATT/>", "submission.empty"),
        (b'<ITMATT><Interchange sender="QZAA"/></ITMATT>', "submission.empty"),
        (b"<ITMATT>", "xml.not-well-formed"),
        (b"<!DOCTYPE x><ITMATT/>", "xml.doctype"),
    ],
)
def test_an_envelope_that_cannot_be_read_is_one_problem(payload, code):
    """Without an ITMATT root, or an item in it, there is no message; the sender is told why."""
    translation = Itmatt().translate(payload, PLAIN)
    assert [problem.code for problem in translation.problems] == [code]
    assert list(translation.messages) == []
    assert list(Itmatt().places(payload, 1, PLAIN)) == []


def test_every_value_of_an_item_has_a_place(itmatt_profile):
    """The places are those of the body's leaves, one each, within the item that was asked for."""
    payload = compose(items=3, number=5, seed=1)
    for number, message in enumerate(Itmatt().translate(payload, itmatt_profile).messages, 1):
        (draft,) = message.events
        places = dict(Itmatt().places(payload, number, itmatt_profile))
        assert set(places) == {path for path, _value in leaves(draft.body)}
        assert all(place.line == number + 2 for place in places.values())
    assert list(Itmatt().places(payload, 4, itmatt_profile)) == []
    assert list(Itmatt().places(payload, 0, itmatt_profile)) == []


def test_a_rendered_item_reads_back_as_it_was():
    """What goes to a recipient in this format holds what the view passed, and nothing else."""
    for tree in trees(items=5, number=8, seed=2):
        tree["AdditionalInformation"] = [{"StatementCode": "S", "StatementDescription": "<&>"}]
        out = Outgoing("waiting", (), Stamp("d_1", "2026-11-22T09:30:00Z", 2), tree=tree)
        (artifact,) = Itmatt().render(out, PLAIN)
        assert _one(artifact.content)[1].body == tree


@pytest.mark.parametrize(
    ("payload", "certainty"),
    [
        (b"<ITMATT/>", 90), (b"<?xml version='1.0'?><!-- c --><x:ITMATT xmlns:x='u'/>", 90),
        ("<ITMATT/>".encode("utf-16"), 90), (b"<Items><MailObject/></Items>", 10),
        (b"<MetaData/>", None), (b"", None), (b"{}", None), (b"UNB+UNOC:3+A+B'", None),
    ],
)  # fmt: skip
def test_the_root_tells_the_format(payload, certainty):
    """An ITMATT root is certain, a document that only resembles one is not, others are none."""
    seen = Itmatt().recognises(payload)
    assert (seen and seen.certainty) == certainty


@settings(max_examples=100, deadline=None)
@given(payload=st.binary(max_size=300))
def test_any_bytes_give_verdicts_or_problems(payload):
    """Bytes of any kind are recognised or not, translated or refused, without an exception."""
    Itmatt().recognises(payload)
    translation = Itmatt().translate(payload, PLAIN)
    assert translation.problems or list(translation.messages)
    assert list(Itmatt().places(payload, 1, PLAIN)) is not None


@settings(max_examples=120, deadline=None)
@given(changes=CHANGES, which=st.integers(0, 3))
def test_damaged_interchanges_give_verdicts_or_problems(changes, which, itmatt_profile):
    """Bytes exchanged, cut out, put in or cut off are never more than verdicts with problems."""
    payload = damaged(compose(items=1 + which, number=which, seed=4), changes)
    for message in Itmatt().translate(payload, itmatt_profile).messages:
        (draft,) = message.events
        PostalItem.model_validate(draft.body)
        rejected = any(problem.severity == "error" for problem in message.problems)
        assert (message.verdict == "rejected") == rejected
        placed = {path for path, _place in Itmatt().places(payload, message.number, itmatt_profile)}
        assert placed == {path for path, _value in leaves(draft.body)}
