"""The table of ITMATT, held against the model: places, formats and WCO ids."""

import csv
from importlib.resources import files

from adapters.postal.tables import PACKAGE, compile_table, itmatt
from broker.model.packages import index

TABLE = files("adapters.postal").joinpath("dialects", "itmatt-m33-12.csv").read_text("utf-8")
ROWS = list(csv.DictReader(line for line in TABLE.splitlines() if not line.startswith("#")))
HALVES = {"amount": "amount", "currency": "amount", "measure": "measure", "number": "number",
          "moment": "moment", "class": "class"}  # fmt: skip


def test_every_element_stands_where_the_model_has_a_place():
    """Each canonical path exists and is of the kind that the row reads it as."""
    for row in ROWS:
        if row["canonical"]:
            node = index(PACKAGE)[row["canonical"]]
            assert node.kind == HALVES.get(row["how"], "text"), row
        else:
            assert row["how"] in {"kept", "class"}, row


def test_formats_and_ids_are_those_of_the_model():
    """A value that ITMATT can carry fits the model, and both name the same WCO data element."""
    for row in ROWS:
        if row["canonical"] and row["how"] not in {"class", "currency"}:
            element = index(PACKAGE)[row["canonical"]].element
            assert (row["format"], row["wco"]) == (element.format, element.wco or ""), row


def test_a_row_names_what_it_needs_and_says_where_it_is_from():
    """Sums name the element of their currency, measures of mass their unit, all their source."""
    names = {row["message"] for row in ROWS}
    for row in ROWS:
        assert row["source"], row
        above = row["message"].rpartition("/")[0]
        assert not above or above in names, row
        if row["how"] == "amount":
            assert f"{above}/{row['with']}" in names, row
        if row["wco"] in {"131", "128"}:
            assert row["with"] == "KGM", row


def test_a_table_is_compiled_by_the_model():
    """Which classes repeat on the way is the model's to say; a class without a place has no way."""
    line = "GoodsShipment.Consignment.ConsignmentItem"
    rows = (
        "message,canonical,how,with,max,format,wco,source\n"
        f"A,,class,,1,,,x\nA/B,{line},class,,999,,,x\n"
        f"A/B/C,{line}.Origin.CountryCode,code,,1,a2,,x\n"
    )
    top = compile_table(rows).top["A"]
    below = top.children["B"]
    assert (top.steps, top.is_class) == ((), True)
    assert below.steps == (
        ("GoodsShipment", False), ("Consignment", False), ("ConsignmentItem", True)
    )  # fmt: skip
    assert (below.children["C"].steps, below.children["C"].name) == (
        (("Origin", True),), "CountryCode"
    )  # fmt: skip


def test_the_shipped_table_begins_with_the_two_halves_of_an_item():
    """An item is a MailObject and a Declaration."""
    assert list(itmatt().top) == ["MailObject", "Declaration"]
