"""Bounds of sheets, found wherever they stand in a part."""

import pytest

from adapters.wire.xlsx_bounds import covered, too_far

WINDOW = 256 << 10
"""Parts are looked at in windows of so many bytes."""
CELL = b'<c r="A1"><v>1</v></c>'


def part(before, cell):
    """A sheet in which this stands after about so many bytes of ordinary cells."""
    count = (before - 11) // len(CELL)
    blanks = b" " * ((before - 11) % len(CELL))
    return b"<sheetData>%b%b%b%b</sheetData>" % (CELL * count, blanks, cell, CELL * 20_000)


@pytest.mark.parametrize("before", [*range(WINDOW - 40, WINDOW + 4, 3), 2 * WINDOW - 7])
def test_a_value_far_outside_is_found_across_the_windows(before):
    """At whatever byte its cell begins, a value is found; an empty cell there is harmless."""
    found = too_far("Sheet", part(before, b'<c r="XFD9"><v>1</v></c>'))
    assert found is not None
    assert found.where.cell == "XFD9"
    assert too_far("Sheet", part(before, b'<c r="XFD9" s="1"/>')) is None
    assert too_far("Sheet", part(before, b'<c r="XFD9" s="1"></c>')) is None


@pytest.mark.parametrize("before", range(WINDOW - 24, WINDOW + 3))
def test_ranges_are_counted_once_across_the_windows(before):
    """A merged range is counted once at whatever byte it begins."""
    assert covered(part(before, b'<mergeCell ref="B2:D3"/>')) == 6
