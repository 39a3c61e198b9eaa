"""What adapter tests may ask for: the shipped profiles, and the schemas of the corpus."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from broker.adapter import CodeList, Constraint, Profile

CONFIG = Path(__file__).resolve().parent.parent.parent / "config"
_WRAPPER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="urn:wco:datamodel:WCO:DocumentMetaData-DMS:2" schemaLocation="{envelope}"/>
<xs:import namespace="{namespace}" schemaLocation="{body}"/>
</xs:schema>"""


def _constraint(row: dict[str, Any]) -> Constraint:
    scope = {
        name: {path: tuple(values) for path, values in row.get(name, {}).items()}
        for name in ("when", "unless")
    }
    return Constraint(**{**row, **scope})


def load_profile(name: str) -> Profile:
    """A profile of the shipped configuration with all its code lists."""
    said = yaml.safe_load((CONFIG / "profiles" / f"{name}.yaml").read_text("utf-8"))
    lists = {}
    for file in sorted((CONFIG / "codelists").glob("*.yaml")):
        one = yaml.safe_load(file.read_text("utf-8"))
        lists[one["name"]] = CodeList(one["name"], one["codes"], one["refused"], one["source"])
    constraints = tuple(_constraint(row) for row in said.pop("constraints", ()))
    return Profile(**{"family": "", **said}, constraints=constraints, codelists=lists)


@pytest.fixture(scope="session")
def uk_cds() -> Profile:
    """The shipped profile of UK declarations."""
    return load_profile("uk-cds")


@pytest.fixture(scope="session")
def uk_responses() -> Profile:
    """The shipped profile of UK responses."""
    return load_profile("uk-cds-responses")


def _schema(folder: Path, namespace: str, body: str) -> etree.XMLSchema:
    text = _WRAPPER.format(
        envelope=folder / "DocumentMetaData_2_DMS.xsd", namespace=namespace, body=folder / body
    )
    return etree.XMLSchema(etree.fromstring(text))


def _faults(schema: etree.XMLSchema, content: bytes) -> list[str]:
    schema.validate(etree.fromstring(content))
    return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]


Faults = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def declaration_faults(corpus: Path) -> Faults:
    """What the published schemas say against a declaration."""
    folder = corpus / "customs" / "xsd" / "wco" / "declaration"
    schema = _schema(folder, "urn:wco:datamodel:WCO:DEC-DMS:2", "WCO_DEC_2_DMS.xsd")
    return lambda content: _faults(schema, content)


@pytest.fixture(scope="session")
def response_faults(corpus: Path) -> Faults:
    """What the published schemas say against a response."""
    folder = corpus / "customs" / "xsd" / "wco" / "notification"
    schema = _schema(folder, "urn:wco:datamodel:WCO:RES-DMS:2", "WCO_RES_2_DMS.xsd")
    return lambda content: _faults(schema, content)
