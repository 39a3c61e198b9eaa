"""Item push: each member in its place, each mistake told once, each line on its own."""

import json
import tracemalloc

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt
from adapters.postal.sample_item import compose, compose_lines, trees
from broker.adapter import Outgoing, Profile, Stamp
from broker.model.paths import leaves
from broker.model.postal import PostalItem
from broker.model.problem import rejects
from tests.adapters.damage import CHANGES, damaged

PLAIN = Profile("plain", "postal", "postal item JSON 1")
NAMED = {"FunctionalReferenceID": "LX123456785US", "AcceptanceDateTime": "2026-11-02"}


def _sent(*members: str) -> bytes:
    own = [f'"{name}":"{value}"' for name, value in NAMED.items()]
    return ("{" + ",".join([*own, *members]) + "}").encode()


def _one(payload: bytes, profile: Profile = PLAIN):
    translation = ItemJson().translate(payload, profile)
    assert translation.problems == ()
    (message,) = translation.messages
    (draft,) = message.events
    return message, draft


def test_an_item_is_one_put_known_by_number_and_day():
    """The reference joins the S10 and the day of posting, and points at the S10."""
    message, draft = _one(_sent())
    (reference,) = draft.references
    assert (message.verdict, message.reference) == ("accepted", "LX123456785US")
    assert (draft.kind, draft.does, draft.package, draft.part) == ("item", "put", "postal-item", "")
    assert (reference.scheme, reference.value) == ("S10", "LX123456785US/2026-11-02")
    assert reference.place.json_pointer == "/FunctionalReferenceID"
    assert draft.body == NAMED


@pytest.mark.parametrize(
    ("member", "body"),
    [
        ('"MailClassCode":"U"', {"MailClassCode": "U"}),
        ('"TotalGrossMassMeasure":{"value":"0.640","unit":"KGM"}',
         {"TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"}}),
        ('"TotalGrossMassMeasure":{"value":0.640,"unit":"KGM"}',
         {"TotalGrossMassMeasure": {"value": "0.640", "unit": "KGM"}}),
        ('"InvoiceAmount":{"value":1234567890123.100,"currency":"EUR"}',
         {"InvoiceAmount": {"value": "1234567890123.100", "currency": "EUR"}}),
        ('"LocalID":null,"GoodsShipment":null,"AdditionalDocument":[null]',
         {"AdditionalDocument": [{}]}),
        ('"GoodsShipment":{"Consignor":{"Name":" as said "}}',
         {"GoodsShipment": {"Consignor": {"Name": " as said "}}}),
        ('"AdditionalDocument":[null,{"ID":"I-1"},null]',
         {"AdditionalDocument": [{}, {"ID": "I-1"}, {}]}),
        ('"GoodsShipment":{"Consignment":{"ConsignmentItem":[{"SequenceNumeric":1}]}}',
         {"GoodsShipment": {"Consignment": {"ConsignmentItem": [{"SequenceNumeric": "1"}]}}}),
        ('"GoodsShipment":{"Consignment":{"PostalReceptacle":[{"ID":"R"}]}}',
         {"GoodsShipment": {"Consignment": {"PostalReceptacle": [{"ID": "R"}]}}}),
    ],
)  # fmt: skip
def test_members_are_the_body(member, body):
    """Names are the canonical ones; the digits of decimals are kept; a null is absent."""
    message, draft = _one(_sent(member))
    assert message.problems == ()
    assert draft.body == {**NAMED, **body}
    assert draft.unmapped == ()
    PostalItem.model_validate(draft.body)


@pytest.mark.parametrize(
    ("member", "code", "path", "pointer", "found"),
    [
        ('"MailClas":"U"', "element.unknown", "Declaration.MailClas", "/MailClas", "U"),
        ('"a/b~":[1.50]', "element.unknown", "Declaration.a/b~", "/a~1b~0", "[1.50]"),
        ('"MailClassCode":"U","MailClassCode":"C"', "json.key-repeated",
         "Declaration.MailClassCode", "/MailClassCode", "U"),
        ('"MailClassCode":"UU"', "value.too-long", "Declaration.MailClassCode",
         "/MailClassCode", "UU"),
        ('"MailClassCode":1', "value.malformed", "Declaration.MailClassCode",
         "/MailClassCode", "1"),
        ('"MailClassCode":["U"]', "value.malformed", "Declaration.MailClassCode",
         "/MailClassCode", '["U"]'),
        ('"MailClassCode":true', "value.malformed", "Declaration.MailClassCode",
         "/MailClassCode", "true"),
        ('"GoodsShipment":"x"', "value.malformed", "Declaration.GoodsShipment",
         "/GoodsShipment", "x"),
        ('"AdditionalDocument":{"ID":"x"}', "value.malformed",
         "Declaration.AdditionalDocument", "/AdditionalDocument", '{"ID":"x"}'),
        ('"AdditionalDocument":[null,7]', "value.malformed",
         "Declaration.AdditionalDocument[#2]",
         "/AdditionalDocument/1", "7"),
        ('"InvoiceAmount":"60.00 USD"', "value.malformed", "Declaration.InvoiceAmount",
         "/InvoiceAmount", "60.00 USD"),
        ('"InvoiceAmount":{"currency":"USD"}', "number.malformed",
         "Declaration.InvoiceAmount.value", "/InvoiceAmount/value", None),
        ('"InvoiceAmount":{"value":"-1","currency":"USD"}', "number.malformed",
         "Declaration.InvoiceAmount.value", "/InvoiceAmount/value", "-1"),
        ('"InvoiceAmount":{"value":1e3,"currency":"USD"}', "number.malformed",
         "Declaration.InvoiceAmount.value", "/InvoiceAmount/value", "1e3"),
        ('"InvoiceAmount":{"value":60.00}', "currency.missing",
         "Declaration.InvoiceAmount", "/InvoiceAmount", "60.00"),
        ('"InvoiceAmount":{"value":60.00,"currency":"usd"}', "value.malformed",
         "Declaration.InvoiceAmount.currency", "/InvoiceAmount/currency", "usd"),
        ('"InvoiceAmount":{"value":1,"currency":"USD","unit":"KGM"}', "element.unknown",
         "Declaration.InvoiceAmount.unit", "/InvoiceAmount/unit", "KGM"),
        ('"InvoiceAmount":{"value":1,"value":2,"currency":"USD"}', "json.key-repeated",
         "Declaration.InvoiceAmount.value", "/InvoiceAmount/value", "1"),
        ('"GoodsShipment":{"Consignment":{"DepartureDateTime":"2026-02-30"}}',
         "moment.malformed", "Declaration.GoodsShipment.Consignment.DepartureDateTime",
         "/GoodsShipment/Consignment/DepartureDateTime", "2026-02-30"),
        ('"GoodsShipment":{"Consignee":{"Address":{"CountryCode":"nl"}}}',
         "value.malformed", "Declaration.GoodsShipment.Consignee.Address.CountryCode",
         "/GoodsShipment/Consignee/Address/CountryCode", "nl"),
        (('"GoodsShipment":{"Consignment":{"ConsignmentItem":[{"SequenceNumeric":"7"},'
         '{"SequenceNumeric":7}]}}'), "sequence.repeated",
         "Declaration.GoodsShipment.Consignment.ConsignmentItem[7].SequenceNumeric",
         "/GoodsShipment/Consignment/ConsignmentItem/1/SequenceNumeric", "7"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_told_once(member, code, path, pointer, found):
    """Code, canonical path, JSON pointer and value are those of the mistake, and it rejects."""
    message, draft = _one(_sent(member))
    (problem,) = message.problems
    assert (problem.code, problem.path, problem.found) == (code, path, found)
    assert (problem.where.json_pointer, problem.message) == (pointer, 1)
    assert problem.expected
    assert message.verdict == "rejected"
    assert draft.references
    PostalItem.model_validate(draft.body)


@pytest.mark.parametrize("number", range(4))
def test_both_formats_give_one_body_for_one_item(number, itmatt_profile, items_profile):
    """Whether a post sends ITMATT or JSON, the canonical body and the key are the same."""
    shape = {"items": 5, "number": number, "seed": 7}
    xml = Itmatt().translate(compose(**shape), itmatt_profile).messages
    pushed = ItemJson().translate(compose_lines(**shape), items_profile).messages
    for one, other in zip(xml, pushed, strict=True):
        (first,), (second,) = one.events, other.events
        assert first.body == second.body
        assert first.references[0].value == second.references[0].value
        assert one.problems == other.problems == ()


@pytest.mark.parametrize(
    ("member", "path", "pointer"),
    [
        ('"MailClassCode":""', "MailClassCode", "/MailClassCode"),
        ('"LocalID":" \u200b "', "LocalID", "/LocalID"),
        ('"GoodsShipment":{}', "GoodsShipment", "/GoodsShipment"),
        ('"InvoiceAmount":{}', "InvoiceAmount", "/InvoiceAmount"),
        ('"AdditionalDocument":[]', "AdditionalDocument", "/AdditionalDocument"),
        ('"AdditionalDocument":[{"ID":"I"},{}]', "AdditionalDocument[#2]", "/AdditionalDocument/1"),
        ('"GoodsShipment":{"Consignor":{"Name":"  "}}', "GoodsShipment.Consignor.Name",
         "/GoodsShipment/Consignor/Name"),
        ('"TotalGrossMassMeasure":{"value":1,"unit":""}', "TotalGrossMassMeasure.unit",
         "/TotalGrossMassMeasure/unit"),
    ],
)  # fmt: skip
def test_a_member_that_is_there_and_empty_is_a_warning(member, path, pointer):
    """It says nothing, which is reported at its place, and the item goes on."""
    message, draft = _one(_sent(member))
    (problem,) = message.problems
    assert (problem.code, problem.severity) == ("element.empty", "warning")
    assert (problem.path, problem.where.json_pointer) == (f"Declaration.{path}", pointer)
    assert message.verdict == "accepted"
    assert draft.unmapped == ()


def test_an_empty_member_that_is_demanded_is_one_problem(items_profile):
    """The error is at the empty member, so that no warning repeats it."""
    (tree,) = trees(items=1, number=1, seed=1)
    tree["GoodsShipment"]["Consignee"] = {}
    tree["GoodsShipment"]["Consignor"]["Name"] = ""
    message, _draft = _one(orjson.dumps(tree), items_profile)
    assert [(one.text, one.where.json_pointer) for one in message.problems] == [
        ("Consignee is empty", "/GoodsShipment/Consignee"),
        ("Name is empty", "/GoodsShipment/Consignor/Name"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("member", "body", "written"),
    [
        ('"MailClassCode":" U\u00a0"', {"MailClassCode": "U"}, " U\u00a0"),
        ('"LocalID":"\ufeffA 1\u200b"', {"LocalID": "A 1"}, "\ufeffA 1\u200b"),
        ('"GoodsShipment":{"Consignment":{"DepartureDateTime":"\u200e2026-11-03 "}}',
         {"GoodsShipment": {"Consignment": {"DepartureDateTime": "2026-11-03"}}},
         "\u200e2026-11-03 "),
        ('"TotalGrossMassMeasure":{"value":" +.50","unit":"KGM"}',
         {"TotalGrossMassMeasure": {"value": "0.50", "unit": "KGM"}}, " +.50"),
        ('"InvoiceAmount":{"value":"5.","currency":"EUR"}',
         {"InvoiceAmount": {"value": "5", "currency": "EUR"}}, "5."),
        ('"InvoiceAmount":{"value":"5","currency":" EUR"}',
         {"InvoiceAmount": {"value": "5", "currency": "EUR"}}, " EUR"),
    ],
)  # fmt: skip
def test_a_value_is_read_however_it_is_written_and_kept_as_it_was(member, body, written):
    """White space around it and the form of a decimal are no part of a value that is no text."""
    message, draft = _one(_sent(member))
    assert message.problems == ()
    assert draft.body == {**NAMED, **body}
    assert [one.value for one in draft.unmapped] == [written]


def test_both_formats_are_judged_by_the_same_demands(itmatt_profile, items_profile):
    """What is obligatory, how long and of which list does not depend on the syntax."""
    assert itmatt_profile.constraints == items_profile.constraints


def test_a_bad_line_rejects_none_of_its_neighbours(items_profile):
    """Each line has its verdict; what cannot be read is rejected with its line and column."""
    lines = compose_lines(items=5, number=1, seed=1).splitlines()
    lines[1] = lines[1][:100]
    lines[3] = b'{"FunctionalReferenceID":"LX123456785US"}'
    messages = list(ItemJson().translate(b"\n".join(lines), items_profile).messages)
    assert [one.verdict for one in messages] == [
        "accepted", "rejected", "accepted", "rejected", "accepted"
    ]  # fmt: skip
    (broken,) = messages[1].problems
    assert (broken.code, broken.where.line) == ("json.not-well-formed", 2)
    assert broken.where.column
    assert list(messages[1].events) == []
    assert {one.where.line for one in messages[3].problems} == {4}
    assert {one.message for one in messages[3].problems} == {4}
    assert messages[3].reference == "LX123456785US"


def test_the_places_of_a_line_are_its_pointers(items_profile):
    """Every leaf of the body has a JSON pointer that leads to it, and its line."""
    payload = compose_lines(items=3, number=5, seed=1)
    for number, message in enumerate(ItemJson().translate(payload, items_profile).messages, 1):
        (draft,) = message.events
        said = json.loads(payload.splitlines()[number - 1])
        places = dict(ItemJson().places(payload, number, items_profile))
        assert set(places) == {path for path, _value in leaves(draft.body)}
        for path, value in leaves(draft.body):
            at = said
            for step in places[path].json_pointer.split("/")[1:]:
                at = at[int(step)] if isinstance(at, list) else at[step]
            assert at == value
            assert places[path].line == number
    assert list(ItemJson().places(payload, 4, items_profile)) == []
    assert list(ItemJson().places(b"[]", 1, items_profile)) == []
    assert list(ItemJson().places(payload, 0, items_profile)) == []


def test_what_has_no_place_is_kept():
    """Unknown members and malformed values stay among the unmapped, as they were written."""
    _message, draft = _one(_sent('"Odd":{"a":[0.50,null]}', '"MailClassCode":7'))
    assert [(one.path, one.value) for one in draft.unmapped] == [
        ("Declaration.Odd", '{"a":[0.50,null]}'), ("Declaration.MailClassCode", "7"),
    ]  # fmt: skip


def test_more_elements_than_may_be_go_to_unmapped():
    """Beyond the maximum of an array nothing enters the body, and nothing is lost."""
    documents = ",".join(f'{{"ID":"{number}"}}' for number in range(1, 1002))
    message, draft = _one(_sent(f'"AdditionalDocument":[{documents}]'))
    assert [problem.code for problem in message.problems] == ["element.repeated"]
    assert len(draft.body["AdditionalDocument"]) == 999
    assert [one.value for one in draft.unmapped] == ['[{"ID":"1000"},{"ID":"1001"}]']


def test_a_flood_of_problems_is_counted_not_told():
    """The answer to a line full of mistakes stays readable, and rejects all the same."""
    message, draft = _one(_sent(*(f'"x{number}":1' for number in range(30_000))))
    assert len(message.problems) == 101
    assert message.problems[-1].code == "problems.more"
    assert message.verdict == "rejected"
    assert len(draft.unmapped) <= 20_000


def test_a_request_beyond_the_limit_is_refused_unread():
    """Ten mebibytes are taken, one byte more is a problem of the whole request."""
    line = _sent() + b" " * 700 + b"\n"
    payload = line * (10 * 1024 * 1024 // len(line))
    assert ItemJson().translate(payload, PLAIN).problems == ()
    (problem,) = ItemJson().translate(payload + b" " * len(line), PLAIN).problems
    assert problem.code == "json.too-large"


def test_a_request_with_too_many_lines_is_one_problem():
    """Beyond the limit, which a profile may set, no line is read; one item has any number."""
    one = _sent() + b"\n"
    few = Profile("few", "postal", "postal item JSON 1", settings={"lines_max": 3})
    for payload, profile in ((b"{}\n" * 20_001, PLAIN), (one * 4, few), (b"\n" * 9, few)):
        translation = ItemJson().translate(payload, profile)
        assert [problem.code for problem in translation.problems] == ["postal.too-many-lines"]
        assert list(translation.messages) == []
    for payload, count in ((one * 3, 3), (one.replace(b",", b"\n,\n\n\n"), 1)):
        assert len(list(ItemJson().translate(payload, few).messages)) == count


def test_memory_does_not_grow_with_the_number_of_lines(items_profile):
    """A hundred times the lines need no more memory beside the bytes themselves."""
    line = compose_lines(items=1, number=1, seed=1)

    def peak(lines: int) -> int:
        payload = line * lines
        tracemalloc.start()
        for message in ItemJson().translate(payload, items_profile).messages:
            list(message.events)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(20)
    assert peak(1000) < peak(10) + 100_000


def test_a_rendered_item_could_be_pushed_again():
    """What goes to a recipient in this format is what the view passed, member by member."""
    for tree in trees(items=3, number=8, seed=2):
        out = Outgoing("waiting", (), Stamp("d_1", "2026-11-22T09:30:00Z", 2), tree=tree)
        (artifact,) = ItemJson().render(out, PLAIN)
        assert artifact.name == "item-2.json"
        assert _one(artifact.content)[1].body == tree


@pytest.mark.parametrize(
    ("payload", "certainty"),
    [
        (b'{"FunctionalReferenceID":"x"}', 90), (b' \n{"GoodsShipment":{}}', 90),
        (b'{"answers":[]}', 10), (b"{", 10), (b"[]", None), (b"", None), (b"<ITMATT/>", None),
    ],
)  # fmt: skip
def test_an_object_with_an_item_s_members_is_recognised(payload, certainty):
    """A member of an item is certain; any other object is taken with doubt, to be told why."""
    seen = ItemJson().recognises(payload)
    assert (seen and seen.certainty) == certainty


@settings(max_examples=100, deadline=None)
@given(payload=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_give_verdicts(payload):
    """Bytes of any kind give messages that are rejected, and never an exception."""
    ItemJson().recognises(payload)
    for message in ItemJson().translate(payload, PLAIN).messages:
        assert message.verdict == "rejected"
        assert rejects(message.problems)
        assert list(ItemJson().places(payload, message.number, PLAIN)) == []


NAMES = st.sampled_from(["GoodsShipment", "Consignment", "ConsignmentItem", "Commodity", "value",
                         "Classification", "InvoiceAmount", "currency", "ID", "Origin", "Odd",
                         "FunctionalReferenceID", "AcceptanceDateTime", "Packaging"])  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False,
              allow_infinity=False), st.text(max_size=5), st.just("2026-11-02")),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(NAMES, below, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(said=st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_object_gives_a_body_of_its_package(said, items_profile):
    """Members of any name and kind leave a tree that validates, and problems for the rest."""
    (message,) = ItemJson().translate(json.dumps(said).encode(), items_profile).messages
    (draft,) = message.events
    PostalItem.model_validate(draft.body)
    placed = [path for path, _place in ItemJson().places(json.dumps(said).encode(), 1, PLAIN)]
    number = draft.body.get("FunctionalReferenceID")
    assert len(placed) == len(list(leaves(draft.body))), number


@settings(max_examples=100, deadline=None)
@given(changes=CHANGES, which=st.integers(0, 3))
def test_damaged_pushes_give_verdicts(changes, which, items_profile):
    """Bytes exchanged, cut out, put in or cut off are never more than verdicts with problems."""
    payload = damaged(compose_lines(items=1 + which, number=which, seed=4), changes)
    for message in ItemJson().translate(payload, items_profile).messages:
        assert (message.verdict == "rejected") == rejects(message.problems)
        for draft in message.events:
            PostalItem.model_validate(draft.body)
            orjson.dumps(draft.body)
