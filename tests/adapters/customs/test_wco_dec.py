"""WCO-DEC: what each kind of declaration does, and what is told about each kind of mistake."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.customs.sample_declaration import compose, compose_tree
from adapters.customs.wco_dec import WcoDec
from adapters.customs.wco_res import WcoRes
from broker.adapter import Constraint, Outgoing, Profile, Reference, Stamp
from broker.model.problem import rejects
from tests.adapters.damage import CHANGES, damaged

SPACE = "urn:wco:datamodel:WCO:DEC-DMS:2"
TYPES = "urn:wco:datamodel:WCO:Declaration_DS:DMS:2"
EMPTY_STRING = f'<DateTimeString xmlns="{TYPES}" formatCode="304"/>'
PLAIN = Profile("plain", "customs", "UK CDS WCO-DEC 3.6")


def _bare(content: str) -> bytes:
    return f'<Declaration xmlns="{SPACE}">{content}</Declaration>'.encode()


def _one(payload: bytes, profile: Profile = PLAIN):
    translation = WcoDec().translate(payload, profile)
    assert translation.problems == ()
    (message,) = translation.messages
    (draft,) = message.events
    return message, draft


@pytest.mark.parametrize(
    ("function", "kind", "does", "reference"),
    [
        ("9", "IMA", "put", ("LRN", "L1")),
        ("13", "COR", "patch", ("MRN", "M1")),
        ("13", "INV", "withdraw", ("MRN", "M1")),
        ("13", "GPR", "present", ("MRN", "M1")),
    ],
)
def test_function_and_type_say_what_the_event_does(function, kind, does, reference):
    """An original is known by its LRN, a request by the MRN of the declaration it is about."""
    message, draft = _one(
        _bare(
            f"<FunctionCode>{function}</FunctionCode><FunctionalReferenceID>L1"
            f"</FunctionalReferenceID><ID>M1</ID><TypeCode>{kind}</TypeCode>"
        )
    )
    assert (message.verdict, message.reference) == ("accepted", "L1")
    assert (draft.kind, draft.does, draft.package) == ("declaration", does, "goods-declaration")
    assert draft.references == (Reference(*reference),)
    assert draft.body["FunctionalReferenceID"] == "L1"


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        ("<TypeCode>IMA</TypeCode>", "value.missing", "Declaration.FunctionCode"),
        ("<FunctionCode>14</FunctionCode>", "wco.declaration.function-unknown",
         "Declaration.FunctionCode"),
        ("<FunctionCode>13</FunctionCode><ID>M</ID><TypeCode>QQQ</TypeCode>",
         "wco.declaration.type-unknown", "Declaration.TypeCode"),
        ("<FunctionCode>13</FunctionCode><ID>M</ID>", "wco.declaration.type-unknown",
         "Declaration.TypeCode"),
        ("<FunctionCode>13</FunctionCode><TypeCode>INV</TypeCode>", "value.missing",
         "Declaration.ID"),
        ("<FunctionCode>9</FunctionCode>", "value.missing",
         "Declaration.FunctionalReferenceID"),
    ],
)  # fmt: skip
def test_what_no_profile_needs_to_demand(content, code, path):
    """Without function, kind of request and reference nobody can tell what is meant."""
    message, draft = _one(_bare(content))
    assert message.verdict == "rejected"
    assert [(problem.code, problem.path) for problem in message.problems] == [(code, path)]
    assert draft.body


GOOD = "<FunctionCode>9</FunctionCode><FunctionalReferenceID>L</FunctionalReferenceID>"


@pytest.mark.parametrize(
    ("content", "code", "path", "pointer", "found"),
    [
        ("<Nonsense>1</Nonsense>", "element.unknown", "Declaration.Nonsense", "42A",
         "Nonsense"),
        ("<ID>a</ID><ID>b</ID>", "element.repeated", "Declaration.ID", "42A/D014", None),
        (f"<ID>{'x' * 71}</ID>", "value.too-long", "Declaration.ID", "42A/D014", "x" * 71),
        ("<InvoiceAmount>1,5</InvoiceAmount>", "number.malformed",
         "Declaration.InvoiceAmount", "42A/109", "1,5"),
        ("<InvoiceAmount>1e5</InvoiceAmount>", "number.malformed",
         "Declaration.InvoiceAmount", "42A/109", "1e5"),
        ("<InvoiceAmount>\u0661</InvoiceAmount>", "number.malformed",
         "Declaration.InvoiceAmount", "42A/109", "\u0661"),
        ('<InvoiceAmount currencyID="pound">1</InvoiceAmount>', "value.malformed",
         "Declaration.InvoiceAmount", "42A/109", "pound"),
        ("<BorderTransportMeans><ModeCode>X</ModeCode></BorderTransportMeans>",
         "value.malformed", "Declaration.BorderTransportMeans.ModeCode", "42A/15A/T022", "X"),
        ("<IssueDateTime><DateTimeString>20261122</DateTimeString></IssueDateTime>",
         "element.unknown", "Declaration.IssueDateTime.DateTimeString", "42A",
         "DateTimeString"),
        ("stray", "text.misplaced", "Declaration", "42A", "stray"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_told_once(content, code, path, pointer, found):
    """Code, canonical path, WCO pointer and the value found are those of the mistake."""
    message, _draft = _one(_bare(GOOD + content))
    (problem,) = message.problems
    assert (problem.code, problem.path, problem.found) == (code, path, found)
    assert pointer in problem.pointer
    assert problem.message == 1
    assert problem.where.line == 1


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("<TypeCode> IMA\n</TypeCode>", {"TypeCode": "IMA"}),
        ("<ID> as said </ID>", {"ID": " as said "}),
        ("<InvoiceAmount>10.00</InvoiceAmount>", {"InvoiceAmount": {"value": "10.00"}}),
        ("<TypeCode>\u200bIMA\u00a0\ufeff</TypeCode>", {"TypeCode": "IMA"}),
        ("<InvoiceAmount>\n +5 </InvoiceAmount>", {"InvoiceAmount": {"value": "5"}}),
        ('<InvoiceAmount currencyID="GBP">.50</InvoiceAmount>',
         {"InvoiceAmount": {"value": "0.50", "currency": "GBP"}}),
        ("<GoodsItemQuantity>5.</GoodsItemQuantity>", {"GoodsItemQuantity": {"value": "5"}}),
        ("<CurrencyExchange><RateNumeric>+.5</RateNumeric></CurrencyExchange>",
         {"CurrencyExchange": [{"RateNumeric": "0.5"}]}),
        ('<InvoiceAmount currencyID="GBP">-1.5</InvoiceAmount>',
         {"InvoiceAmount": {"value": "-1.5", "currency": "GBP"}}),
        ('<TotalGrossMassMeasure unitCode="KGM#G"> 007.100000 </TotalGrossMassMeasure>',
         {"TotalGrossMassMeasure": {"value": "007.100000", "unit": "KGM#G"}}),
        ("<ID>a<!-- no -->b</ID>", {"ID": "ab"}),
        ("<ID>&lt;&amp;</ID>", {"ID": "<&"}),
    ],
)  # fmt: skip
def test_values_stand_in_the_body_as_they_were_said(content, body):
    """Codes lose outer white space only; numbers are decimals in the model's spelling."""
    message, draft = _one(_bare(GOOD + content))
    assert message.problems == ()
    rest = {name: value for name, value in draft.body.items()
            if name not in {"FunctionCode", "FunctionalReferenceID"}}  # fmt: skip
    assert rest == body


@pytest.mark.parametrize(
    ("content", "path", "pointer"),
    [
        ("<ID/>", "Declaration.ID", "42A/D014"),
        ("<ID> \n</ID>", "Declaration.ID", "42A/D014"),
        ("<TypeCode>\u200b</TypeCode>", "Declaration.TypeCode", "42A/D013"),
        ('<InvoiceAmount currencyID="GBP"></InvoiceAmount>', "Declaration.InvoiceAmount",
         "42A/109"),
        ("<CurrencyExchange><RateNumeric/></CurrencyExchange>",
         "Declaration.CurrencyExchange[#1].RateNumeric", "42A/40A[1]/118"),
        ("<AcceptanceDateTime/>", "Declaration.AcceptanceDateTime", "42A/023"),
        (f"<AcceptanceDateTime>{EMPTY_STRING}</AcceptanceDateTime>",
         "Declaration.AcceptanceDateTime", "42A/023"),
        ("<Declarant/>", "Declaration.Declarant", "42A/57B"),
        ("<Declarant> <!-- none --> </Declarant>", "Declaration.Declarant", "42A/57B"),
        ("<AdditionalDocument/>", "Declaration.AdditionalDocument[#1]", "42A/02A[1]"),
    ],
)  # fmt: skip
def test_what_is_there_and_empty_is_a_warning_at_its_place(content, path, pointer):
    """A value, an amount, a moment and a class without content are named, and reject nothing."""
    message, draft = _one(_bare(GOOD + content))
    assert message.verdict == "accepted"
    (problem,) = message.problems
    assert (problem.code, problem.severity) == ("element.empty", "warning")
    assert (problem.path, problem.pointer) == (path, pointer)
    name = path.rpartition(".")[2].partition("[")[0]
    assert draft.body.get(name) in (None, {}, [{}])


def test_an_empty_class_does_not_pass_the_demands_on_its_content():
    """It is present, so what it must hold is missing; the one fault is reported once."""
    rows = (Constraint("Declarant.ID", "mandatory", "x.missing"),)
    profile = Profile("demanding", "customs", "UK CDS WCO-DEC 3.6", rows)
    for content, text in (("<Declarant/>", "missing"), ("<Declarant><ID/></Declarant>", "empty")):
        message, _draft = _one(_bare(GOOD + content), profile)
        (problem,) = message.problems
        assert (problem.code, problem.path) == ("x.missing", "Declaration.Declarant.ID")
        assert problem.text == f"Declarant.ID is {text}"
    assert _one(_bare(GOOD), profile)[0].problems == ()


def test_a_decimal_in_another_spelling_is_also_kept_as_it_was_written():
    """The body holds the decimal of the model; what was written stays beside it, with its place."""
    content = '<InvoiceAmount currencyID="GBP"> +.50 </InvoiceAmount>'
    message, draft = _one(_bare(GOOD + content))
    assert message.problems == ()
    assert draft.body["InvoiceAmount"] == {"value": "0.50", "currency": "GBP"}
    (kept,) = draft.unmapped
    assert (kept.path, kept.value) == ("Declaration.InvoiceAmount", "+.50")
    assert kept.place.xpath == "/Declaration/InvoiceAmount"


def test_the_order_of_elements_is_not_enforced():
    """A schema's order helps machines; a declaration out of order says the same."""
    message, _draft = _one(_bare("<TypeCode>IMA</TypeCode>" + GOOD))
    assert message.verdict == "accepted"


def _items(*numbers):
    items = "".join(
        f"<GovernmentAgencyGoodsItem><SequenceNumeric>{number}</SequenceNumeric>"
        "</GovernmentAgencyGoodsItem>" for number in numbers
    )  # fmt: skip
    return f"<GoodsShipment>{items}</GoodsShipment>"


@pytest.mark.parametrize("numbers", [("1", "1"), ("1", "01"), ("1.0", "001"), ("+2", "2")])
def test_two_items_with_one_number_are_refused(numbers):
    """An element is named by its number, so a number is there once, in whatever spelling."""
    message, _draft = _one(_bare(GOOD + _items(*numbers)))
    (problem,) = message.problems
    assert (problem.code, problem.severity) == ("sequence.repeated", "error")
    assert problem.where.xpath.endswith("GovernmentAgencyGoodsItem[2]")


def test_numbers_with_zeros_in_front_are_numbers():
    """001 and 002 are two items, and a pointer at the second is one at item 2."""
    content = _items("001", "002").replace(">002</SequenceNumeric>", ">002</SequenceNumeric><X/>")
    message, draft = _one(_bare(GOOD + content))
    (problem,) = message.problems
    assert problem.pointer == "42A/67A[1]/68A[2]"
    items = draft.body["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    assert [item["SequenceNumeric"] for item in items] == ["001", "002"]
    assert _one(_bare(GOOD + _items("001", "002")))[0].problems == ()


@pytest.mark.parametrize("name", ["Itinerary", "ConsignmentItem"])
def test_every_numbered_class_compares_its_numbers(name):
    """Not items alone: whatever the table numbers."""
    one = f"<{name}><SequenceNumeric>{{}}</SequenceNumeric></{name}>"
    content = f"<Consignment>{one.format('3')}{one.format('03')}</Consignment>"
    message, _draft = _one(_bare(GOOD + content))
    assert [problem.code for problem in message.problems] == ["sequence.repeated"]


def test_more_items_than_may_be_go_to_unmapped():
    """Beyond the maximum of the table nothing enters the body, and nothing is lost."""
    items = "".join(
        f"<GovernmentAgencyGoodsItem><SequenceNumeric>{number}</SequenceNumeric>"
        "</GovernmentAgencyGoodsItem>" for number in range(1, 1001)
    )  # fmt: skip
    message, draft = _one(_bare(f"{GOOD}<GoodsShipment>{items}</GoodsShipment>"))
    assert [problem.code for problem in message.problems] == ["element.repeated"]
    assert len(draft.body["GoodsShipment"]["GovernmentAgencyGoodsItem"]) == 999
    assert [one.value for one in draft.unmapped] == ["1000"]


def test_a_flood_of_problems_is_counted_and_not_listed():
    """The answer to a message full of mistakes stays readable, and rejects all the same."""
    message, draft = _one(_bare(GOOD + "<Wrong>1</Wrong>" * 30_000))
    assert len(message.problems) == 101
    assert message.problems[-1].code == "problems.more"
    assert message.problems[-1].text.startswith("29900 more errors and 0 more warnings")
    assert message.verdict == "rejected"
    assert len(draft.unmapped) <= 20_000


@pytest.mark.parametrize("number", [99, 100, 101, 20_050, 30_000])
def test_warnings_never_reject_however_many_there_are(number):
    """Only their listing is limited, and the number of those that are not listed is stated."""
    message, _draft = _one(_bare(GOOD + "<AdditionalDocument/>" * number))
    assert message.verdict == "accepted"
    assert {problem.severity for problem in message.problems} == {"warning"}
    assert len(message.problems) == min(number, 100) + (number > 100)
    more = message.problems[-1]
    assert number <= 100 or f"0 more errors and {number - 100} more warnings" in more.text


@pytest.mark.parametrize("number", [150, 30_000])
def test_no_warning_pushes_an_error_out(number):
    """Behind any number of warnings, each error is listed, and listed first."""
    content = "<AdditionalDocument/>" * number + "<Wrong>1</Wrong><InvoiceAmount>x</InvoiceAmount>"
    message, _draft = _one(_bare(GOOD + content))
    assert message.verdict == "rejected"
    assert [problem.code for problem in message.problems[:2]] == [
        "element.unknown", "number.malformed"
    ]  # fmt: skip
    assert {problem.severity for problem in message.problems[2:]} == {"warning"}
    assert len(message.problems) == 101


def test_values_without_a_place_reject_nothing_however_many_there_are():
    """An attribute that the model does not know is kept, and beyond the limit it is not."""
    content = '<AdditionalDocument><ID scheme="x">1</ID></AdditionalDocument>' * 20_100
    message, draft = _one(_bare(GOOD + content))
    assert (message.verdict, message.problems) == ("accepted", ())
    assert len(draft.unmapped) == 20_000


def test_only_this_profile_s_severity_rejects(uk_cds):
    """A profile may make a warning of a rule, and a warning rejects nothing."""
    lenient = Profile("lenient", "customs", "", settings={
        "severities": {"element.unknown": "warning"}})  # fmt: skip
    payload = _bare(GOOD + "<Nonsense/>")
    assert _one(payload, lenient)[0].verdict == "accepted"
    assert _one(payload, uk_cds)[0].verdict == "rejected"


@settings(max_examples=120, deadline=None)
@given(payload=st.binary(max_size=400))
def test_any_bytes_give_verdicts_or_problems(payload):
    """Bytes of any kind are recognised or not, translated or refused, without an exception."""
    WcoDec().recognises(payload)
    translation = WcoDec().translate(payload, PLAIN)
    assert translation.problems or list(translation.messages)
    assert list(WcoDec().places(payload, 1, PLAIN)) is not None


@settings(max_examples=150, deadline=None)
@given(changes=CHANGES, which=st.integers(0, 3))
def test_damaged_declarations_give_verdicts_or_problems(changes, which, uk_cds):
    """Bytes exchanged, cut out, put in or cut off are never more than a verdict with problems."""
    payload = damaged(compose(items=1 + which, number=which, seed=4), changes)
    translation = WcoDec().translate(payload, uk_cds)
    for message in translation.messages:
        assert (message.verdict == "rejected") == rejects(message.problems)
        assert len(list(message.events)) == 1
    list(WcoDec().places(payload, 1, uk_cds))


def test_every_published_file_survives_damage(corpus, uk_cds, uk_responses):
    """Each file cut short at 25 places, and with a byte exchanged there, gives no exception."""
    for file in sorted((corpus / "customs").glob("wco-*/*.xml")):
        whole = file.read_bytes()
        for step in range(1, 26):
            at = len(whole) * step // 26
            for payload in (whole[:at], whole[:at] + b"<" + whole[at + 1 :]):
                assert WcoDec().translate(payload, uk_cds) is not None
                for message in WcoRes().translate(payload, uk_responses).messages:
                    list(message.events)


def test_a_rendered_declaration_reads_back_as_it_was(declaration_faults):
    """What goes to a recipient in this format is valid, and holds the tree and nothing else."""
    tree = compose_tree(items=3, number=8, seed=2)
    out = Outgoing("waiting", (), Stamp("d_1", "2026-11-22T09:30:00Z", 2), tree=tree)
    (artifact,) = WcoDec().render(out, PLAIN)
    assert declaration_faults(artifact.content) == []
    assert _one(artifact.content)[1].body == tree
