"""The public facts that the canonical model is compared with."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.fixture(scope="session")
def dictionary(corpus: Path) -> dict[str, Any]:
    """The WCO annotations of the declaration and response schemas, by document."""
    file = corpus / "customs" / "reference" / "wco-dms-dictionary.json"
    return json.loads(file.read_text("utf-8"))


@pytest.fixture(scope="session")
def base_types(corpus: Path) -> dict[tuple[str, str], set[str]]:
    """The unqualified data type of each attribute in the schemas, by class and attribute name."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for folder, name in (("declaration", "DEC"), ("notification", "RES")):
        schemas = corpus / "customs" / "xsd" / "wco" / folder
        bases = _bases(schemas / "WCO_DS" / f"WCO_{name}_DS_2_DMS.xsd")
        for element in etree.parse(schemas / f"WCO_{name}_2_DMS.xsd").iter(f"{XS}element"):
            base = bases.get(element.get("type", "").split(":")[-1])
            if base:
                found[_class_of(element), element.get("name")].add(base)
    return dict(found)


def _bases(file: Path) -> dict[str, str]:
    bases = {}
    for kind in etree.parse(file).getroot().iter(f"{XS}complexType"):
        base = next(kind.iter(f"{XS}restriction"), None)
        if kind.get("name") and base is not None:
            bases[kind.get("name")] = base.get("base").split(":")[-1]
    return bases


def _class_of(element: Any) -> str:
    for parent in element.iterancestors(f"{XS}element", f"{XS}complexType"):
        if parent.get("name"):
            return parent.get("name")
    return ""
