"""Files that are made to cost much: composers of bytes, one for each way and syntax.

The same arguments give the same bytes; `size` is how many of the thing there are. What readers owe
for them is proven in `tests/adapters/test_hostile.py`.
"""

import io
import random
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

import orjson

Composer = Callable[[int, int], bytes]
"""Size and seed to bytes."""

_METADATA = "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
_DECLARATION = "urn:wco:datamodel:WCO:DEC-DMS:2"


def _name(seed: int, number: int = 0) -> str:
    """A tag that no table has."""
    return f"x{random.Random(seed * 1_000_003 + number).randrange(10**6)}"


def _goods(content: str, beside: str = "", attributes: str = "") -> bytes:
    return (
        f'<MetaData xmlns="{_METADATA}">{beside}<Declaration xmlns="{_DECLARATION}"{attributes}>'
        f"{content}</Declaration></MetaData>"
    ).encode()


def tags_beside(size: int, seed: int) -> bytes:
    """Unknown elements in the envelope, in front of the declaration."""
    return _goods("", f"<{_name(seed)}/>" * size)


def tags_inside(size: int, seed: int) -> bytes:
    """Unknown elements in the declaration."""
    return _goods(f"<{_name(seed)}/>" * size)


def tags_of_many_names(size: int, seed: int) -> bytes:
    """Unknown elements, no two with one name."""
    return _goods("".join(f"<{_name(seed)}-{number}/>" for number in range(size)))


def long_names(size: int, seed: int) -> bytes:
    """Elements in one another with names as long as the parser takes, and a value in the last."""
    names = [f"{_name(seed, depth)}{'n' * min(size, 40_000)}" for depth in range(40)]
    opened, closed = (f"<{one}>" for one in names), (f"</{one}>" for one in reversed(names))
    return _goods("".join((*opened, "<a>1</a>" * 200, *closed)))


def deep_nesting(size: int, seed: int) -> bytes:
    """Elements 200 deep, many times."""
    name, depth = _name(seed), 200
    return _goods((f"<{name}>" * depth + "1" + f"</{name}>" * depth) * max(size // depth, 1))


def attributes(size: int, seed: int) -> bytes:
    """Elements with 60 unknown attributes each."""
    some = " ".join(f"a{number}={quoteattr(str(seed))}" for number in range(60))
    return _goods(f"<GoodsShipment {some}/>" * max(size // 60, 1))


def stray_texts(size: int, seed: int) -> bytes:
    """Text between elements where none belongs."""
    return _goods(f"<ID/>{_name(seed)}" * size)


def one_value(size: int, seed: int) -> bytes:
    """One unknown element with one text of this length, and one that is known."""
    text = random.Random(seed).choice("abcdef") * size
    return _goods(f"<ID>{text}</ID><unknown>{text}</unknown>")


def repeated(size: int, seed: int) -> bytes:
    """One element that may stand once, many times."""
    return _goods(f"<ID>{seed}</ID>" * size)


def postal_tags(size: int, seed: int) -> bytes:
    """An item with unknown elements."""
    name = _name(seed)
    return f"<ITMATT><MailObject>{f'<{name}>1</{name}>' * size}</MailObject></ITMATT>".encode()


def postal_items(size: int, seed: int) -> bytes:
    """Items with one unknown element each."""
    return f"<ITMATT>{f'<MailObject><x>{seed}</x></MailObject>' * size}</ITMATT>".encode()


def lines_of_unknown(size: int, seed: int) -> bytes:
    """NDJSON of tiny objects, each with one unknown member."""
    return (
        orjson.dumps({_name(seed): 1, "AcceptanceDateTime": "2026"})
        + (f'\n{{"{_name(seed)}":1}}' * (size - 1)).encode()
    )


def members_unknown(size: int, seed: int) -> bytes:
    """One object with unknown members, no two with one name."""
    unknown = {f"{_name(seed)}-{number}": number for number in range(size)}
    return orjson.dumps({"AcceptanceDateTime": "2026"} | unknown)


def members_repeated(size: int, seed: int) -> bytes:
    """One object with one member many times."""
    return f'{{"GoodsShipment":{{}}{f",{chr(34)}ID{chr(34)}:{seed}" * size}}}'.encode()


def member_long(size: int, seed: int) -> bytes:
    """One object whose member has a long name and a long text."""
    return orjson.dumps({"AcceptanceDateTime": "2026", f"{_name(seed)}{'m' * size}": "v" * size})


def answer_unknown(size: int, seed: int) -> bytes:
    """An agency's answer with unknown members, and a list of values that are no answers."""
    unknown = {f"{_name(seed)}-{number}": number for number in range(size)}
    return orjson.dumps({"id": "A-1", "delivery": "d_1", "answers": [seed] * size} | unknown)


def _interchange(*messages: str) -> bytes:
    head = "UNB+UNOA:4+SENDER+RECEIVER+261102:0900+1'"
    return f"{head}{''.join(messages)}UNZ+{len(messages)}+1'".encode()


def segments_unknown(size: int, seed: int) -> bytes:
    """A passenger list of segments that no table has."""
    name = random.Random(seed).choice(["XXA", "XXB", "XXC"])
    body = f"{name}+1:2:3'" * size
    return _interchange(f"UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'{body}UNT+{size + 3}+1'")


def segment_huge(size: int, seed: int) -> bytes:
    """A passenger list with one segment of this length."""
    value = random.Random(seed).choice("ABCDEF") * 70
    parts = "+".join([value] * max(size // 71, 1))
    return _interchange(f"UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'NAD+FL+{parts}'UNT+4+1'")


def messages_many(size: int, seed: int) -> bytes:
    """An interchange of messages with nothing in them."""
    return _interchange(*(f"UNH+{seed}+PAXLST:D:05B:UN:IATA'UNT+2+{seed}'" for _ in range(size)))


def values_wrong(size: int, seed: int) -> bytes:
    """A passenger list whose persons all have a value that is wrong."""
    person = f"NAD+FL+++EXAMPLE:{_name(seed).upper()}'ATT+2++Q'DTM+329:999999'NAT+2+QQQ'"
    body = person * size
    return _interchange(f"UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'{body}UNT+{size * 4 + 3}+1'")


def _workbook(rows: str, strings: str = "") -> bytes:
    kind = "http://schemas.openxmlformats.org/"
    sheet, links = f"{kind}spreadsheetml/2006/main", f"{kind}officeDocument/2006/relationships"
    made = f"{kind}package/2006/content-types"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{made}"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override '
        'PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{kind}package/2006/relationships"><Relationship '
        f'Id="r1" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{sheet}" xmlns:r="{links}"><sheets><sheet name="FAL 5"'
        ' sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kind}package/2006/relationships">'
        f'<Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{links}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{sheet}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{sheet}">{strings}</sst>',
    }  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def cells_many(size: int, seed: int) -> bytes:
    """A workbook of cells that no form has, 50 in a row."""
    row = "".join(f"<c><v>{seed}</v></c>" for _ in range(50))
    return _workbook(f"<row>{row}</row>" * max(size // 50, 1))


def cell_repeated(size: int, seed: int) -> bytes:
    """A workbook that gives one cell many times."""
    return _workbook(f'<row r="1">{f"""<c r="A1"><v>{seed}</v></c>""" * size}</row>')


def strings_shared(size: int, seed: int) -> bytes:
    """A workbook whose cells all mean one long text."""
    text = random.Random(seed).choice("abcdef") * size
    row = '<c t="s"><v>0</v></c>' * 20
    return _workbook(f"<row>{row}</row>" * 200, f"<si><t>{text}</t></si>")


COMPOSERS: dict[Composer, tuple[str, int]] = {
    tags_beside: ("UK CDS WCO-DEC 3.6", 1_000_000),
    tags_inside: ("UK CDS WCO-DEC 3.6", 1_000_000),
    tags_of_many_names: ("UK CDS WCO-DEC 3.6", 500_000),
    long_names: ("UK CDS WCO-DEC 3.6", 40_000),
    deep_nesting: ("UK CDS WCO-DEC 3.6", 500_000),
    attributes: ("UK CDS WCO-DEC 3.6", 500_000),
    stray_texts: ("UK CDS WCO-DEC 3.6", 500_000),
    one_value: ("UK CDS WCO-DEC 3.6", 4_000_000),
    repeated: ("UK CDS WCO-DEC 3.6", 500_000),
    postal_tags: ("UPU ITMATT V1", 500_000),
    postal_items: ("UPU ITMATT V1", 100_000),
    lines_of_unknown: ("postal item JSON 1", 20_000),
    members_unknown: ("postal item JSON 1", 50_000),
    members_repeated: ("postal item JSON 1", 50_000),
    member_long: ("postal item JSON 1", 500_000),
    answer_unknown: ("answer JSON 1", 50_000),
    segments_unknown: ("WCO/IATA/ICAO PAXLST", 200_000),
    segment_huge: ("WCO/IATA/ICAO PAXLST", 2_000_000),
    messages_many: ("WCO/IATA/ICAO PAXLST", 200_000),
    values_wrong: ("WCO/IATA/ICAO PAXLST", 9_000),
    cells_many: ("UK NMSW FAL 5", 500_000),
    cell_repeated: ("UK NMSW FAL 5", 500_000),
    strings_shared: ("UK NMSW FAL 5", 30_000),
}
"""Each composer with the format it is made for, and a size that costs a careless reader much."""
