"""The goods declaration against the WCO annotations and schemas it is taken from."""

from typing import Any

import pytest
from pydantic import ValidationError

from broker.model.declaration import GoodsDeclaration
from broker.model.leaf import Canonical
from broker.model.packages import Field, fields_of, index

KINDS = {
    "AmountType": "amount",
    "MeasureType": "measure",
    "QuantityType": "measure",
    "NumericType": "number",
    "DateTimeType": "moment",
    "CodeType": "text",
    "IDType": "text",
    "TextType": "text",
}


def nodes_of(dictionary: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The dictionary's nodes by pattern, without the class Declaration itself."""
    root = "/Declaration"
    return {
        node["path"].removeprefix(root).strip("/").replace("/", "."): node
        for node in dictionary["declaration"]
        if node["path"] != root
    }


def classes_below(model: type[Canonical]) -> set[type[Canonical]]:
    """The class and all classes below it."""
    found = {model}
    for field in fields_of(model).values():
        if field.kind == "class" and field.model:
            found |= classes_below(field.model)
    return found


def test_every_node_of_the_dictionary_has_its_field(dictionary):
    """Each of the 459 nodes below Declaration stands in the model, with the same identifiers."""
    nodes = nodes_of(dictionary)
    assert len(nodes) == 459
    for pattern, node in nodes.items():
        field = index("goods-declaration")[pattern].field
        assert (field.kind == "class") == (node["kind"] == "class"), pattern
        if field.model and field.kind == "class":
            assert node["wco_id"] == field.model.WCO, pattern
        else:
            assert described(field) == described_by(node), pattern


def test_a_cancellation_is_a_declaration_cut_down(dictionary):
    """What a cancellation may say stands at the same place of the declaration."""
    nodes = [node for node in dictionary["cancellation"] if node["path"] != "/Declaration"]
    assert len(nodes) == 15
    for node in nodes:
        pattern = node["path"].removeprefix("/Declaration/").replace("/", ".")
        field = index("goods-declaration")[pattern].field
        if field.model:
            assert node["wco_id"] == field.model.WCO
        else:
            assert described(field) == described_by(node)


def described(field: Field) -> tuple[str | None, str, str | None]:
    """What the model says of a leaf: WCO identifier, representation, EDIFACT data element."""
    return field.element.wco, field.element.format, field.element.edifact


def described_by(node: dict[str, Any]) -> tuple[str | None, str, str | None]:
    """What the dictionary says; a question mark there means that no number is given."""
    edifact = node.get("tded_id")
    return node.get("wco_id"), node["format"], None if edifact == "?" else edifact


def test_every_field_is_in_the_dictionary(dictionary):
    """No class holds a field that neither schema gives it at one of its positions."""
    known = {
        tuple(node["path"].split("/")[-2:])
        for document in ("declaration", "response")
        for node in dictionary[document]
    }
    names = {"Declaration": GoodsDeclaration}
    for node in index("goods-declaration").values():
        if node.kind == "class" and node.field.model:
            names[node.field.name] = node.field.model
    for name, model in names.items():
        assert {(name, field) for field in fields_of(model)} <= known


def test_one_class_for_each_wco_identifier(dictionary):
    """There are 65 classes, one for each class name and identifier of the dictionary."""
    classes = classes_below(GoodsDeclaration)
    ids = {n["wco_id"] for n in dictionary["declaration"] if n["kind"] == "class"}
    assert len(classes) == 65
    assert {model.WCO for model in classes} == ids


def test_what_repeats_in_the_schema_repeats_in_the_model(dictionary):
    """A class with a maximum above one is a tuple, one with the maximum one is not."""
    for pattern, node in nodes_of(dictionary).items():
        if node["kind"] == "class":
            field = index("goods-declaration")[pattern].field
            assert field.repeats == (node["max"] != 1), pattern


def test_numbered_classes_are_matched_by_their_number(dictionary):
    """A repeated class is matched by SequenceNumeric exactly where it numbers itself.

    A container is matched by its own number first: that is what identifies it.
    """
    for node in index("goods-declaration").values():
        if node.field.repeats and node.field.model and node.field.name != "Pointer":
            numbered = "SequenceNumeric" in fields_of(node.field.model)
            own = ("ID",) if node.field.name == "TransportEquipment" else ()
            keys = (*own, "SequenceNumeric") if numbered else ()
            assert node.element.keys == keys, node.pattern


def test_fields_stand_in_the_order_of_the_schema(dictionary):
    """At each position the fields that the schema has there come in the schema's order."""
    for document, package in (("declaration", "goods-declaration"), ("response", "answer")):
        order: dict[str, list[str]] = {}
        for node in dictionary[document]:
            *above, name = node["path"].replace("od:Declaration", "AmendedDeclaration").split("/")
            order.setdefault(".".join(above[2:]), []).append(name)
        del order[""]
        for pattern, names in order.items():
            model = index(package)[pattern].field.model
            assert model is not None
            assert [name for name in fields_of(model) if name in names] == names, pattern


def test_units_and_currencies_are_kept_where_the_schema_allows_them(base_types):
    """The kind of each leaf follows from the unqualified data type of the attribute."""
    checked = 0
    for node in index("goods-declaration").values():
        above = node.pattern.split(".")[:-1]
        known = base_types.get((above[-1] if above else "Declaration", node.field.name))
        if node.kind != "class" and node.pattern.endswith(node.field.name) and known:
            assert {KINDS[base] for base in known} == {node.kind}, node.pattern
            checked += 1
    assert checked > 300


def test_classes_name_their_identifier():
    """Name and docstring of each class say its WCO name and its identifier."""
    for model in classes_below(GoodsDeclaration) - {GoodsDeclaration}:
        name, _, rest = (model.__doc__ or "").partition(", WCO ")
        assert rest.startswith(f"{model.WCO}: ")
        assert model.__name__ == f"{name}{model.WCO}"


def test_unknown_fields_are_refused():
    """A name that is not in the model is refused at any depth."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        GoodsDeclaration.model_validate({"GoodsShipment": {"Colour": "red"}})


def test_a_declaration_cannot_be_changed():
    """Models are frozen: an assignment raises."""
    declaration = GoodsDeclaration.model_validate({"ID": "26XX00000000000001"})
    with pytest.raises(ValidationError, match="frozen"):
        declaration.ID = "26XX00000000000002"  # type: ignore[misc]


def test_what_was_said_is_kept_to_the_digit():
    """Numbers stay strings, and absent values take no room in JSON."""
    tree = {
        "InvoiceAmount": {"value": "10.00", "currency": "EUR"},
        "IssueDateTime": "2026-11-22T09:30+01",
        "GoodsShipment": {"GovernmentAgencyGoodsItem": [{"SequenceNumeric": "1"}]},
    }
    written = GoodsDeclaration.model_validate(tree).model_dump_json(exclude_defaults=True)
    assert written == (
        '{"IssueDateTime":"2026-11-22T09:30+01",'
        '"InvoiceAmount":{"value":"10.00","currency":"EUR"},'
        '"GoodsShipment":{"GovernmentAgencyGoodsItem":[{"SequenceNumeric":"1"}]}}'
    )
