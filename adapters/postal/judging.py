"""What is decided on one item, in whichever format it came: key, checks, demands, verdict.

Rules
    An item is known by its identifier and its date of posting; without both nobody can tell which
    item is meant, so both are demanded here, whatever the profile says.
    An S10 is keyed in upper case without blanks; what was written otherwise is kept as unmapped.
    Doubts about an S10 warn, unless the profile rejects (`severities`). An identifier that is no
    S10 (UPU list 185 knows others) is refused, unless the profile warns; it is keyed as said.
    A sum without its currency is none. Two lines with one number could not be told apart.
    At most PROBLEMS_MAX problems are told; what is beyond is one more problem.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.demands import About, Trail, breaches, demanded
from adapters.postal import s10
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

Locate = Callable[[Trail, str], Place]
"""Where a value stands, or its nearest parent: the classes on the way, and its name."""


@dataclass(frozen=True, slots=True)
class Said:
    """One item as its sender said it: the body, and what could not be put into it."""

    number: int
    tree: Tree
    problems: tuple[Problem, ...]
    unmapped: tuple[Unmapped, ...]
    locate: Locate


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
        references=(Reference("S10", f"{key}/{posted}", said.locate((), "FunctionalReferenceID")),)
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
    place, path = said.locate((), "FunctionalReferenceID"), f"{NAME}.FunctionalReferenceID"
    return plain, (*said.unmapped, Unmapped(place, path, identifier))


def _problems(said: Said, key: str, posted: str, profile: Profile) -> tuple[Problem, ...]:
    """Those of the reading, of the key, of the content, then those of the profile."""
    said_severities = profile.settings.get("severities", {})
    severities = {**_SEVERITIES, **said_severities}
    own = [*said.problems, *_of_key(said, key, posted, profile), *_of_content(said)]
    told = [replace(one, severity=severities.get(one.code, one.severity)) for one in own]
    about = About(NAME, PACKAGE, said.number)
    for one in breaches(said.tree, profile):
        told.append(demanded(one, said.tree, about, profile, said.locate(one.trail, one.name)))
        if len(told) > PROBLEMS_MAX and rejects(told):
            break  # nothing that follows would change the verdict
    if len(told) <= PROBLEMS_MAX:
        return tuple(told)
    return (*told[:PROBLEMS_MAX], _more(said, told[PROBLEMS_MAX:]))


def _more(said: Said, hidden: list[Problem]) -> Problem:
    return Problem(
        code="postal.problems-more",
        text=f"{len(hidden)} or more problems are not shown",
        severity="error" if rejects(hidden) else "warning",
        message=said.number,
        where=said.locate((), ""),
        path=NAME,
        hint="correct those shown and send again",
    )


def _of_key(said: Said, key: str, posted: str, profile: Profile) -> Iterator[Problem]:
    if not key:
        if not _told(said, "FunctionalReferenceID"):
            yield _missing(said, "postal.item.identifier-missing", "FunctionalReferenceID",
                           "the identifier on the label (UPU S10)")  # fmt: skip
    elif s10.normalised(key) is None:
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
    else:
        listed = profile.codelists.get(str(profile.settings.get("countries", "")))
        countries = listed.codes if listed else {key[-2:]}
        for doubt in s10.doubts(key, countries):
            yield _wrong(said, "FunctionalReferenceID", doubt)
    if len(posted) < 10 and not _told(said, "AcceptanceDateTime"):
        yield _missing(said, "postal.item.posting-date-missing", "AcceptanceDateTime",
                       "the date of posting, to the day: numbers are used again")  # fmt: skip


def _told(said: Said, name: str) -> bool:
    """Whether the reading has told already what is wrong with this value."""
    return any(problem.path == f"{NAME}.{name}" for problem in said.problems)


def _missing(said: Said, code: str, name: str, hint: str) -> Problem:
    found = said.tree.get(name)
    return Problem(
        code=code,
        text=f"{name} is {found!r}: no day" if found else f"{name} is missing",
        message=said.number,
        where=said.locate((), name),
        path=f"{NAME}.{name}",
        found=found,
        expected="a value",
        hint=hint,
    )


def _wrong(said: Said, name: str, doubt: s10.Doubt) -> Problem:
    return Problem(
        code=doubt.code,
        text=doubt.text,
        message=said.number,
        where=said.locate((), name),
        path=f"{NAME}.{name}",
        found=said.tree.get(name),
        found_class=data_class(PACKAGE, name),
        expected=doubt.expected,
        hint=doubt.hint,
    )


def _of_content(said: Said) -> Iterator[Problem]:
    """Sums without a currency, and lines with one number."""
    tree = said.tree
    shipment = tree.get("GoodsShipment", {})
    carried = shipment.get("Consignment", {})
    yield from _sums(said, (), tree, ("InvoiceAmount",))
    yield from _sums(said, _CARRIED, carried, ("InsuredValueAmount",))
    valuation = carried.get("CustomsValuation", {})
    yield from _sums(
        said, (*_CARRIED, ("CustomsValuation", 0)), valuation, ("FreightChargeAmount",)
    )
    seen: set[str] = set()
    for at, line in enumerate(carried.get("ConsignmentItem", ())):
        trail = (*_CARRIED, ("ConsignmentItem", at))
        yield from _sums(said, trail, line, ("CustomsValueAmount",))
        number = line.get("SequenceNumeric")
        if number in seen:
            yield Problem(
                code="postal.sequence-repeated",
                text=f"two content pieces have the number {number!r}",
                message=said.number,
                where=said.locate(trail, "SequenceNumeric"),
                path=f"{NAME}.{path_of(tree, trail, 'SequenceNumeric')}",
                found=number,
                expected="each number once",
                hint="number them from 1",
            )
        elif number is not None:
            seen.add(number)


def _sums(said: Said, trail: Trail, holder: Tree, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        amount = holder.get(name)
        if amount is not None and "value" in amount and "currency" not in amount:
            path = path_of(said.tree, trail, name)
            if _told(said, f"{path}.currency"):
                continue
            yield Problem(
                code="postal.currency-missing",
                text=f"{name} {amount['value']} has no currency",
                message=said.number,
                where=said.locate(trail, name),
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
