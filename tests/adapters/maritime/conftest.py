"""Profiles and composed forms for the tests of the maritime family."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from adapters.maritime.fal1 import Fal1
from adapters.maritime.fal5 import Fal5
from adapters.maritime.sample_visit import compose_fal1, compose_fal5
from adapters.wire.xlsx import Workbook, position, read
from adapters.wire.xlsx_write import compose
from broker.adapter import Message, Profile
from tests.adapters.conftest import load_profile

Rows = list[list[Any]]


@pytest.fixture(scope="session")
def fal1_profile() -> Profile:
    return load_profile("uk-nmsw-fal1")


@pytest.fixture(scope="session")
def fal5_profile() -> Profile:
    return load_profile("uk-nmsw-fal5")


@pytest.fixture(scope="session")
def fal5_cutting(fal5_profile) -> Profile:
    """The profile of lists with `partial: cut`: who is wrong is left out, the others go on."""
    return replace(fal5_profile, settings={**fal5_profile.settings, "partial": "cut"})


@pytest.fixture
def fal1_rows() -> Rows:
    """The rows of a right declaration of 3 crew."""
    return rows_of(compose_fal1(items=3, number=1, seed=7))


@pytest.fixture
def fal5_rows() -> Rows:
    """The rows of a right list: reference, title, headings, guidance, 3 persons (rows 5 to 7)."""
    return rows_of(compose_fal5(items=3, number=1, seed=7))


@pytest.fixture
def fal1(fal1_profile):
    """Translates rows as sheet FAL 1: the one message."""
    return lambda rows, **cells: translated(Fal1(), "FAL 1", changed(rows, cells), fal1_profile)


@pytest.fixture
def fal5_cut(fal5_cutting):
    """Translates rows as sheet FAL 5 under `partial: cut`: the one message."""
    return lambda rows, **cells: translated(Fal5(), "FAL 5", changed(rows, cells), fal5_cutting)


@pytest.fixture
def fal5(fal5_profile):
    """Translates rows as sheet FAL 5: the one message."""
    return lambda rows, **cells: translated(Fal5(), "FAL 5", changed(rows, cells), fal5_profile)


def formatted(payload: bytes, **cells: tuple[Any, str]) -> bytes:
    """The workbook with these values in its first sheet, each with its number format."""
    book = load_workbook(BytesIO(payload))
    sheet = book.worksheets[0]
    for where, (value, number_format) in cells.items():
        sheet[where] = value
        sheet[where].number_format = number_format
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def rows_of(payload: bytes) -> Rows:
    book = read(payload)
    assert isinstance(book, Workbook)
    return book.sheets[0].rows


def changed(rows: Rows, cells: dict[str, Any]) -> Rows:
    """The rows with other values in these cells."""
    rows = [list(row) for row in rows]
    for where, value in cells.items():
        row, column = position(where)
        while len(rows) <= row:
            rows.append([])
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = value
    return rows


def workbook(sheet: str, rows: Rows) -> bytes:
    """A workbook with one sheet; numbers become text where they are no whole numbers."""
    written = [[value if isinstance(value, str) else int(value) for value in row] for row in rows]
    return compose([(sheet, written)])


def translated(adapter: Fal1 | Fal5, sheet: str, rows: Rows, profile: Profile) -> Message:
    translation = adapter.translate(workbook(sheet, rows), profile)
    assert translation.problems == ()
    (message,) = translation.messages
    return replace(message, events=tuple(message.events))  # to be looked at more than once


def found_in(message: Message) -> list[tuple[str | None, str]]:
    """Cell and code of each problem."""
    return [(problem.where.cell, problem.code) for problem in message.problems]
