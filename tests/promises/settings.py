"""Under which rows and views a run is played: the sample configuration, and a small one of its own.

The small one has what the sample state has no row for: masks, `beside`, views without names, two
checks, each kind of `answers`, release by silence; and each view a second time, as it is after a
reload.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import yaml

from broker.adapter import Kind, Part, Scheme
from broker.core.rules import Rules
from broker.routing.listing import ViewFile
from broker.routing.match import compile_book, overall_rows, wide_rows
from broker.routing.rules import RulesFile
from broker.routing.view import compile_view
from broker.stations import rules_of
from tests.broker_in_process import CONFIG, configuration

CREW, PASSENGER = "BorderTransportMeans.Crew", "BorderTransportMeans.Passenger"
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem"
PIECE = "GoodsShipment.Consignment.ConsignmentItem"
SHOWN = ("OverallStatusCode", "Answer.AgencyID", "Answer.PurposeCode", "Answer.Subject",
         "Answer.Part", "Answer.CheckCode", "Answer.StatusCode", "Answer.VersionID",
         "Answer.FormerSubject", "Answer.Silence", "Answer.Reason.Code", "Answer.Reason.Path",
         "Answer.ValidUntilDateTime")  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """One loaded configuration: what the step takes, and the view files that the oracle reads."""

    rules: Rules
    files: Mapping[str, ViewFile]


@dataclass(frozen=True)
class Setting:
    """A kind of dossier under configurations that replace each other when they are reloaded."""

    name: str
    kind: str
    loaded: tuple[Loaded, ...]


def _row(name: str, about: tuple[str, str], whom: tuple[str, str, str], **more: Any) -> dict:
    kind, package = about
    recipient, purpose, view = whom
    asked = {"within": more.pop("within", "24h"), "silence": more.pop("silence", "escalate")}
    return {
        "name": name, "kind": kind, "package": package, "recipient": recipient,
        "purpose": purpose, "view": view, "expects": {"answer": asked},
        "because": "it is examined", "legal_basis": "a law", **more,
    }  # fmt: skip


GOODS, POST = ("declaration", "goods-declaration"), ("item", "postal-item")
FLOWN, SAILED = ("flight", "persons-report"), ("visit", "persons-report")
SHIP = ("visit", "conveyance-report")


def _coded(*codes: str) -> dict[str, Any]:
    return {"Commodity.Classification.ID": {"prefix": list(codes)}}


def _goods_rows(about: tuple[str, str], each: str) -> list[dict]:
    kind = about[0]
    packed = {"Packaging.QuantityQuantity.value": {"range": {"from": "50"}}}
    return [
        _row(f"{kind}-plants", about, ("plant-health", "plants", f"{kind}-plants"), each=each,
             when=_coded("06"), checks=["PH-DOC"]),
        _row(f"{kind}-bulk", about, ("plant-health", "plants", f"{kind}-plants"), each=each,
             when=packed, checks=["PH-WPM"]),
        _row(f"{kind}-whole", about, ("customs", "control", f"{kind}-customs")),
        _row(f"{kind}-toys", about, ("market-surveillance", "safety", f"{kind}-toys"),
             each=each, when=_coded("95"), within="72h", silence="release"),
        _row(f"{kind}-revenue", about, ("revenue", "duties", f"{kind}-masked"), answers="whole"),
        _row(f"{kind}-board", (kind, "board"), ("coordinator", "hearing", "told"),
             expects="nothing"),
        _row(f"{kind}-coordinator", about, ("coordinator", "release", f"{kind}-brief"),
             answers="dossier"),
        _row(f"{kind}-declarant", (kind, "board"), ("submitter", "decision", "told"),
             expects="nothing"),
    ]  # fmt: skip


def _person_rows(about: tuple[str, str]) -> list[dict]:
    kind = about[0]
    return [
        _row(f"{kind}-persons", about, ("border-police", "border", f"{kind}-police"),
             checks=["BP-PERSON"], within="1h"),
        _row(f"{kind}-health", about, ("port-health", "health", f"{kind}-nameless"),
             within="12h", silence="release"),
        _row(f"{kind}-vetting", about, ("vetting", "vetting", f"{kind}-vetting"),
             answers="request", checks=["V-A", "V-B"]),
        _row(f"{kind}-declarant", (kind, "board"), ("submitter", "decision", "told"),
             expects="nothing"),
    ]  # fmt: skip


_HARBOUR = _row("visit-entry", SHIP, ("harbour-master", "entry", "visit-ship"), checks=["HM"])
_ROWS = [
    *_goods_rows(GOODS, ITEM), *_goods_rows(POST, PIECE),
    *_person_rows(FLOWN), *_person_rows(SAILED), _HARBOUR,
]  # fmt: skip


def _beside(*paths: str) -> list[dict[str, str]]:
    return [{"path": path, "because": "no answer depends on it"} for path in paths]


def _goods_views(about: tuple[str, str], each: str, *, again: bool) -> list[dict]:
    kind, package = about
    total = "InvoiceAmount"
    lines = [f"{each}.SequenceNumeric", f"{each}.Commodity.**", f"{each}.Packaging.**"]
    head = ["FunctionalReferenceID", "GoodsShipment.Consignor.**"]
    time = _beside("AcceptanceDateTime")
    origin = [f"{each}.Origin.**"] if again else []
    dropped = {"path": "GoodsShipment.Consignor.**", "drop": ["Address"]}
    return [
        {"name": f"{kind}-plants", "package": package, "beside": time, "spans": [total],
         "paths": [*head, *lines, *origin, "AcceptanceDateTime", total]},
        {"name": f"{kind}-customs", "package": package, "beside": [] if again else time,
         "paths": [*head[:1], "AcceptanceDateTime", "TotalGrossMassMeasure", total,
                   "GoodsShipment.**"]},
        {"name": f"{kind}-toys", "package": package, "beside": time,
         "paths": ["AcceptanceDateTime", *lines[:2], dropped if again else head[1]]},
        {"name": f"{kind}-masked", "package": package,
         "paths": [total, *lines[:1], {"path": f"{each}.Commodity.Description",
                                       "transform": "mask"},
                   {"path": f"{each}.Commodity.Classification.ID",
                    "transform": "mask" if again else "generalise:prefix-2"}]},
        {"name": f"{kind}-brief", "package": package,
         "paths": [f"{each}.SequenceNumeric", f"{each}.Commodity.Description", *origin]},
    ]  # fmt: skip


def _person_views(about: tuple[str, str], *, again: bool) -> list[dict]:
    kind, package = about
    names = ("CarrierReferenceID", "FamilyName", "GivenName", "BirthDateTime")
    police, nameless, vetting = [], [], []
    for each in (CREW, PASSENGER):
        own = [f"{each}.{name}" for name in ("SequenceNumeric", "NationalityCode")]
        police += [*own, *(f"{each}.{name}" for name in names),
                   f"{each}.EmbarkationLocationID", f"{each}.AdditionalDocument.**"]  # fmt: skip
        nameless += [*own, *([f"{each}.EmbarkationLocationID"] if again else [])]
        vetting += [*own, f"{each}.FamilyName",
                    {"path": f"{each}.BirthDateTime", "transform": "generalise:year"}]  # fmt: skip
    head = ["FunctionCode", "TypeCode", "BorderTransportMeans.JourneyID"]
    count = "BorderTransportMeans.PassengerQuantity"
    return [
        {"name": f"{kind}-police", "package": package, "beside": _beside(count),
         "paths": [*head, count, "BorderTransportMeans.Carrier.Name", *police]},
        {"name": f"{kind}-nameless", "package": package, "beside": _beside(count),
         "paths": ["BorderTransportMeans.JourneyID", count, *nameless]},
        {"name": f"{kind}-vetting", "package": package, "paths": [*head[:2], *vetting]},
    ]  # fmt: skip


def _views(*, again: bool) -> list[dict]:
    ship = ["TypeCode", "FunctionalReferenceID", "BorderTransportMeans.Name",
            "BorderTransportMeans.BerthName", "BorderTransportMeans.ArrivalDateTime",
            *(["RemarksText"] if again else [])]  # fmt: skip
    return [
        *_goods_views(GOODS, ITEM, again=again), *_goods_views(POST, PIECE, again=again),
        *_person_views(FLOWN, again=again), *_person_views(SAILED, again=again),
        {"name": "visit-ship", "package": "conveyance-report", "paths": ship,
         "beside": _beside("BorderTransportMeans.ArrivalDateTime")},
        {"name": "told", "package": "board", "paths": list(SHOWN)},
    ]  # fmt: skip


_SCHEMES = (Scheme("REF", opens=True, binds=("sender",)),)
KINDS = {
    "declaration": Kind("declaration", _SCHEMES),
    "item": Kind("item", _SCHEMES),
    "flight": Kind("flight", _SCHEMES, parts=(
        Part("passengers", (PASSENGER,)), Part("crew", (CREW,)),
    )),
    "visit": Kind("visit", _SCHEMES, parts=(Part("FAL1"), Part("FAL5", (CREW,)))),
}  # fmt: skip


@cache
def composed(*, again: bool = False) -> Loaded:
    """The small configuration; `again`: as it is after a reload, with other views."""
    trial = {"name": "nothing comes of nothing", "body": {}, "sends": {}}
    book = compile_book({"rows": RulesFile.model_validate({"rules": _ROWS, "tests": [trial]})})
    files = {
        one["name"]: ViewFile.model_validate({"title": "a view", **one})
        for one in _views(again=again)
    }
    views = {name: compile_view(file) for name, file in files.items()}
    rules = Rules(book, overall_rows(book), views, f"composed-{again}", {}, KINDS, wide_rows(book))
    return Loaded(rules, files)


@cache
def sample(*, again: bool = False) -> Loaded:
    """The sample configuration; `again`: the same as another one, as after a reload."""
    files = {}
    for path in sorted((CONFIG / "views").glob("*.yaml")):
        file = ViewFile.model_validate(yaml.safe_load(path.read_text()))
        files[file.name] = file
    rules = rules_of(configuration())
    return Loaded(replace(rules, digest="reloaded") if again else rules, files)


@cache
def settings() -> Mapping[str, Setting]:
    """All settings by name: each kind of dossier under both configurations."""
    found = {}
    for kind in KINDS:
        for name, load in (("composed", composed), ("sample", sample)):
            loaded = (load(again=False), load(again=True))
            found[f"{kind}-{name}"] = Setting(f"{kind}-{name}", kind, loaded)
    return found
