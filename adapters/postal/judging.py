"""What is decided on one item, in whichever format it came: key, checks, demands, verdict.

Rules
    An item is known by its identifier and its date of posting; without both nobody can tell which
    item is meant, so both are demanded here, whatever the profile says.
    An S10 is keyed in upper case without blanks; what was written otherwise is kept as unmapped.
    Doubts about an S10 warn, unless the profile rejects (`severities`). An identifier that is no
    S10 (UPU list 185 knows others) is refused, unless the profile warns; it is keyed as said.
    A sum without its currency is none. Two lines with one number could not be told apart.
    A value that could not be read is not missing as well; one that is missing says what stands
    there under a similar name.
    Problems stand in the order of the file. At most PROBLEMS_MAX are told; what is beyond is one
    more problem.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from adapters.demands import (
    About,
    Breach,
    Trail,
    Unread,
    breaches,
    demanded,
    in_place_of,
    is_unread,
)
from adapters.postal import s10
from adapters.postal.formats import MOMENT_PICTURE
from adapters.postal.tables import PACKAGE
from broker.adapter import Draft, Message, Path, Profile, Reference, Tree, Unmapped
from broker.model.packages import data_class
from broker.model.paths import element_key, pattern_of
from broker.model.problem import Place, Problem, Severity, rejects

PROBLEMS_MAX = 100
NAME = "Declaration"
"""What the paths of problems begin with."""

_SEVERITIES: Mapping[str, Severity] = {
    "postal.s10.check-digit": "warning",
    "postal.s10.service-unknown": "warning",
    "postal.s10.country-unknown": "warning",
}
_CARRIED = (("GoodsShipment", 0), ("Consignment", 0))

_UNREAD = frozenset({
    "postal.value-too-long", "postal.value-malformed", "postal.number-malformed",
    "postal.moment-malformed", "postal.attribute-misplaced",
})  # fmt: skip
"""What keeps a value out of the tree."""
_UNKNOWN = "postal.element-unknown"


class Spot(NamedTuple):
    """Where a value stands, or should; `called`: as the sender's format calls it, if otherwise.

    `instead`: what stands there under a similar name; `below`: the value would stand inside of
    that. `empty`: it stands there, and says nothing.
    """

    place: Place
    called: str = ""
    instead: str = ""
    below: bool = False
    empty: bool = False


class Whereabouts(Protocol):
    """Where the values of one item stand: the classes on the way, and a name."""

    def locate(self, trail: Trail, name: str) -> Place:
        """Where a value stands, or its nearest parent: quickly."""

    def spot(self, trail: Trail, name: str) -> Spot:
        """The same, as exactly as a problem has it."""

    def rank(self, place: Place) -> tuple[int, ...]:
        """Its order in the file."""


@dataclass(frozen=True, slots=True)
class Said:
    """One item as its sender said it: the body, and what could not be put into it."""

    number: int
    tree: Tree
    problems: tuple[Problem, ...]
    unmapped: tuple[Unmapped, ...]
    spots: Whereabouts


def message_of(said: Said, profile: Profile) -> Message:
    """The verdict on one item, with its one event."""
    identifier = str(said.tree.get("FunctionalReferenceID", ""))
    key, unmapped = _keyed(said, identifier)
    posted = str(said.tree.get("AcceptanceDateTime", ""))[:10]
    problems = _problems(said, key, posted, profile)
    whole = key and len(posted) == 10
    draft = Draft(
        kind="item",
        does="put",
        references=(
            Reference("S10", f"{key}/{posted}", said.spots.locate((), "FunctionalReferenceID")),
        )
        if whole
        else (),
        body=said.tree,
        package=PACKAGE,
        unmapped=unmapped,
    )
    return Message(
        number=said.number,
        reference=key,
        verdict="rejected" if rejects(problems) else "accepted",
        problems=problems,
        events=iter((draft,)),
    )


def _keyed(said: Said, identifier: str) -> tuple[str, tuple[Unmapped, ...]]:
    """The identifier in its normal form, put into the body; what was written is kept."""
    plain = s10.normalised(identifier)
    if plain is None or plain == identifier:
        return identifier, said.unmapped
    said.tree["FunctionalReferenceID"] = plain
    place, path = said.spots.locate((), "FunctionalReferenceID"), f"{NAME}.FunctionalReferenceID"
    return plain, (*said.unmapped, Unmapped(place, path, identifier))


class _Clues(NamedTuple):
    """What the reading has told already: values that could not be read, a misspelt element."""

    unread: Unread
    misspelt: bool


def _problems(said: Said, key: str, posted: str, profile: Profile) -> tuple[Problem, ...]:
    """Those of the reading, of the key, of the content and of the profile, as the file has them."""
    severities = {**_SEVERITIES, **profile.settings.get("severities", {})}
    told = _with(severities, said.problems)
    clues = _Clues(
        {one.path or "": one.severity for one in told if one.code in _UNREAD},
        any(one.code == _UNKNOWN and one.severity == "error" for one in told),
    )
    told += _with(severities, _of_key(said, key, posted, clues))
    told += _with(severities, _of_number(said, key, profile))
    told += _with(severities, _of_content(said, clues))
    for breach in breaches(said.tree, profile):
        problem = _demanded(said, breach, profile, clues)
        if problem is not None:
            told.append(problem)
        if len(told) > PROBLEMS_MAX and rejects(told):
            break  # nothing that follows would change the verdict
    if len(told) < 2:
        return tuple(told)
    shown = sorted(told[:PROBLEMS_MAX], key=lambda problem: said.spots.rank(problem.where))
    if len(told) <= PROBLEMS_MAX:
        return tuple(shown)
    return (*shown, _more(said, told[PROBLEMS_MAX:]))


def _with(severities: Mapping[str, Severity], problems: Iterable[Problem]) -> list[Problem]:
    return [replace(one, severity=severities.get(one.code, one.severity)) for one in problems]


def _demanded(said: Said, breach: Breach, profile: Profile, clues: _Clues) -> Problem | None:
    """A breach in the sender's words; nothing if what is told already says why."""
    rule = breach.constraint
    missing = rule.demand == "mandatory"
    if missing and clues.unread:
        path = f"{NAME}.{breach.path_in(said.tree)}"
        if is_unread(path, rule.severity, clues.unread):
            return None
    spot = said.spots.spot(breach.trail, breach.name)
    if missing and spot.below and clues.misspelt:
        return None
    about = About(NAME, PACKAGE, said.number)
    problem = demanded(breach, said.tree, about, profile, spot.place, called=spot.called)
    return _absent(problem, spot) if missing else problem


def _absent(problem: Problem, spot: Spot) -> Problem:
    """A value that is missing, with what stands in its place."""
    if spot.instead:
        return replace(problem, hint=in_place_of(problem.hint, spot.instead))
    if spot.empty:
        return replace(problem, text=f"{spot.called} is empty")
    return problem


def _more(said: Said, hidden: list[Problem]) -> Problem:
    return Problem(
        code="postal.problems-more",
        text=f"{len(hidden)} or more problems are not shown",
        severity="error" if rejects(hidden) else "warning",
        message=said.number,
        where=said.spots.spot((), "").place,
        path=NAME,
        hint="correct those shown and send again",
    )


def _of_key(said: Said, key: str, posted: str, clues: _Clues) -> Iterator[Problem]:
    """What the item is known by, where it is not there."""
    wanted = []
    if not key:
        wanted.append(("postal.item.identifier-missing", "FunctionalReferenceID",
                       "the identifier on the label (UPU S10)"))  # fmt: skip
    if len(posted) < len("YYYY-MM-DD"):
        wanted.append(("postal.item.posting-date-missing", "AcceptanceDateTime",
                       "the date of posting, to the day: numbers are used again"))  # fmt: skip
    for code, name, hint in wanted:
        if is_unread(f"{NAME}.{name}", "error", clues.unread):
            continue
        spot, found = said.spots.spot((), name), said.tree.get(name)
        if spot.below and clues.misspelt:
            continue
        called = spot.called or name
        problem = Problem(
            code=code,
            text=f"{called} is {found!r}: no day" if found else f"{called} is missing",
            message=said.number,
            where=spot.place,
            path=f"{NAME}.{name}",
            found=found,
            expected=MOMENT_PICTURE if found else "a value",
            hint=hint,
        )
        yield _absent(problem, spot)


def _of_number(said: Said, key: str, profile: Profile) -> Iterator[Problem]:
    """What speaks against the identifier."""
    if key and s10.normalised(key) is None:
        yield _wrong(
            said,
            "FunctionalReferenceID",
            s10.Doubt(
                "postal.s10.malformed",
                f"the identifier {key!r} is no S10",
                "2 letters, 9 digits, 2 letters, such as LX123456785US",
                "give the identifier on the label",
            ),
        )
    elif key:
        listed = profile.codelists.get(str(profile.settings.get("countries", "")))
        countries = listed.codes if listed else {key[-2:]}
        for doubt in s10.doubts(key, countries):
            yield _wrong(said, "FunctionalReferenceID", doubt)


def _wrong(said: Said, name: str, doubt: s10.Doubt) -> Problem:
    return Problem(
        code=doubt.code,
        text=doubt.text,
        message=said.number,
        where=said.spots.spot((), name).place,
        path=f"{NAME}.{name}",
        found=said.tree.get(name),
        found_class=data_class(PACKAGE, name),
        expected=doubt.expected,
        hint=doubt.hint,
    )


def _of_content(said: Said, clues: _Clues) -> Iterator[Problem]:
    """Sums without a currency, and lines with one number."""
    tree = said.tree
    shipment = tree.get("GoodsShipment", {})
    carried = shipment.get("Consignment", {})
    yield from _sums(said, clues, (), tree, ("InvoiceAmount",))
    yield from _sums(said, clues, _CARRIED, carried, ("InsuredValueAmount",))
    valuation = carried.get("CustomsValuation", {})
    yield from _sums(
        said, clues, (*_CARRIED, ("CustomsValuation", 0)), valuation, ("FreightChargeAmount",)
    )
    seen: set[str] = set()
    for at, line in enumerate(carried.get("ConsignmentItem", ())):
        trail = (*_CARRIED, ("ConsignmentItem", at))
        yield from _sums(said, clues, trail, line, ("CustomsValueAmount",))
        number = line.get("SequenceNumeric")
        if number in seen:
            yield Problem(
                code="postal.sequence-repeated",
                text=f"two content pieces have the number {number!r}",
                message=said.number,
                where=said.spots.spot(trail, "SequenceNumeric").place,
                path=f"{NAME}.{path_of(tree, trail, 'SequenceNumeric')}",
                found=number,
                expected="each number once",
                hint="number them from 1",
            )
        elif number is not None:
            seen.add(number)


def _sums(
    said: Said, clues: _Clues, trail: Trail, holder: Tree, names: tuple[str, ...]
) -> Iterator[Problem]:
    for name in names:
        amount = holder.get(name)
        if amount is not None and "value" in amount and "currency" not in amount:
            path = path_of(said.tree, trail, name)
            if is_unread(f"{NAME}.{path}.currency", "error", clues.unread):
                continue
            spot = said.spots.spot(trail, name)
            yield Problem(
                code="postal.currency-missing",
                text=f"{spot.called or name} {amount['value']} has no currency",
                message=said.number,
                where=spot.place,
                path=f"{NAME}.{path}",
                found=amount["value"],
                found_class=data_class(PACKAGE, pattern_of(path)),
                expected="three capital letters (ISO 4217)",
                hint="a sum is always said with its currency",
            )


def path_of(tree: Tree, trail: Trail, name: str) -> Path:
    """The canonical path of a value, elements named by their keys."""
    path, at = "", tree
    for step, index in trail:
        below = at.get(step, {})
        shown = step
        if isinstance(below, list):
            below = below[index] if index < len(below) else {}
            shown = f"{step}[{element_key(below, index + 1)}]"
        at = below if isinstance(below, dict) else {}
        path = f"{path}.{shown}" if path else shown
    return ".".join(filter(None, (path, name)))
