"""Items, flights and ships in which every field holds a value of its own, in their own formats.

Rules
    What a code list or a format fixes (`SETTLED`) holds no canary; days of birth are canaries of
    their own form. What the format cannot say is not planted: a load knows what was kept.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from adapters.airline.paxlst import Paxlst
from adapters.maritime.fal1 import Fal1
from adapters.maritime.fal5 import Fal5
from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt
from broker.adapter import Adapter
from broker.configuration import Configuration
from broker.model.persons import PersonsReport
from broker.model.postal import ContentPiece, PostalItem
from tests import families
from tests.canaries import WANTED, Plot, full, leaves
from tests.read_by import read_by

DAY = "2026-11-22"
CREW = "BorderTransportMeans.Crew"
PASSENGER = "BorderTransportMeans.Passenger"
SETTLED: dict[str, Any] = {
    # postal item
    "MailClassCode": "U", "MailCategoryCode": "A", "HandlingClassCode": "001",
    "FunctionalReferenceID": families.item(1)["FunctionalReferenceID"],
    "GoodsShipment.TransactionNatureCode": "11",
    "GoodsShipment.Consignor.Address.CountryCode": "GB",
    "GoodsShipment.Consignee.Address.CountryCode": "NL",
    "GoodsShipment.Consignment.ConsignmentItem.Origin.CountryCode": "NO",
    "GoodsShipment.Consignment.DepartureTransportModeCode": "4",
}  # fmt: skip
FLOWN: dict[str, Any] = {
    "Submitter.RoleCode": "MS",
    "BorderTransportMeans.StageCode": "20", "BorderTransportMeans.JourneyID": "ZZ123",
    "BorderTransportMeans.Carrier.ID": "ZZ", "BorderTransportMeans.ModeCode": "4",
    f"{PASSENGER}.RoleCode": "FL", f"{CREW}.RoleCode": "FM",
}  # fmt: skip
WRITTEN_ON_SHIPS = (
    "RemarksText", "Agent.Name", "AdditionalDocument.StatusText", "BorderTransportMeans.Name",
    "BorderTransportMeans.Master.Name", "BorderTransportMeans.BerthName",
    "BorderTransportMeans.RegistrationDocumentText", "BorderTransportMeans.CargoDescription",
    "BorderTransportMeans.ItineraryText", "BorderTransportMeans.AdditionalIdentifier.ID",
    "BorderTransportMeans.JourneyID", f"{CREW}.FamilyName", f"{CREW}.GivenName",
    f"{CREW}.BirthPlaceName", f"{CREW}.RankName", f"{CREW}.AdditionalDocument.ID",
    f"{CREW}.AdditionalDocument.Name", "FunctionalReferenceID",
)  # fmt: skip
"""What a form takes as free text."""


class Body(NamedTuple):
    """What a document holds: its package and its tree, as the format could say it."""

    package: str
    tree: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """Bytes full of canaries, and what they say."""

    payload: bytes
    headers: dict[str, str]
    bodies: tuple[Body, ...]
    references: tuple[tuple[str, str], ...]


def load(plot: Plot, config: Configuration, adapter: Adapter, profile: str, payload: bytes) -> Load:
    """The bytes as their adapter reads them; canaries that it could not say are uprooted."""
    found = config.profile_of(profile, adapter.format, DAY)
    drafts = [
        draft for message in read_by(adapter, payload, found).messages for draft in message.events
    ]
    bodies = tuple(Body(draft.package, draft.body) for draft in drafts)
    plot.planted &= {value for body in bodies for _, _, value in leaves(body.tree)}
    references = {(one.scheme, one.value) for draft in drafts for one in draft.references}
    headers = {"Content-Type": adapter.content_types[-1 if adapter.format.endswith("1") else 0]}
    return Load(payload, headers, bodies, tuple(sorted(references)))


def posted(plot: Plot, config: Configuration, how: str) -> Load:
    """An item with a content piece for each agency."""
    tree = full(plot, PostalItem)
    tree["GoodsShipment"]["Consignment"]["ConsignmentItem"] = [
        _piece(plot, number, code) for number, (code, _) in WANTED.items()
    ]
    settled(plot, tree, SETTLED)
    if how == "xml":
        return load(plot, config, Itmatt(), "upu-itmatt", families.itmatt(tree))
    return load(plot, config, ItemJson(), "postal-items", families.push(tree))


def _piece(plot: Plot, number: int, code: str) -> dict[str, Any]:
    piece = full(plot, ContentPiece)
    first, second = piece["Commodity"]["Classification"]
    plot.planted.discard(first["ID"])
    piece["Commodity"]["Classification"] = [
        {"ID": code, "IdentificationTypeCode": "HS"},
        {**second, "IdentificationTypeCode": "SRV"},
    ]
    return {**piece, "SequenceNumeric": str(number)}


def flown(plot: Plot, config: Configuration) -> Load:
    """A flight: its passengers and its crew, two messages of one interchange."""
    tree = full(plot, PersonsReport)
    births = map(str, _days())
    settled(plot, tree, FLOWN)
    means = tree["BorderTransportMeans"]
    for person in (*means["Passenger"], *means["Crew"]):
        plot.planted.discard(person["BirthDateTime"])
        person["BirthDateTime"] = next(births)
        plot.planted.add(person["BirthDateTime"])
        for document in person["AdditionalDocument"]:
            document |= {"ExpirationDateTime": "2031-01-01", "IssueDateTime": "2021-01-01"}
    here, there = means["Itinerary"]
    here |= {"RoleCode": "125", "DepartureDateTime": "2026-11-23T10:15", "JourneyID": ""}
    there |= {"RoleCode": "87", "ArrivalDateTime": "2026-11-23T14:15", "JourneyID": ""}
    del here["ArrivalDateTime"], there["DepartureDateTime"], tree["FunctionCode"]
    messages = []
    for kind, other in (("745", "Crew"), ("250", "Passenger")):
        alone = {name: value for name, value in means.items() if name != other}
        messages.append(families.listed({**tree, "BorderTransportMeans": alone}, kind=kind))
    return load(plot, config, Paxlst(), "paxlst-guide", families.paxlst(*messages))


def _days() -> Iterator[date]:
    return (date(2007, 1, 1) + timedelta(days=day) for day in itertools.count())


def sailed(plot: Plot, config: Configuration) -> Load:
    """A ship, by its General Declaration."""
    tree = families.ship(1)
    means = tree["BorderTransportMeans"]
    texts = ("RegistrationDocumentText", "BerthName", "ItineraryText")
    means |= dict.fromkeys(texts, "text")
    tree |= {"RemarksText": "text", "AdditionalDocument": [
        {"TypeCode": name, "StatusText": "text"}
        for name in ("FAL2", "FAL3", "FAL4", "FAL5", "FAL6", "FAL7", "WASTE", "HEALTH", "ISPS")
    ]}  # fmt: skip
    tree["Agent"]["Communication"] = [{"TypeCode": "TE", "ID": plot.draw("number", "n..9")}]
    means["GrossTonnageMeasure"] = {"value": plot.draw("number", "n..9")}
    planted(plot, tree, WRITTEN_ON_SHIPS)
    return load(plot, config, Fal1(), "uk-nmsw-fal1", families.declared(tree))


def crewed(plot: Plot, config: Configuration, visit: str) -> Load:
    """Its crew, by their list."""
    persons = families.seafarers(1, 1, 2, 3)
    for person, born in zip(persons, map(str, _days()), strict=False):
        person["BirthDateTime"] = born
        person["AdditionalDocument"][0]["Name"] = "text"
        plot.planted.add(born)
    tree = {"BorderTransportMeans": {"Crew": persons}}
    planted(plot, tree, WRITTEN_ON_SHIPS)
    return load(plot, config, Fal5(), "uk-nmsw-fal5", families.crewed(visit, persons))


def settled(plot: Plot, tree: Any, values: dict[str, Any]) -> None:
    """These leaves hold these values, and no canary."""

    def settle(pattern: str, value: str) -> str:
        if pattern not in values:
            return value
        plot.planted.discard(value)
        return str(values[pattern])

    _each(tree, settle)


def planted(plot: Plot, tree: Any, patterns: Sequence[str]) -> None:
    """These leaves hold canaries."""
    _each(tree, lambda at, value: plot.draw("text", "an..17") if at in patterns else value)


def _each(tree: Any, change: Callable[[str, str], str], pattern: str = "") -> None:
    for name, value in tree.items() if isinstance(tree, dict) else ():
        at = f"{pattern}.{name}" if pattern else name
        if isinstance(value, str):
            tree[name] = change(at, value)
        for one in value if isinstance(value, list) else [value]:
            _each(one, change, at)
