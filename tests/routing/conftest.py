"""Rows, documents and the sample configuration that the routing tests share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from broker.routing.check import Checked, Known, check
from broker.routing.decision import Decision, Document
from broker.routing.match import Book, compile_book, decide
from broker.routing.rules import RulesFile

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
CONFIG = Path(__file__).resolve().parent.parent.parent / "config"

KNOWN = Known(
    recipients=frozenset(
        {
            "customs", "border-police", "plant-health", "animal-health", "port-health",
            "harbour-master", "aviation-security", "medicines", "wildlife", "firearms",
            "environment", "radiation", "cultural-property", "statistics", "market-surveillance",
            "submitter",
        }
    ),
    kinds=frozenset({"declaration", "item", "visit", "flight"}),
    no_personal=frozenset({"statistics", "harbour-master", "port-health", "market-surveillance"}),
)  # fmt: skip


def _row(**changes: Any) -> dict[str, Any]:
    row = {
        "name": "plants",
        "kind": "declaration",
        "each": ITEMS,
        "when": {"Commodity.Classification.ID": {"prefix": ["06"]}},
        "recipient": "plant-health",
        "purpose": "phytosanitary-control",
        "view": "plant-health-items",
        "expects": {"answer": {"within": "24h", "silence": "escalate"}},
        "because": "plants are inspected",
        "legal_basis": "IPPC art. VII",
    }
    row.update(changes)
    return {key: value for key, value in row.items() if value is not None}


def _file(*rows: dict[str, Any], tests: list[Any] | None = None) -> dict[str, Any]:
    trial = {"name": "nothing is sent of nothing", "body": {}, "sends": {}}
    return {"rules": list(rows), "tests": [trial] if tests is None else tests}


def _book(*rows: dict[str, Any]) -> Book:
    return compile_book({"rows.yaml": RulesFile.model_validate(_file(*rows))})


def _item(number: int | None, *codes: Any, **more: Any) -> dict[str, Any]:
    """An item; a code is an ID, or a pair of ID and type."""
    pairs = [(code, None) if isinstance(code, str) else code for code in codes]
    item: dict[str, Any] = {} if number is None else {"SequenceNumeric": str(number)}
    item["Commodity"] = {
        "Classification": [
            {"ID": code, "IdentificationTypeCode": kind} if kind else {"ID": code}
            for code, kind in pairs
        ]
    }
    return {**item, **more}


def _body(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"GoodsShipment": {"GovernmentAgencyGoodsItem": list(items)}, **more}


def _decided(
    book: Book, body: dict[str, Any], overall: str = "waiting", on: str = "2026-01-15"
) -> Decision:
    return decide(book, Document("declaration", "goods-declaration", body, on=on, overall=overall))


@pytest.fixture(scope="session")
def row() -> Callable[..., dict[str, Any]]:
    """A row for plant health; keyword arguments replace or (None) remove keys."""
    return _row


@pytest.fixture(scope="session")
def file() -> Callable[..., dict[str, Any]]:
    """A rules file of rows, with a test that proves nothing much."""
    return _file


@pytest.fixture(scope="session")
def book() -> Callable[..., Book]:
    """A book of rows."""
    return _book


@pytest.fixture(scope="session")
def item() -> Callable[..., dict[str, Any]]:
    """A goods item with its tariff codes."""
    return _item


@pytest.fixture(scope="session")
def body() -> Callable[..., dict[str, Any]]:
    """A declaration of items."""
    return _body


@pytest.fixture(scope="session")
def decided() -> Callable[..., Decision]:
    """The decision on a body."""
    return _decided


@pytest.fixture(scope="session")
def known() -> Known:
    """What the sample configuration may name."""
    return KNOWN


def loaded(folder: str) -> dict[str, Any]:
    """The YAML files of a folder of the sample configuration."""
    paths = sorted((CONFIG / folder).glob("*.yaml"))
    return {f"{folder}/{path.name}": yaml.safe_load(path.read_text()) for path in paths}


@pytest.fixture(scope="session")
def sample() -> Checked:
    """The sample configuration, checked."""
    return check(loaded("routes"), loaded("views"), KNOWN)


@pytest.fixture
def routes() -> dict[str, Any]:
    """The sample rules as loaded YAML, to be broken."""
    return loaded("routes")


@pytest.fixture
def views() -> dict[str, Any]:
    """The sample views as loaded YAML, to be broken."""
    return loaded("views")
