"""The problems of one item: errors first, counted beyond the limit, and no verdict from a limit."""

import json
from dataclasses import replace

import orjson
import pytest

from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt
from adapters.postal.listing import PROBLEMS_MAX, Listing
from adapters.postal.sample_item import trees
from adapters.postal.writing import interchange
from broker.adapter import Profile
from broker.model.problem import Place, Problem

PLAIN = Profile("plain", "postal", "")


def _rank(place: Place) -> tuple[int, ...]:
    return (place.line or 0,)


def _found(listing: Listing, code: str, lines: range) -> None:
    for line in reversed(lines):
        problem = Problem(code, "x", where=Place(line=line))
        listing.find(code, lambda problem=problem: problem)


@pytest.mark.parametrize(
    ("errors", "warnings", "listed", "text", "severity"),
    [
        (2, 3, (2, 3), None, None),
        (0, 100, (0, 100), None, None),
        (0, 101, (0, 100), "1 more warning is not listed", "warning"),
        (1, 250, (1, 99), "151 more warnings are not listed", "warning"),
        (100, 1, (100, 0), "1 more warning is not listed", "warning"),
        (150, 2, (100, 0), "50 more errors and 2 more warnings are not listed", "error"),
    ],
)
def test_errors_are_listed_before_warnings_and_what_is_beyond_is_counted(
    errors, warnings, listed, text, severity
):
    """Each kind is in the order of the file; no number of warnings rejects or hides an error."""
    listing = Listing(1, PLAIN)
    _found(listing, "element.empty", range(1, warnings + 1))
    _found(listing, "element.unknown", range(1001, errors + 1001))
    problems = list(listing.in_order(_rank, Place(line=1)))
    more = [one for one in problems if one.code == "problems.more"]
    shown = [one for one in problems if one.code != "problems.more"]
    assert [one.text for one in more] == [text] * bool(text)
    assert [one.severity for one in more] == [severity] * bool(text)
    assert [one.severity for one in shown] == ["error"] * listed[0] + ["warning"] * listed[1]
    for kind in ("error", "warning"):
        lines = [one.where.line for one in shown if one.severity == kind]
        assert lines == sorted(lines)
    assert listing.rejects == bool(errors)


def test_what_cannot_be_listed_is_not_put_into_words():
    """A problem beyond the limit costs no more than its number."""
    listing, made = Listing(1, PLAIN), []

    def make() -> Problem:
        made.append(1)
        return Problem("element.unknown", "x")

    for _each in range(1000):
        listing.find("element.unknown", make)
    assert len(made) == PROBLEMS_MAX


def _pieces(count: int) -> dict:
    (tree,) = trees(items=1, number=1, seed=1)
    line = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"][0]
    tree["GoodsShipment"]["Consignment"]["ConsignmentItem"] = [
        {**line, "SequenceNumeric": str(number)} for number in range(1, count + 1)
    ]
    return json.loads(json.dumps(tree))


def _judged(tree: dict, profile: Profile):
    (message,) = ItemJson().translate(orjson.dumps(tree), profile).messages
    (draft,) = message.events
    return message, draft


@pytest.mark.parametrize("count", [99, 100, 101, 400])
def test_any_number_of_warnings_leaves_an_item_accepted(count, items_profile):
    """A hundred warnings are listed, the others are counted, and the item goes on whole."""
    tree = _pieces(count)
    for piece in tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]:
        piece["Origin"] = [{"CountryCode": " "}]
    message, draft = _judged(tree, items_profile)
    assert message.verdict == "accepted"
    assert {one.severity for one in message.problems} == {"warning"}
    assert len(message.problems) == min(count, PROBLEMS_MAX) + (count > PROBLEMS_MAX)
    assert draft.extent is not None
    assert (draft.extent.declared, draft.extent.taken, draft.extent.cut) == (count, count, False)


def test_warnings_hide_no_error(items_profile):
    """The error of the last piece comes first, and the piece is named."""
    tree = _pieces(300)
    pieces = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    for piece in pieces:
        piece["Origin"] = [{"CountryCode": ""}]
    pieces[299]["Commodity"] = {"Classification": pieces[299]["Commodity"]["Classification"]}
    message, draft = _judged(tree, items_profile)
    assert message.verdict == "rejected"
    assert (message.problems[0].code, message.problems[0].severity) == (
        "postal.description.missing", "error"
    )  # fmt: skip
    assert draft.extent.left_out == ("GoodsShipment.Consignment.ConsignmentItem[300]",)


def test_an_error_beyond_every_limit_rejects_and_its_piece_is_named(itmatt_profile):
    """After more oddities than are looked at, an error still counts."""
    tree = _pieces(2)
    text = interchange([tree]).decode()
    flood = " ".join(f'a{number}="1"' for number in range(60))
    attributes = f"<Documents>{f'<Document {flood}/>' * 400}</Documents>"
    text = text.replace("<Documents>", attributes + "<Documents>", 1)
    at = text.rindex("</ContentPiece>")
    text = text[:at] + "<Nonsense/>" + text[at:]
    (message,) = Itmatt().translate(text.encode(), itmatt_profile).messages
    assert message.verdict == "rejected"
    assert message.problems[-1].code == "problems.more"
    (draft,) = message.events
    assert draft.extent.left_out[-1] == "GoodsShipment.Consignment.ConsignmentItem[2]"


@pytest.mark.parametrize("numbers", [("1", "01"), ("1", "1.0"), ("001", "1."), ("2", "+2")])
def test_one_number_in_two_spellings_is_repeated(numbers, itmatt_profile, items_profile):
    """1, 01 and 1.0 are one number, in XML and in JSON."""
    tree = _pieces(2)
    pieces = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    for piece, number in zip(pieces, numbers, strict=True):
        piece["SequenceNumeric"] = number
    text = interchange([_pieces(2)]).decode()
    for number, one in zip(("1", "2"), numbers, strict=True):
        text = text.replace(f"<Index>{number}</Index>", f"<Index> {one} </Index>", 1)
    for adapter, payload, profile in ((ItemJson(), orjson.dumps(tree), items_profile),
                                      (Itmatt(), text.encode(), itmatt_profile)):  # fmt: skip
        (message,) = adapter.translate(payload, profile).messages
        assert [one.code for one in message.problems] == ["sequence.repeated"]


def _cut(profile: Profile) -> Profile:
    return replace(profile, settings={**profile.settings, "partial": "cut"})


def _broken_pieces() -> dict:
    tree = _pieces(4)
    pieces = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    pieces[1]["Commodity"]["Classification"] = [{"ID": "95X3", "IdentificationTypeCode": "HS"}]
    for piece in pieces[2:]:
        del piece["SequenceNumeric"]
    pieces[2]["Commodity"] = {"Description": "x", "Classification": [
        {"ID": "1", "IdentificationTypeCode": "HS"}]}  # fmt: skip
    return tree


def test_a_wrong_code_of_goods_rejects_what_the_profile_says(items_profile, itmatt_profile):
    """The shipped profile refuses the item; `partial: cut` leaves the pieces out and names them."""
    tree = _broken_pieces()
    way = "GoodsShipment.Consignment.ConsignmentItem"
    for adapter, payload, profile in (
        (ItemJson(), orjson.dumps(tree), items_profile),
        (Itmatt(), interchange([tree]), itmatt_profile),
    ):
        (message,) = adapter.translate(payload, profile).messages
        (draft,) = message.events
        assert message.verdict == "rejected"
        assert draft.extent.left_out == (f"{way}[2]", f"{way}[#3]")
        assert (draft.extent.declared, draft.extent.taken) == (4, 0)
        (message,) = adapter.translate(payload, _cut(profile)).messages
        (draft,) = message.events
        assert message.verdict == "accepted"
        assert draft.extent.left_out == (f"{way}[2]", f"{way}[#3]")
        assert (draft.extent.declared, draft.extent.taken, draft.extent.cut) == (4, 2, True)
        (told,) = (one for one in message.problems if one.code == "list.incomplete")
        assert told.text == "2 of 4 content pieces left out; the others go on"
        taken = draft.body["GoodsShipment"]["Consignment"]["ConsignmentItem"]
        assert [one.get("SequenceNumeric") for one in taken] == ["1", None]
        places = dict(adapter.places(payload, 1, _cut(profile)))
        assert f"{way}[#2].Commodity.Description" in places
        assert not any(one.startswith((f"{way}[2]", f"{way}[#3]")) for one in places)


def test_an_item_with_no_piece_left_is_refused(items_profile):
    """Leaving every piece out would leave an item without contents; other errors refuse it too."""
    tree = _broken_pieces()
    pieces = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    del tree["TotalGrossMassMeasure"]
    assert _judged(tree, _cut(items_profile))[0].verdict == "rejected"
    tree = _broken_pieces()
    pieces = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    del pieces[3], pieces[0]
    assert _judged(tree, _cut(items_profile))[0].verdict == "rejected"


def test_pieces_beyond_those_that_are_taken_are_named(items_profile, itmatt_profile):
    """Each of them is left out by its own number."""
    tree = _pieces(1002)
    way = "GoodsShipment.Consignment.ConsignmentItem"
    for adapter, payload, profile in (
        (ItemJson(), orjson.dumps(tree), items_profile),
        (Itmatt(), interchange([tree]), itmatt_profile),
    ):
        (message,) = adapter.translate(payload, profile).messages
        extent = next(message.events).extent
        assert extent.declared == 1002
        assert extent.left_out == (f"{way}[1000]", f"{way}[1001]", f"{way}[1002]")
        assert extent.cut
