"""Under which rows and tables requests are played; and what those tables say, once more by hand.

The oracle reads `Sheet`, which is written here from the tables' sources; the broker reads its own
table, of the sample configuration, or composed here beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

from broker.adapter import Kind, Part, Scheme
from broker.core.rules import Rules
from broker.model.request_table import RequestTable, State
from broker.routing.listing import ViewFile
from broker.routing.match import compile_book, overall_rows
from broker.routing.rules import RulesFile
from broker.routing.view import compile_view
from tests.promises.requests.contents import (
    CALLED,
    DECLARED,
    ITEM,
    MEANS,
    PIECE,
    POSTED,
    Content,
    goods_item,
    listed,
)
from tests.sample_events import rules as sample_rules

FAVOURABLE = frozenset({"released", "conditional"})
ADVERSE = frozenset({"held", "refused", "do_not_load", "inspection", "information_wanted"})
WAITING = "waiting"
GRAVITY = ("refused", "do_not_load", "held", "information_wanted", "inspection", WAITING,
           "conditional", "released")  # fmt: skip
Seat = tuple[str, str]
"""A recipient, and the purpose under which it holds something."""


class Known(NamedTuple):
    """What states are told by: codes, and what is in force of what agencies have answered.

    `statuses`: of all agencies; `judged`: of the deciding one about anything; `decided`: what it
    has answered comes to.
    """

    codes: frozenset[str]
    statuses: frozenset[str]
    judged: frozenset[str]
    decided: str
    gone: bool
    withdrawn: bool
    ended: bool


class Stage(NamedTuple):
    """A state: when a part is in it, and which states it may follow (none: all)."""

    name: str
    holds: Callable[[Known], bool]
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A table by hand: `says` has for each event and state a(pply), A(sk) or R(efuse).

    N: it asks a purpose that no recipient holds, so that the table's `otherwise` refuses it.
    """

    stages: tuple[Stage, ...]
    says: Mapping[str, Mapping[str, str]]

    def verdict(self, does: str, known: Known) -> str:
        """What the table says of an event."""
        state = ""
        for stage in self.stages:
            if stage.holds(known) and (not stage.over or state in stage.over):
                state = stage.name
        row = self.says[does]
        return row.get(state, row["*"])


@dataclass(frozen=True)
class Setting:
    """A kind of dossier, with what agencies are there and what each sees of it.

    `parts`: by name, the party and the package; `contents`: what is lodged first. `deciding`: by
    part, who decides requests; `informed`: who is sent them besides; `beside`: who is sent the
    documents alone; `judge`: whose answers and `codes` move the state. `seen`: by seat, what its
    view passes. `named`: what amendments name, each with what it holds then; `fixed`: what they
    may not change, `demanded`: what they may not take away. `variants`: leaves that differ from
    one message to the next. `does`: what its declarants do. `corrects`: who may correct it of its
    own accord; `ends`: which recipients may end it.
    """

    name: str
    kind: str
    profile: str
    rules: Callable[[], Rules]
    sheet: Sheet
    parts: Mapping[str, tuple[str, str]]
    contents: Mapping[str, Content]
    deciding: Mapping[str, frozenset[Seat]]
    seen: Mapping[Seat, tuple[str, ...]]
    variants: Mapping[str, tuple[str, ...]]
    does: tuple[str, ...]
    informed: Mapping[str, frozenset[Seat]] = field(default_factory=dict)
    beside: frozenset[Seat] = frozenset()
    judge: Seat = ("", "")
    named: tuple[tuple[str, Content], ...] = ()
    fixed: tuple[str, ...] = ()
    demanded: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    corrects: frozenset[Seat] = frozenset()
    ends: frozenset[str] = frozenset({"customs", "border-police"})

    def audience(self, part: str) -> frozenset[Seat]:
        """Who is sent the documents of a part."""
        return self.deciding[part] | self.informed.get(part, frozenset()) | self.beside


def _code(*codes: str) -> Callable[[Known], bool]:
    return lambda known: any(code in known.codes for code in codes)


FIRST = Stage("lodged", lambda _: True)
HELD = Stage("control", lambda known: bool(known.statuses & ADVERSE))
OVER = Stage("withdrawn", lambda known: known.withdrawn)
ENDED = Stage("ended", lambda known: known.ended)
QZ = Sheet(
    (
        FIRST, Stage("accepted", _code("01")), HELD,
        Stage("released", lambda known: bool(known.judged & FAVOURABLE)),
        Stage("cleared", _code("09")), Stage("refused", lambda known: known.decided == "refused"),
        OVER, ENDED,
    ),
    {
        "put": {"accepted": "R", "cleared": "R", "withdrawn": "R", "ended": "R", "*": "a"},
        "patch": {"withdrawn": "R", "cleared": "R", "refused": "R", "ended": "R", "*": "A"},
        "withdraw": {"lodged": "a", "accepted": "A", "control": "A", "released": "A", "*": "R"},
        "present": {"lodged": "a", "*": "R"},
        "release": {"control": "A", "*": "R"},
    },
)  # fmt: skip
UK = Sheet(
    (
        FIRST, Stage("registered", _code("02")), Stage("accepted", _code("01")),
        HELD._replace(over=("lodged", "registered", "accepted")), Stage("released", _code("08")),
        Stage("taxed", _code("13/4"), ("accepted", "control", "released")),
        Stage("cleared", _code("09")),
        Stage("refused", _code("03"), ("lodged", "registered", "control")), OVER,
        ENDED,
    ),
    {
        "put": {"*": "R"},
        "patch": {"taxed": "R", "cleared": "R", "refused": "R", "withdrawn": "R", "ended": "R",
                  "*": "A"},
        "withdraw": {"cleared": "R", "refused": "R", "withdrawn": "R", "ended": "R", "*": "A"},
        "present": {"lodged": "A", "registered": "A", "*": "R"},
        "release": {"*": "R"},
    },
)  # fmt: skip
ANSWERED = Sheet(
    (
        FIRST, Stage("decided", lambda known: bool(known.statuses & (ADVERSE | FAVOURABLE))),
        Stage("gone", lambda known: known.gone), OVER, ENDED,
    ),
    {
        "put": {"lodged": "a", "decided": "A", "*": "R"},
        "withdraw": {"lodged": "a", "decided": "A", "*": "R"},
    },
)  # fmt: skip
POSTAL = Sheet(
    (FIRST, HELD, Stage("final", lambda known: known.decided in FAVOURABLE), OVER, ENDED),
    {
        "put": {"lodged": "a", "control": "A", "*": "R"},
        "patch": {"lodged": "a", "control": "A", "*": "R"},
        "withdraw": {"lodged": "a", "control": "A", "final": "N", "*": "R"},
    },
)

UNHELD = "X-UNHELD"
"""The code of what is asked of a purpose that no recipient holds."""
_GONE = {"withdrawn": "refuse reference.reused", "any": "refuse request.refused"}
_ANSWERED = RequestTable(
    states=(State("lodged"), State("decided", answered=True),
            State("gone", facts=("part_withdrawn",)), State("withdrawn", facts=("withdrawn",)),
            State("ended", facts=("ended",))),
    verdicts={"lodge": {"lodged": "apply", "decided": "ask border", **_GONE},
              "withdraw": {"lodged": "apply", "decided": "ask border", **_GONE}},
)  # fmt: skip
_POSTAL = RequestTable(
    states=(State("lodged"), State("control", adverse=True),
            State("final", statuses=("released", "conditional")),
            State("withdrawn", facts=("withdrawn",)), State("ended", facts=("ended",))),
    verdicts={"lodge": {"lodged": "apply", "control": "ask control", **_GONE},
              "amend": {"lodged": "apply", "control": "ask control", **_GONE},
              "withdraw": {"lodged": "apply", "control": "ask control", "final": "ask archive",
                           **_GONE}},
    decided_by=("control",), fixed=("MailClassCode",), otherwise=UNHELD,
)  # fmt: skip


def _rows(kind: str, package: str, whom: tuple[str, str, str], *, hears: bool = True) -> list[dict]:
    recipient, purpose, view = whom
    row: dict[str, Any] = {
        "kind": kind, "package": package, "recipient": recipient, "purpose": purpose, "view": view,
        "expects": {"answer": {"within": "24h", "silence": "escalate"}},
        "because": "it is examined", "legal_basis": "a law",
    }  # fmt: skip
    name = f"{kind}-{package}-{recipient}"
    asked = {**row, "name": f"{name}-requests", "requests": ["amend", "withdraw"]}
    return [{**row, "name": name}, *([asked] if hears else [])]


_PERSONS = (("border-police", "border", "police"), ("port-health", "border", "nameless"),
            ("vetting", "vetting", "ship-name"))  # fmt: skip
_SEEN: dict[Seat, tuple[str, ...]] = {
    ("border-police", "border"): ("TypeCode", MEANS),
    ("harbour-master", "border"): ("TypeCode", MEANS),
    ("vetting", "vetting"): (f"{MEANS}.Name",),
    ("port-health", "border"): tuple(
        f"{MEANS}.{each}.{leaf}"
        for each in ("Crew", "Passenger") for leaf in ("SequenceNumeric", "NationalityCode")
    ),
    ("customs", "control"): ("MailClassCode", "GoodsShipment"),
    ("aviation-security", "loading"): (f"{PIECE}.SequenceNumeric", f"{PIECE}.Commodity"),
    ("wildlife", "species"): ("GoodsShipment.Consignor",),
}  # fmt: skip


def _view(name: str, package: str, seat: Seat) -> ViewFile:
    classes = {MEANS, "GoodsShipment", "GoodsShipment.Consignor", f"{PIECE}.Commodity"}
    paths = [f"{one}.**" if one in classes else one for one in _SEEN[seat]]
    return ViewFile.model_validate(
        {"name": name, "title": "a view", "package": package, "paths": paths}
    )


@cache
def composed() -> Rules:
    """A small configuration: a purpose that two hold, one that is informed, one that is not."""
    rows = [row for kind in ("flight", "visit") for whom in _PERSONS
            for row in _rows(kind, "persons-report", whom)]  # fmt: skip
    rows += _rows("visit", "conveyance-report", ("harbour-master", "border", "ship"))
    rows += _rows("item", "postal-item", ("customs", "control", "posted"))
    rows += _rows("item", "postal-item", ("aviation-security", "loading", "screened"))
    rows += _rows("item", "postal-item", ("wildlife", "species", "senders"), hears=False)
    trial = {"name": "nothing comes of nothing", "body": {}, "sends": {}}
    book = compile_book({"rows": RulesFile.model_validate({"rules": rows, "tests": [trial]})})
    files = [
        _view("police", "persons-report", ("border-police", "border")),
        _view("nameless", "persons-report", ("port-health", "border")),
        _view("ship-name", "persons-report", ("vetting", "vetting")),
        _view("ship", "conveyance-report", ("harbour-master", "border")),
        _view("posted", "postal-item", ("customs", "control")),
        _view("screened", "postal-item", ("aviation-security", "loading")),
        _view("senders", "postal-item", ("wildlife", "species")),
    ]
    views = {file.name: compile_view(file) for file in files}
    schemes = (Scheme("REF", opens=True, binds=("sender",)),)
    kinds = {
        "item": Kind("item", schemes),
        "flight": Kind("flight", schemes, parts=(
            Part("passengers", (f"{MEANS}.Passenger",)), Part("crew", (f"{MEANS}.Crew",)),
        )),
        "visit": Kind("visit", schemes, parts=(Part("FAL1"), Part("FAL5", (f"{MEANS}.Crew",)))),
    }  # fmt: skip
    rules = Rules(book, overall_rows(book), views, "composed", {}, kinds)
    rules = replace(rules, ends=frozenset({"customs", "border-police"}))
    return replace(rules, tables={"answered": (_ANSWERED,), "postal": (_POSTAL,)})


_CUSTOMS, _PLANTS = ("customs", "customs-control"), ("plant-health", "phytosanitary-control")
_FLOWERS = f"{ITEM}[1]"
_WEIGHT = f"{_FLOWERS}.Commodity.GoodsMeasure.NetNetWeightMeasure"


def _leaf(path: str, value: str) -> tuple[str, Content]:
    return path, {path: value}


def _amount(path: str, value: str, of: str, unit: str) -> tuple[str, Content]:
    return path, {f"{path}.value": value, f"{path}.{of}": unit}


_DECLARATION = {
    "kind": "declaration", "rules": sample_rules, "parts": {"": ("lantern", "goods-declaration")},
    "contents": {"": DECLARED}, "deciding": {"": frozenset({_CUSTOMS})}, "judge": _CUSTOMS,
    "seen": {
        _CUSTOMS: ("*",),
        _PLANTS: ("FunctionalReferenceID", "TypeCode", "GoodsShipment.Consignor",
                  "GoodsShipment.Destination",
                  *(f"{_FLOWERS}.{leaf}" for leaf in (
                      "SequenceNumeric", "Commodity", "GovernmentProcedure", "Origin"))),
    },
    "variants": {f"{_FLOWERS}.Commodity.Description": ("goods 1", "roses", "tulips"),
                 "TotalPackageQuantity.value": ("7", "8")},
    "named": (
        _leaf(f"{_FLOWERS}.Commodity.Description", "dahlias"),
        _leaf(f"{ITEM}[2].Commodity.Description", "other books"),
        _amount(f"{_FLOWERS}.CustomsValueAmount", "120", "currency", "EUR"),
        _leaf("GoodsShipment.Consignor.Name", "Other Growers"),
        _leaf(f"{ITEM}[2].TransactionNatureCode", "1"),
        _leaf("GoodsShipment.Destination.CountryCode", "QZ"),
        (f"{ITEM}[3]", goods_item(ITEM, 3, "49019900")),
        _amount(_WEIGHT, "12", "unit", "KGM"),
        _leaf("Submitter.ID", "QZTRADER00002"),
        _leaf("TypeCode", "IMD"),
    ),
    "fixed": ("Submitter.ID", "TypeCode"), "demanded": (_WEIGHT,), "beside": frozenset({_PLANTS}),
    "corrects": frozenset({_CUSTOMS}), "ends": frozenset({"customs"}),
    "does": ("patch", "withdraw", "release", "put", "present", "patch"),
}  # fmt: skip


def _lists(kind: str, name: str, parts: Mapping[str, tuple[str, str, Content]]) -> Setting:
    persons = frozenset({("border-police", "border"), ("port-health", "border")})
    harbour = frozenset({("harbour-master", "border")})
    of_persons = {part: one[1] == "persons-report" for part, one in parts.items()}
    return Setting(
        name, kind, "answered", composed, ANSWERED,
        parts={part: one[:2] for part, one in parts.items()},
        contents={part: one[2] for part, one in parts.items()},
        deciding={part: persons if own else harbour for part, own in of_persons.items()},
        informed={part: frozenset({("vetting", "vetting")} if own else ())
                  for part, own in of_persons.items()},
        seen=_SEEN,
        variants={f"{MEANS}.Name": ("INVENTED TRADER", "INVENTED ROVER"),
                  f"{MEANS}.Passenger[1].NationalityCode": ("NLD", "BEL", "FRA"),
                  f"{MEANS}.Crew[2].NationalityCode": ("NLD", "BEL", "FRA")},
        does=("put", "withdraw"),
    )  # fmt: skip


@cache
def settings() -> Mapping[str, Setting]:
    """All settings by name."""
    found = [
        Setting("declaration-qz", profile="qz-declarations", sheet=QZ, codes=(
            ("", "held"), ("", "released"), ("01", "acknowledged"), ("09", "released"),
        ), **_DECLARATION),
        Setting("declaration-uk", profile="uk-cds", sheet=UK, codes=(
            ("02", ""), ("01", "acknowledged"), ("08", "conditional"), ("13/4", ""),
            ("09", "released"), ("03", "refused"),
        ), **_DECLARATION),
        Setting(
            "item", "item", "postal", composed, POSTAL,
            parts={"": ("lantern", "postal-item")}, contents={"": POSTED},
            deciding={"": frozenset({("customs", "control")})},
            informed={"": frozenset({("aviation-security", "loading")})},
            judge=("customs", "control"), seen=_SEEN,
            variants={f"{PIECE}[1].Commodity.Description": ("goods 1", "roses", "tulips")},
            named=(
                _leaf(f"{PIECE}[1].Commodity.Description", "dahlias"),
                _leaf(f"{PIECE}[2].Commodity.Description", "toys"),
                _leaf("GoodsShipment.Consignor.Name", "Other Growers"),
                _leaf("GoodsShipment.Consignee.Name", "Other Addressee"),
                _leaf("MailClassCode", "U"),
            ),
            fixed=("MailClassCode",), beside=frozenset({("wildlife", "species")}),
            does=("patch", "patch", "put", "withdraw"),
        ),
        _lists("flight", "flight", {
            "passengers": ("lantern", "persons-report", listed("Passenger")),
            "crew": ("pebble", "persons-report", listed("Crew")),
        }),
        _lists("visit", "visit", {
            "FAL1": ("lantern", "conveyance-report", CALLED),
            "FAL5": ("pebble", "persons-report", listed("Crew")),
        }),
    ]  # fmt: skip
    return {one.name: one for one in found}
