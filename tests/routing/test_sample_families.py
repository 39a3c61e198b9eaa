"""The sample state on items, visits and flights: who is told, and of what nobody but who may."""

import itertools

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.model.dossier import Shown
from broker.model.packages import PACKAGES, fields_of
from broker.model.paths import leaves, pattern_of
from broker.model.postal import ContentPiece
from broker.routing.decision import Document
from broker.routing.match import decide
from broker.routing.versions import compare, digest_of, target_of
from broker.routing.view import apply
from tests.routing.test_sample_configuration import CHAPTERS, TARIFF

SHIP = "BorderTransportMeans"
PIECES = {
    # content piece: its code, who besides customs is concerned by it
    "1": ("060311", "plant-health"),
    "2": ("020130", "animal-health"),
    "3": ("300490", "medicines"),
    "4": ("930110", "firearms"),
    "5": ("290377", "environment"),
    "6": ("284443", "radiation"),
    "7": ("970121", "cultural-property"),
    "8": ("960110", "wildlife"),
    "9": ("401220", "port-health"),
    "10": ("950300", "market-surveillance"),
    "11": ("490199", ""),
}
WHOLE = {"customs", "aviation-security", "statistics"}
ADDRESSED = tuple(
    f"GoodsShipment.{role}.{field}"
    for role in ("Consignor", "Consignee")
    for field in ("Name", "Address.")
)
PARTIES = (*ADDRESSED, "GoodsShipment.Consignor.ID", "GoodsShipment.Consignee.ID")
PERSONAL = {
    # package, recipient: below what it may see personal values; whoever is not here sees none
    ("postal-item", "customs"): ("GoodsShipment.",),
    ("postal-item", "aviation-security"): ADDRESSED,
    ("postal-item", "plant-health"): PARTIES,
    ("postal-item", "medicines"): PARTIES,
    ("postal-item", "firearms"): PARTIES,
    ("postal-item", "environment"): PARTIES,
    ("postal-item", "animal-health"): ("GoodsShipment.Consignor.ID",),
    ("conveyance-report", "customs"): ("Agent.",),
    ("conveyance-report", "border-police"): ("Agent.", f"{SHIP}.Master."),
    ("persons-report", "border-police"): ("Submitter.", f"{SHIP}."),
}
TOLD = {
    # kind, package, part, TypeCode: who is told
    ("item", "postal-item", "", ""): WHOLE | {who for _, who in PIECES.values() if who},
    ("visit", "conveyance-report", "FAL1", "arrival"): {
        "customs", "border-police", "harbour-master", "port-health",
    },
    ("visit", "conveyance-report", "FAL1-departure", "departure"): {
        "customs", "border-police", "harbour-master",
    },
    ("visit", "persons-report", "FAL5", "250"): {"border-police"},
    ("flight", "persons-report", "passengers", "745"): {"border-police"},
    ("flight", "persons-report", "crew", "250"): {"border-police"},
    ("item", "board", "board", ""): {"submitter", "customs"},
    ("visit", "board", "board", ""): {"submitter", "harbour-master"},
    ("flight", "board", "board", ""): {"submitter"},
}  # fmt: skip
ANSWERS = {
    # kind, part, TypeCode: whose answer the dossier waits for
    ("visit", "conveyance-report", "FAL1", "arrival"): {"harbour-master", "port-health"},
    ("visit", "conveyance-report", "FAL1-departure", "departure"): set(),
    ("visit", "persons-report", "FAL5", "250"): {"border-police"},
    ("flight", "persons-report", "passengers", "745"): {"border-police"},
    ("flight", "persons-report", "crew", "250"): {"border-police"},
}
NAMELESS = ("harbour-master", "market-surveillance", "port-health", "statistics")
PRIVATE = ("Seat", "Ticket", "Booking", "Customer", "Baggage", ".Address", "Crew.Comm", "ger.Comm")


def filled(package):
    """A body with a value of its own in every field, two of each repeated class."""
    return _filled(PACKAGES[package], (f"ZQ{number:05d}" for number in itertools.count()))


def _filled(model, values):
    found = {}
    for name, one in fields_of(model).items():
        if one.kind == "class":
            two = [_filled(one.model, values) for _ in range(2 if one.repeats else 1)]
            found[name] = two if one.repeats else two[0]
        elif one.kind in {"amount", "measure"}:
            half = {"amount": "currency", "measure": "unit"}[one.kind]
            found[name] = {"value": next(values), half: next(values)}
        else:
            found[name] = next(values)
    return found


def document(kind, package, part, type_code):
    """The full body as a document that concerns all it can concern."""
    body = filled(package)
    if type_code:
        body["TypeCode"] = type_code
    if package == "board":
        body["Answer"][1]["PurposeCode"] = "health-control"
    if package == "postal-item":
        body["GoodsShipment"]["TransactionNatureCode"] = "11"
        body["GoodsShipment"]["Consignment"]["DepartureTransportModeCode"] = "4"
        body["GoodsShipment"]["Consignment"]["ConsignmentItem"] = [
            _piece(number, code) for number, (code, _) in PIECES.items()
        ]
    return Document(kind, package, body, on="2026-01-15", part=part, overall="released")


def _piece(number, code):
    piece = _filled(ContentPiece, (f"ZQ{one:05d}/{number}" for one in itertools.count()))
    piece["Commodity"]["Classification"] = [{"ID": code, "IdentificationTypeCode": "HS"}]
    return {**piece, "SequenceNumeric": number}


def seen(sample, one):
    """What each recipient of a document sees: (recipient, tree)."""
    for result in decide(sample.book, one).results:
        yield result, apply(sample.views[result.view], one.body, result.matched).tree


def guarded(known, package):
    """The patterns of a package that are personal or sensitive."""
    found = known.packages[package].items()
    return {pattern for pattern, kind in found if kind in {"personal", "sensitive"}}


@pytest.mark.parametrize("what", TOLD)
def test_each_recipient_gets_only_the_personal_values_it_may_have(sample, known, what):
    """Of a document with every field filled, all others stay inside, wherever they are looked for.

    An agency's reasons reach nobody.
    """
    one = document(*what)
    secret = guarded(known, one.package)
    told = set()
    for result, tree in seen(sample, one):
        told.add(result.recipient)
        allowed = PERSONAL.get((one.package, result.recipient), ())
        text = orjson.dumps(tree).decode()
        for path, value in leaves(one.body):
            pattern = pattern_of(path)
            if pattern in secret and not pattern.startswith(allowed):
                assert value not in text, (result.recipient, pattern)
    assert told == TOLD[what]


def test_everything_that_may_be_seen_is_seen_by_whom_it_is_for(sample, known):
    """Customs sees all of an item, the border police all names and documents of all persons."""
    one = document("item", "postal-item", "", "")
    trees = {result.recipient: tree for result, tree in seen(sample, one)}
    assert trees["customs"] == one.body
    one = document("flight", "persons-report", "passengers", "745")
    (tree,) = (tree for _, tree in seen(sample, one))
    persons = (f"{SHIP}.Crew.", f"{SHIP}.Passenger.")
    shown = {
        pattern for path, _ in leaves(tree) if (pattern := pattern_of(path)).startswith(persons)
    }
    assert shown == {
        pattern
        for pattern in known.packages["persons-report"]
        if pattern.startswith(persons) and not any(word in pattern for word in PRIVATE)
    }


def test_each_agency_sees_its_own_contents_of_an_item_and_no_other(sample):
    """Of an item with a piece for each agency, each sees its piece, by its own number."""
    one = document("item", "postal-item", "", "")
    for result, tree in seen(sample, one):
        pieces = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
        mine = {number for number, (_, who) in PIECES.items() if who == result.recipient}
        wanted = set(PIECES) if result.recipient in WHOLE else mine
        assert {piece["SequenceNumeric"] for piece in pieces} == wanted, result.recipient
        others = {f'/{number}"' for number in set(PIECES) - wanted}
        text = orjson.dumps(tree).decode()
        assert not [end for end in others if end in text], result.recipient


@pytest.mark.parametrize("recipient", NAMELESS)
def test_who_sees_no_names_sees_none_in_any_view_of_any_row(sample, known, recipient):
    """Neither personal nor sensitive fields pass its views, whatever the document."""
    rows = [row.rule for row in sample.book.rows if row.rule.recipient == recipient]
    assert rows
    for rule in rows:
        tree = apply(sample.views[rule.view], filled(rule.package)).tree
        shown = {pattern_of(path) for path, _ in leaves(tree)}
        assert shown & guarded(known, rule.package) == set(), rule.name


def test_the_border_police_sees_no_goods(sample):
    """No field of goods or cargo, nor free remarks, passes any view of its rows."""
    rows = [row.rule for row in sample.book.rows if row.rule.recipient == "border-police"]
    assert {rule.package for rule in rows} == {"conveyance-report", "persons-report"}
    for rule in rows:
        tree = apply(sample.views[rule.view], filled(rule.package)).tree
        for path, _ in leaves(tree):
            for word in ("Cargo", "Goods", "Consign", "Commodity", "Remarks", "Status"):
                assert word not in pattern_of(path)


def test_boards_of_items_visits_and_flights_hold_no_reasons(sample, known):
    """No reason of an agency, in words or codes, and none of its own words leaves with a board."""
    for row in sample.book.rows:
        rule = row.rule
        if rule.package == "board" and rule.kind != "declaration":
            tree = apply(sample.views[rule.view], filled("board")).tree
            shown = {pattern_of(path) for path, _ in leaves(tree)}
            assert "Answer.StatusCode" in shown
            assert not [one for one in shown if "Reason" in one or "Native" in one], rule.name
            assert shown & guarded(known, "board") == set(), rule.name


@pytest.mark.parametrize("what", ANSWERS)
def test_two_agencies_answer_on_a_visit_and_the_border_police_on_persons(sample, what):
    """Harbour master and port health are asked of an arrival, the border police of each list."""
    results = decide(sample.book, document(*what)).results
    asked = {result.recipient for result in results if result.expects}
    assert asked == ANSWERS[what]


def item(*pieces):
    """A postal item with these codes and types, none of which says how it travels."""
    contents = [
        {
            "SequenceNumeric": str(number),
            "Commodity": {
                "Classification": [
                    {"ID": code, "IdentificationTypeCode": kind} if kind else {"ID": code}
                ]
            },
        }
        for number, (code, kind) in enumerate(pieces, 1)
    ]
    return {"GoodsShipment": {"Consignment": {"ConsignmentItem": contents}}}


def posted(body):
    """The item as a document on which agencies still wait."""
    return Document("item", "postal-item", body, on="2026-01-15", overall="waiting")


@given(st.integers(0, 9999), st.sampled_from(["", "20", "2000"]), st.sampled_from([*TARIFF, "SRV"]))
def test_each_heading_in_the_post_goes_to_whom_it_concerns(sample, heading, more, kind):
    """For any heading, length and type, the rows agree with the table of headings."""
    code = f"{heading:04d}{more}"
    sent = {one.recipient for one in decide(sample.book, posted(item((code, kind)))).results}
    concerned = {
        agency for agency, begins in CHAPTERS.items() if code.startswith(tuple(begins))
    } if kind in TARIFF else set()  # fmt: skip
    assert sent == concerned | {"customs"}


def test_a_code_corrected_out_of_the_chapter_withdraws_the_item(sample):
    """Bulbs corrected to light bulbs are withdrawn from plant health, changed for customs."""
    before, after = (
        {
            target_of(result): digest_of(tree, result)
            for result, tree in seen(sample, posted(item(("490199", "HS"), (code, "HS"))))
        }
        for code in ("060110", "853922")
    )
    told = {target: Shown(1, digest, "d_1", "new") for target, digest in before.items()}
    outcomes = {one.target.recipient: one.outcome for one in compare("", told, after)}
    assert outcomes == {"customs": "changed", "plant-health": "withdrawn"}
