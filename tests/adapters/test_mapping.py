"""Tables: compiled as they are written, and written as the published schemas say."""

import json

import pytest

from adapters.customs.tables import declaration, response
from adapters.mapping import MANY, ONE, SHAPED, Field, Namespaces, compile_table, picture
from broker.model.packages import index

TABLE = """# a comment
message,canonical,how,max,format,wco
A,,class,1,,01A
A/Code,Code,code,1,an..3,001
A/Part,Part,class,2,,02A
A/Part/SequenceNumeric,Part.SequenceNumeric,key,1,n..5,006
A/Part/Mass,Part.Mass,measure,1,"n..6,2",002
A/When,When,moment,1,an..35,003
"""


def _compiled():
    spaces = Namespaces(("urn:a", ""), ("urn:t",), ("urn:e",))
    return compile_table("t", TABLE, spaces, lambda code, text: code + text)


def test_rows_become_fields_found_by_tag():
    """Every allowed namespace finds the same field; keys and limits are those of the rows."""
    top = _compiled().top["A"]
    assert top.rows["{urn:a}Code"] == top.rows["Code"]
    part = top.child("Part")
    assert (part.kind, part.limit, part.key) == (MANY, 2, ["SequenceNumeric"])
    assert top.keyed == ["Part"]
    assert top.is_class
    assert not top.child("Code").is_class
    assert "{urn:t}DateTimeString" in top.child("When").rows
    assert top.child("Nothing") is None


@pytest.mark.parametrize(
    ("value", "fits"),
    [("1", True), ("1234.56", True), ("123456", True), ("1234567", False), ("1.234", False),
     ("-1.5", True), ("0000001.50000", True), ("", False), (".5", False), ("5.", False),
     ("1e2", False), ("+1", False), ("\u0661", False), ("1 000", False), ("1" * 40, False)],
)  # fmt: skip
def test_numbers_count_digits_as_the_schema_does(value, fits):
    """Leading and trailing zeros do not count; signs, exponents and foreign digits are out."""
    mass = _compiled().top["A"].child("Part").child("Mass")
    assert bool(mass.shape(value)) == fits
    assert not (mass.usual(value) and not fits)


def _rows(field: Field, path: str):
    for below in field.children:
        here = f"{path}/{below.tag}"
        yield here, below
        if below.kind in {ONE, MANY} and below.name != "AmendedDeclaration":
            yield from _rows(below, here)


@pytest.mark.parametrize(
    ("part", "dialect", "root", "package", "rows"),
    [
        ("declaration", declaration, "Declaration", "goods-declaration", 459),
        ("response", response, "Response", "answer", 70),
    ],
)
def test_the_tables_agree_with_the_published_schemas(part, dialect, root, package, rows, corpus):
    """Identifiers, formats and repeats are those of the dictionary, and every path has a field."""
    dictionary = json.loads(
        (corpus / "customs" / "reference" / "wco-dms-dictionary.json").read_text("utf-8")
    )
    known = {row["path"]: row for row in dictionary[part]}
    patterns = index(package)
    seen = 0
    for path, field in _rows(dialect().top[root], f"/{root}"):
        if field.name == "AmendedDeclaration":
            continue
        row = known[path]
        seen += 1
        assert field.wco == row.get("wco_id", "")
        assert field.format == row.get("format", "")
        assert (field.kind in {ONE, MANY}) == (row["kind"] == "class")
        if field.kind == MANY:
            assert row["max"] is None or field.limit == row["max"]
        if field.format.startswith("a") and field.kind < SHAPED:
            assert field.limit == int(field.format.rpartition("..")[2])
        assert path.removeprefix(f"/{root}/").replace("/", ".") in patterns
    assert seen >= rows
    assert seen == len([one for one in known if "od:" not in one]) - 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("n..16,6", "up to 16 digits, up to 6 of them decimals behind a point (n..16,6)"),
        ("n..5", "up to 5 digits (n..5)"), ("n1", "1 digit (n1)"), ("a2", "2 letters (a2)"),
        ("an..35", "up to 35 characters (an..35)"), ("an..1", "up to 1 character (an..1)"),
        ("", "a value"),
    ],
)  # fmt: skip
def test_a_format_is_said_in_words(shown, words):
    """Whoever has to write a value need not know how a standard abbreviates its formats."""
    assert picture(shown) == words
