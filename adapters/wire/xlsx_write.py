"""A workbook written from rows of values: small, plain, the same rows give the same bytes.

Rules
    Texts and numbers only; "" leaves a cell out. Texts are texts, whatever they begin with.
What does not belong
    Keeping somebody's own workbook (`xlsx_marks`).
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from adapters.wire.xlsx import address
from adapters.wire.xlsx_parts import packed

Row = Sequence[str | int]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_PLAIN = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    f'<cellStyleXfs count="1"><xf {_PLAIN}/></cellStyleXfs>'
    f'<cellXfs count="1"><xf {_PLAIN} xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
STYLES = (_HEAD + _STYLES).encode()
"""The least that spreadsheet programs take without a repair."""


def compose(sheets: Sequence[tuple[str, Iterable[Row]]]) -> bytes:
    """The workbook with these sheets, by name and rows from A1 on."""
    numbers = range(1, len(sheets) + 1)
    named = zip(numbers, (name for name, _rows in sheets), strict=True)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in named
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    top = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    parts = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _links(top),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(links + styles),
        "xl/styles.xml": _STYLES,
    }
    for number, (_name, rows) in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(rows)
    written = {name: (_HEAD + text).encode() for name, text in parts.items()}
    return packed(written, zipfile.ZIP_DEFLATED)


def _types(sheets: int) -> str:
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    parts |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, sheets + 1)}
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in parts.items()
    )
    links = f'<Default Extension="rels" ContentType="{_TYPE_OF_LINKS}"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{links}{overrides}</Types>'


_TYPE_OF_LINKS = "application/vnd.openxmlformats-package.relationships+xml"


def _links(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _sheet(rows: Iterable[Row]) -> str:
    lines = []
    for number, row in enumerate(rows):
        cells = "".join(
            _cell(address(number, column), value) for column, value in enumerate(row) if value != ""
        )
        lines.append(f'<row r="{number + 1}">{cells}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(where: str, value: str | int) -> str:
    if isinstance(value, int):
        return f'<c r="{where}"><v>{value}</v></c>'
    text = escape(_UNWRITABLE.sub(" ", value))
    return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
