"""(g) What it costs to bind answers to data: long lists, for many agencies, and sent again.

The floor of a long list is the same delivery to recipients of whom nothing is asked: no bases,
vectors or asks. The floor of a list that is sent again is the first time.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from figures import Figure, median
from road_bench import lodged, run
from road_loads import LOADS, Load
from sqlalchemy import func, select

from broker.configuration import read
from broker.core.rules import Rules
from broker.core.station import CoreStation
from broker.core.step import step
from broker.core.writing import write_effects
from broker.intake.accept import Arrival
from broker.model import events
from broker.model.dossier import Dossier, Event
from broker.model.request_table import AT_ONCE
from broker.routing.listing import ViewFile
from broker.routing.match import compile_book, overall_rows
from broker.routing.rules import RulesFile
from broker.routing.view import compile_view
from broker.state.database import MemoryDatabase
from broker.state.tables import ASKS, QUEUE, SHOWN
from broker.stations import event_topics, rules_of
from broker.translation.station import Basis, TranslationStation

ROOT = Path(__file__).parent.parent.parent
AT = "2026-11-30T09:00:00.000Z"
ASKED = {"answer": {"within": "24h", "silence": "escalate"}}


def figures(rounds: int) -> Iterator[Figure]:
    """The two long lists, then the list that is sent again."""
    for name, package, kind, tree, agencies in (
        ("999 items for ten agencies", "goods-declaration", "declaration", _declaration(999), 10),
        ("9,999 persons for one agency", "persons-report", "flight", _list(9_999), 1),
    ):
        event = _event(kind, package, tree)
        asked, floor = (_rules(package, kind, agencies, how) for how in (ASKED, "nothing"))
        ours = median([_seconds(event, asked) for _ in range(rounds)])
        bare = median([_seconds(event, floor) for _ in range(rounds)])
        rows = asyncio.run(_rows(event, asked))
        yield Figure(f"{name}, beside asking nothing; {rows}", ours / bare, "-",
                     f"{ours * 1000:.0f} ms", f"{bare * 1000:.0f} ms")  # fmt: skip
    again = [_again() for _ in range(max(1, rounds // 2))]
    ratio = median([second / first for first, second in again])
    first, second = (median([pair[at] for pair in again]) for at in (0, 1))
    yield Figure("a list of 300 sent again with one change, beside the first time", ratio,
                 "<= 1.2", f"{second * 1000:.1f} ms", f"{first * 1000:.1f} ms")  # fmt: skip


def _rules(package: str, kind: str, agencies: int, expects: Any) -> Rules:
    each = "GoodsShipment.GovernmentAgencyGoodsItem" if kind == "declaration" else None
    rows = [
        {
            "name": f"row-{number}", "kind": kind, "package": package, "each": each,
            "recipient": f"agency-{number}", "purpose": "control", "view": "all",
            "expects": expects, "checks": ["DOC"], "because": "all of it is controlled",
            "legal_basis": "an invented law",
        }
        for number in range(agencies)
    ]  # fmt: skip
    paths = ["GoodsShipment.**"] if kind == "declaration" else ["BorderTransportMeans.**"]
    tests = [{"name": "nothing goes out of an empty document", "body": {}, "sends": {}}]
    book = compile_book({"bench": RulesFile.model_validate({"rules": rows, "tests": tests})})
    view = ViewFile.model_validate(
        {"name": "all", "title": "all of it", "package": package, "paths": paths}
    )
    views, tables = {"all": compile_view(view)}, {"profile": (AT_ONCE,)}
    return Rules(book, overall_rows(book), views, "bench", {}, tables=tables)


def _event(kind: str, package: str, tree: dict[str, Any]) -> Event:
    body = orjson.dumps(tree)
    return Event(
        id="e_1", kind=kind, does="put", dossier="o_1", package=package, order=1,
        submission="s_1", message=1, sender="sender", party="party", profile="profile",
        received_at=AT, body=tree, payload=events.payload(body, ()),
    )  # fmt: skip


def _seconds(event: Event, rules: Rules) -> float:
    """One step and its rows."""

    async def work() -> float:
        database = MemoryDatabase()
        began = time.perf_counter()
        effects = step(Dossier("o_1", event.kind), event, rules)
        await database.write(lambda connection: write_effects(connection, [effects]))
        return time.perf_counter() - began

    return asyncio.run(work())


async def _rows(event: Event, rules: Rules) -> str:
    """How many rows and bytes the asks and what was shown take, and the deliveries."""
    database = MemoryDatabase()
    effects = step(Dossier("o_1", event.kind), event, rules)
    await database.write(lambda connection: write_effects(connection, [effects]))

    def count(connection: Any) -> str:
        shown, size = connection.execute(
            select(func.count(), func.sum(func.length(SHOWN.c.vector)))
        ).one()
        asks = connection.execute(select(func.count()).select_from(ASKS)).scalar_one()
        queued, sent = connection.execute(
            select(func.count(), func.sum(func.length(QUEUE.c.payload)))
        ).one()
        return (
            f"{shown} + {asks} rows with {size / 1e6:.2f} MB of vectors, "
            f"{queued} deliveries of {sent / 1e6:.1f} MB"
        )

    return await database.read(count)


def _declaration(items: int) -> dict[str, Any]:
    return {
        "FunctionalReferenceID": "QZ-1",
        "GoodsShipment": {
            "Consignor": {"Name": "Invented Growers of Nowhere"},
            "GovernmentAgencyGoodsItem": [
                {
                    "SequenceNumeric": str(number),
                    "Commodity": {
                        "Description": f"invented goods {number}",
                        "Classification": [{"ID": "06031100", "IdentificationTypeCode": "TSP"}],
                        "GoodsMeasure": {"GrossMassMeasure": {"value": "12", "unit": "KGM"}},
                    },
                    "Origin": [{"CountryCode": "KE"}],
                }
                for number in range(1, items + 1)
            ],
        },
    }


def _list(persons: int) -> dict[str, Any]:
    return {
        "BorderTransportMeans": {
            "JourneyID": "ZZ0001",
            "Passenger": [
                {
                    "SequenceNumeric": str(number),
                    "CarrierReferenceID": f"ABO{number}",
                    "FamilyName": "EXAMPLE",
                    "GivenName": f"PERSON {number}",
                    "BirthDateTime": "1980-05-14",
                    "NationalityCode": "UTO",
                    "AdditionalDocument": [
                        {"TypeCode": "P", "ID": f"X{number:07d}", "IssueCountryCode": "UTO"}
                    ],
                }
                for number in range(1, persons + 1)
            ],
        }
    }


class _Changed(Load):
    """The same lists, each with one document number corrected."""

    def arrivals(self, configuration: Any, sample: str) -> list[Arrival]:
        """Every submission, changed."""
        found = super().arrivals(configuration, sample)
        change = re.compile(rb"DOC\+P([^']*)[0-9]'")
        return [replace(one, payload=change.sub(rb"DOC+P\g<1>Z'", one.payload, 1)) for one in found]


def _again() -> tuple[float, float]:
    """Seconds of a list the first time, and sent again."""
    configuration = read(ROOT / "config")
    load = next(one for one in LOADS if one.name == "road, a list of 300 passengers")
    load = replace(load, count=20)
    changed = _Changed(**{name: getattr(load, name) for name in load.__slots__})
    translation = TranslationStation(
        configuration.adapters, configuration.profile_of, configuration.kinds,
        Basis(configuration.usable),
    )  # fmt: skip
    core = CoreStation(rules_of(configuration))
    stations = [(translation, [load.topic]), (core, event_topics(configuration))]

    async def both(folder: Path) -> tuple[float, float]:
        await lodged(folder, configuration, load, load.sample)
        first = await run(folder, stations, load.count)
        await lodged(folder, configuration, changed, load.sample)
        return first, await run(folder, stations, 2 * load.count)

    with tempfile.TemporaryDirectory() as folder:
        first, second = asyncio.run(both(Path(folder)))
    return first / load.count, second / load.count
