"""Corrections: what their blocks point at, and the published ones applied to their originals."""

import pytest

from adapters.customs.sample_declaration import compose_tree
from adapters.customs.wco_dec import WcoDec
from adapters.customs.wco_res import WcoRes
from broker.adapter import ChecksBodies, Constraint, Profile
from broker.dossiers import amending
from broker.dossiers.amending import amend, differences
from broker.model import pointers
from broker.model.dossier import Change
from broker.model.packages import PACKAGES
from broker.model.paths import leaves
from broker.model.problem import NOWHERE, rejects

SPACE = "urn:wco:datamodel:WCO:DEC-DMS:2"
PACKAGE = "goods-declaration"
PLAIN = Profile("plain", "customs", "UK CDS WCO-DEC 3.6")


def pointer(*steps):
    """A pointer of these classes, each with a number and a tag where it has them: `68A[2]/006`."""
    written = ""
    for step in steps:
        section, _, tag = step.partition("/")
        section, _, number = section.partition("[")
        inside = f"<SequenceNumeric>{number[:-1]}</SequenceNumeric>" if number else ""
        inside += f"<DocumentSectionCode>{section}</DocumentSectionCode>" if section else ""
        inside += f"<TagID>{tag}</TagID>" if tag else ""
        written += f"<Pointer>{inside}</Pointer>"
    return written


def correction(*blocks, kind="COR", profile=PLAIN):
    """Message and draft of a request with these blocks, each on a line of its own."""
    lines = [f"<Amendment><ChangeReasonCode>32</ChangeReasonCode>{block}</Amendment>"
             for block in blocks]  # fmt: skip
    head = (
        f'<Declaration xmlns="{SPACE}"><FunctionCode>13</FunctionCode>'
        f"<FunctionalReferenceID>R1</FunctionalReferenceID><ID>26QZMRN</ID>"
        f"<TypeCode>{kind}</TypeCode>"
    )
    payload = "\n".join([head, *lines, "</Declaration>"]).encode()
    (message,) = WcoDec().translate(payload, profile).messages
    (draft,) = message.events
    return message, draft


def test_each_block_with_a_pointer_is_a_change():
    """Its path, and the place and number of the block; a block without a pointer is a reason."""
    message, draft = correction(
        pointer("42A[1]/146"),
        "",
        pointer("42A", "67A", "68A[2]", "02A[3]", "/D005"),
    )
    assert (message.verdict, draft.does) == ("accepted", "patch")
    at = "/Declaration/Amendment"
    assert draft.changes == (
        Change("amend", "TotalPackageQuantity", {},
               {"xpath": f"{at}[1]", "line": 2, "column": 1, "block": 1}),
        Change("amend", "GoodsShipment.GovernmentAgencyGoodsItem[2].AdditionalDocument[#3].ID", {},
               {"xpath": f"{at}[3]", "line": 4, "column": 1, "block": 3}),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["INV", "GPR"])
def test_only_a_correction_has_changes(kind):
    """What a cancellation or presentation points at is a reason, and changes nothing."""
    message, draft = correction(pointer("42A/146"), pointer("99Z"), kind=kind)
    assert (message.verdict, draft.changes) == ("accepted", ())


def test_the_profile_says_how_pointers_are_written():
    """The office of exit below the shipment is the declaration's own, in the UK dialect alone."""
    uk = Profile("uk", "customs", PLAIN.format, settings={"pointers": "uk"})
    written = pointer("42A", "67A", "56A/G005")
    assert correction(written, profile=uk)[1].changes[0].path == "ExitOffice.ID"
    assert correction(written)[0].verdict == "rejected"


UNKNOWN = (
    # steps, what is found, words
    (("42A", "67A[1]", "68A[1]", "99Z[2]", "23A/137"), "42A/67A[1]/68A[1]/99Z[2]/23A/137",
     "only as far as 42A/67A[1]/68A[1]"),
    (("42A", "67A", "68A[1]/999"), "42A/67A/68A[1]/999", "only as far as 42A/67A/68A[1]"),
    (("42A[1]",), "42A[1]", "at the whole declaration, and at no element of it"),
    (("67A", "68A[1]"), "67A/68A[1]", "at no step of it"),
    (("/146",), "146", "has a step without a class, or a number that is none"),
)  # fmt: skip


@pytest.mark.parametrize(("steps", "found", "words"), UNKNOWN)
def test_a_pointer_at_nothing_rejects_the_correction(steps, found, words):
    """The problem stands at the block, and says how far the pointer is known."""
    message, draft = correction(pointer("42A/146"), pointer(*steps))
    (problem,) = message.problems
    assert message.verdict == "rejected"
    assert (problem.code, problem.found) == ("wco.amendment.pointer-unknown", found)
    assert (problem.path, problem.pointer) == ("Declaration.Amendment[#2]", "42A/06A[2]")
    assert (problem.where.line, problem.where.column) == (3, 1)
    assert problem.text.endswith(words)
    assert len(draft.changes) == 1


def test_no_profile_makes_a_pointer_at_nothing_a_warning():
    """A correction of which one block is left out would be another correction."""
    code = "wco.amendment.pointer-unknown"
    lenient = Profile(
        "lenient", "customs", PLAIN.format, settings={"severities": {code: "warning"}}
    )
    assert correction(pointer("42A/999"), profile=lenient)[0].verdict == "rejected"


@pytest.mark.parametrize("number", ["1.5", "-1", "1234567", "x"])
def test_a_number_that_is_none_points_at_nothing(number):
    """A pointer with such a number is refused: it never means the first element instead."""
    message, _draft = correction(pointer("42A", "67A", f"68A[{number}]"))
    assert message.verdict == "rejected"


@pytest.mark.parametrize("number", ["2", "02", "2.0", "+2", " 2 "])
def test_a_number_is_read_in_every_spelling(number):
    """The second item is the second item, however its number is written."""
    message, draft = correction(pointer("42A", "67A", f"68A[{number}]"))
    assert message.verdict == "accepted"
    assert draft.changes[0].path == "GoodsShipment.GovernmentAgencyGoodsItem[2]"


def test_a_body_that_no_file_holds_is_judged_as_an_original(uk_cds):
    """Breaches have path, pointer, code and severity as in a file, and no place."""
    adapter = WcoDec()
    assert isinstance(adapter, ChecksBodies)
    tree = compose_tree(items=2, number=1, seed=1)
    assert adapter.check_body(tree, PACKAGE, uk_cds) == ()
    last = tree["GoodsShipment"]["GovernmentAgencyGoodsItem"][1]
    del last["Commodity"]["GoodsMeasure"]["NetNetWeightMeasure"]
    found = adapter.check_body(tree, PACKAGE, uk_cds)
    (problem,) = (problem for problem in found if problem.code == "wco.net-mass.missing")
    assert problem.path == (
        "Declaration.GoodsShipment.GovernmentAgencyGoodsItem[2].Commodity.GoodsMeasure"
        ".NetNetWeightMeasure"
    )
    assert problem.pointer == "42A/67A[1]/68A[2]/23A/65A/128"
    assert problem.text == "GoodsMeasure.NetNetWeightMeasure is missing"
    assert (problem.message, problem.where) == (None, NOWHERE)
    assert rejects(found)


def test_an_amendment_that_removes_what_is_mandatory_fails_the_demands(uk_cds):
    """The removal itself can be applied; the version that it makes is not a valid original."""
    base = compose_tree(items=1, number=1, seed=1)
    path = ("GoodsShipment.GovernmentAgencyGoodsItem[1].Commodity.GoodsMeasure"
            ".NetNetWeightMeasure")  # fmt: skip
    after = amend(base, {}, [Change("amend", path, {})], PACKAGE)
    assert {delta.after for delta in after.deltas} == {None}
    found = WcoDec().check_body(after.tree, PACKAGE, uk_cds)
    assert "wco.net-mass.missing" in {problem.code for problem in found if rejects([problem])}


def test_many_breaches_of_a_body_are_counted():
    """At most a hundred are listed; how many more there are is one more problem."""
    rows = [Constraint("ID", "mandatory", f"code-{number}") for number in range(120)]
    strict = Profile("strict", "customs", PLAIN.format, constraints=tuple(rows))
    found = WcoDec().check_body({}, PACKAGE, strict)
    assert len(found) == 101
    assert (found[-1].code, found[-1].severity) == ("problems.more", "error")
    assert found[-1].text.startswith("20 more errors")
    assert WcoDec().check_body({}, "postal-item", strict) == ()


AMENDED = {
    # amendment: original, blocks, leaves that differ, differences that no block names
    "AddItem_2_amend_COR": ("AddItem_1_decl", 3, 44, 0),
    "EX009a_amend_COR": ("EX009a_decl_EXD", 1, 1, 0),
    "IM002b_amend_COR": ("IM002b_decl_IMZ", 1, 1, 0),
    "IM002c_amend_COR_multi": ("IM002b_decl_IMZ", 6, 6, 0),
    "IM005b_amend_COR": ("IM005b_decl_IMJ", 1, 2, 0),
    "IM011a_amend_COR": ("IM011a_decl_IMK", 1, 2, 0),
    "IM016a_amend_COR_big": ("IM016a_decl_IMA", 32, 42, 1),
}
"""A leaf that states a unit where the original has none is a difference of its own. The one that no
block names is the date in the number of a document that the big amendment repeats as context."""


@pytest.fixture
def published(corpus, uk_cds):
    """Reads a published declaration or amendment by its name: message and draft."""

    def read(name):
        payload = (corpus / "customs" / "wco-dec" / f"{name}.xml").read_bytes()
        (message,) = WcoDec().translate(payload, uk_cds).messages
        (draft,) = message.events
        return message, draft

    return read


@pytest.fixture
def result(corpus, uk_responses):
    """Reads the body of a published notification of an amendment (DMSRES) by its name."""

    def read(name):
        payload = (corpus / "customs" / "wco-res" / f"{name}.xml").read_bytes()
        (message,) = WcoRes().translate(payload, uk_responses).messages
        (draft,) = message.events
        return draft.body

    return read


def test_the_table_names_every_published_amendment(corpus):
    """Each amendment of the corpus is applied below; together they have 45 pointers."""
    files = (corpus / "customs" / "wco-dec").glob("*_amend_*.xml")
    assert {file.stem for file in files} == AMENDED.keys()
    assert sum(blocks for _, blocks, _, _ in AMENDED.values()) == 45


@pytest.mark.parametrize("name", AMENDED)
def test_a_published_amendment_applies_to_its_original(name, published, uk_cds):
    """All its blocks are resolved and applied; the result is valid and meets all demands."""
    original, blocks, leaves_changed, not_named = AMENDED[name]
    message, draft = published(name)
    base = published(original)[1].body
    assert (message.verdict, len(draft.changes)) == ("accepted", blocks)
    assert len(draft.body["Amendment"]) == blocks
    after = amend(base, draft.body, draft.changes, PACKAGE)
    assert [problem.code for problem in after.problems] == [
        "amendment.difference-not-named"
    ] * not_named
    assert len(after.deltas) == leaves_changed
    assert after.deltas == differences(base, after.tree)
    PACKAGES[PACKAGE].model_validate(after.tree)
    assert not rejects(WcoDec().check_body(after.tree, PACKAGE, uk_cds))
    again = amend(after.tree, draft.body, draft.changes, PACKAGE)
    assert (again.tree, again.deltas) == (after.tree, ())


def test_the_difference_that_no_block_names_is_of_the_context(published):
    """The big amendment repeats the second document of the item with another date in its number."""
    draft = published("IM016a_amend_COR_big")[1]
    base = published("IM016a_decl_IMA")[1].body
    (problem,) = amend(base, draft.body, draft.changes, PACKAGE).problems
    assert problem.path == ("GoodsShipment.GovernmentAgencyGoodsItem[1].AdditionalDocument[#2].ID")
    assert problem.pointer == "42A/67A[1]/68A[1]/02A[2]/D005"


def changes_in(body):
    """The changes that a notification says it made."""
    paths = (pointers.to_path(pointers.from_tree(block["Pointer"]), "uk")
             for block in body["Amendment"])  # fmt: skip
    return [Change("amend", path, {}) for path in paths]


COMPARED = {
    "AdditionalDocument": ("CategoryCode", "ID", "Name", "TypeCode", "LPCOExemptionCode"),
    "AdditionalInformation": ("StatementCode", "StatementDescription"),
    "DutyTaxFee": (
        "SpecificTaxBaseQuantity.value", "SpecificTaxBaseQuantity.unit", "TypeCode",
        "Payment.MethodCode", "Payment.TaxAssessedAmount.value",
        "Payment.TaxAssessedAmount.currency", "Payment.PaymentAmount.value",
        "Payment.PaymentAmount.currency",
    ),
}  # fmt: skip
"""The leaves of the first item on which customs and broker are compared: of two documents, one
statement and four duties."""


def test_customs_and_broker_come_to_the_same_version(published, result):
    """What the notification of IM016a says of the amended declaration is what the broker has.

    Leaf by leaf, for all 44 that it names (COMPARED); 111.110000 and 111.11 are one number. The
    notification's own blocks, applied to the original, give the same declaration as the trader's.
    """
    draft = published("IM016a_amend_COR_big")[1]
    base = published("IM016a_decl_IMA")[1].body
    ours = amend(base, draft.body, draft.changes, PACKAGE)
    body = result("IM016a_08_DMSRES")
    theirs = body["AmendedDeclaration"]
    named = [path for path, _ in leaves(theirs) if "GoodsItem" in path]
    named.remove("GoodsShipment.GovernmentAgencyGoodsItem[1].SequenceNumeric")
    compared = {name: sum(f".{name}[" in path for path in named) for name in COMPARED}
    counts = {"AdditionalDocument": 2, "AdditionalInformation": 1, "DutyTaxFee": 4}
    assert compared == {name: counts[name] * len(COMPARED[name]) for name in COMPARED}
    assert len(named) == sum(compared.values()) == 44
    assert [delta for delta in differences(ours.tree, theirs) if delta.after is not None] == []
    by_customs = amend(base, theirs, changes_in(body), PACKAGE)
    assert by_customs.problems == ()
    assert differences(ours.tree, by_customs.tree) == ()


def test_a_change_made_by_customs_is_read_like_an_amendment(published, result):
    """EX011a: what customs noted at arrival (place, code, address of the goods) is in the original.

    So its four blocks are sound, and change nothing.
    """
    body = result("EX011a_03_DMSRES")
    base = published("EX011a_decl_EXD")[1].body
    after = amend(base, body["AmendedDeclaration"], changes_in(body), PACKAGE)
    assert [change.path for change in changes_in(body)] == [
        f"GoodsShipment.Consignment.GoodsLocation.{leaf}"
        for leaf in ("Name", "TypeCode", "Address.CountryCode", "Address.TypeCode")
    ]
    assert (after.tree, after.deltas, after.problems) == (base, (), ())
    assert changes_in(result("catalogue_07_DMSRES"))


def test_every_valid_original_meets_the_demands_without_its_file(corpus, uk_cds):
    """`check_body` finds in the tree which demands `translate` finds not met in the file."""
    checked = 0
    for file in sorted((corpus / "customs" / "wco-dec").glob("*.xml")):
        (message,) = WcoDec().translate(file.read_bytes(), uk_cds).messages
        (draft,) = message.events
        if draft.does == "put":
            found = WcoDec().check_body(draft.body, PACKAGE, uk_cds)
            assert [(p.code, p.severity, p.path, p.pointer, p.text) for p in found] == [
                (p.code, p.severity, p.path, p.pointer, p.text) for p in message.problems
            ], file.name
            assert rejects(found) == (message.verdict == "rejected")
            checked += 1
    assert checked == 19


def test_an_implementation_by_index_would_be_found_out(published, monkeypatch):
    """With items taken by ordinal, the third item of the published amendment has no place."""
    draft = published("AddItem_2_amend_COR")[1]
    base = published("AddItem_1_decl")[1].body
    monkeypatch.setattr(amending, "element_key", lambda _element, ordinal: f"#{ordinal}")
    assert rejects(amend(base, draft.body, draft.changes, PACKAGE).problems)
