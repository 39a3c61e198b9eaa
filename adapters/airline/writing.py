"""A plain tree written as PAXLST, by the same table: D.05B, without groups, each segment once.

Rules
    One message. BGM, RFF, NAD+MS, one TDT with its airports, then the persons, then CNT.
    What is absent in the tree (a view may have cut it) is not written.
What does not belong
    Counts, references and separators: the EDIFACT writer makes them.
"""

from collections.abc import Iterator
from dataclasses import replace

from adapters.airline.moment import to_edifact
from adapters.airline.table import PERSON_CLASSES, Field, Rule, paxlst
from adapters.wire.edifact import Interchange, Segment
from adapters.wire.edifact_write import MessageOut, write
from broker.adapter import Profile, Stamp, Tree

_REGION_CODE = (7, 1)
"""A region is written by its name: nobody can tell whether it was said as a code."""

_ORDER = ("NAD*", "ATT2", "DTM329", "MEACT", "MEAWT", "FTXBAG", "GEI4", "LOC22", "LOC174", "LOC178",
          "LOC179", "LOC180", "COM*", "EMP1", "NAT2", "RFFAVF", "RFFABO", "RFFSEA", "RFFAEA",
          "RFFCR", "RFFYZY")  # fmt: skip
_OF_DOCUMENT = ("DOC*", "DTM36", "DTM182", "LOC91")
_OF_CALL = ("LOC*", "DTM189", "DTM232")


def interchange(tree: Tree, stamp: Stamp, profile: Profile) -> bytes:
    """The list in an interchange of its own, named by the stamp."""
    said = profile.settings.get("reply", {})
    header = Interchange(
        syntax="UNOA",
        version="4",
        sender=said.get("sender", ""),
        prepared=prepared(stamp.issued_at),
        reference=stamp.id[-14:].upper(),
        application="APIS",
    )
    return write(header, [MessageOut([unh("PAXLST", profile, "1"), *list_segments(tree)])])


def prepared(issued_at: str) -> str:
    """Date and time of UNB as airlines write them: YYMMDD:HHMM."""
    digits = to_edifact(issued_at)
    return f"{digits[:6]}:{digits[6:10]}"


def unh(kind: str, profile: Profile, reference: str) -> Segment:
    """UNH of a message that is written here."""
    said = profile.settings.get("reply", {})
    names = [said.get(name, "") for name in ("version", "release", "agency", "association")]
    return [["UNH"], [reference], [kind, *names]]


def list_segments(tree: Tree) -> list[Segment]:
    """The segments of one list, between UNH and UNT."""
    rules = paxlst().header
    means = tree.get("BorderTransportMeans", {})
    found = [
        *_written(rules["BGM*"], tree),
        *_written(rules["RFFTN"], tree),
        *_written(rules["DTM137"], tree),
        *_submitter(tree.get("Submitter")),
        *_written(rules["TDT*"], means),
    ]
    for call in means.get("Itinerary", ()):
        for key in _OF_CALL:
            found += _written(rules[key], call)
    for name in PERSON_CLASSES:
        for person in means.get(name, ()):
            found += _person(name, person)
    for key in ("CNT42", "CNT41"):
        found += _written(rules[key], means)
    return found


def _submitter(submitter: Tree | None) -> Iterator[Segment]:
    if submitter is not None:
        yield from _written(paxlst().header["NADMS"], {"RoleCode": "MS", **submitter})
        yield from _contacts(submitter)


def _person(name: str, person: Tree) -> Iterator[Segment]:
    rules = paxlst().persons[name]
    address: Tree = next(iter(person.get("Address", ())), {})
    usual = "FM" if name == "Crew" else "FL"
    flat = {"RoleCode": usual, **person}
    flat |= {f"Address.{key}": said for key, said in address.items()}
    flat |= _sums(person)
    for key in _ORDER:
        if key == "COM*":
            yield from _contacts(person)
        elif key == "FTXBAG":
            yield from _tags(person)
        elif key == "NAD*":
            yield from _written(replace(rules[f"NAD{usual}"], qualifier=flat["RoleCode"]), flat)
        elif key in rules:
            yield from _written(rules[key], flat)
    for document in person.get("AdditionalDocument", ()):
        for key in _OF_DOCUMENT:
            yield from _written(rules[key], document)


def _sums(person: Tree) -> Tree:
    for one in person.get("Baggage", ()):
        if "TagID" not in one:
            return {f"Baggage.{name}": said for name, said in one.items()}
    return {}


def _tags(person: Tree) -> Iterator[Segment]:
    for one in person.get("Baggage", ()):
        if "TagID" in one:
            pieces = one.get("PieceQuantity", {}).get("value", "")
            yield [["FTX"], ["BAG"], [""], [""], [one["TagID"], pieces]]


def _contacts(owner: Tree) -> Iterator[Segment]:
    said = [[one.get("ID", ""), one.get("TypeCode", "")] for one in owner.get("Communication", ())]
    for at in range(0, len(said), 3):
        yield [["COM"], *said[at : at + 3]]


def _written(rule: Rule, tree: Tree) -> Iterator[Segment]:
    """The segment, if any of its values is there."""
    segment: Segment = [[rule.tag]]
    if rule.qualifier != "*":
        _set(segment, 1, 1, rule.qualifier)
    filled = False
    for one in rule.fields:
        said = _said(one, tree)
        if not said or (one.element, one.component) == _REGION_CODE:
            continue
        filled = True
        _set(segment, one.element, one.component, said)
        if one.how == "moment":
            _set(segment, one.element, one.component + 1, "201")
        elif one.how == "measure":
            _set(segment, one.element, one.component - 1, tree[one.name].get("unit") or "")
    if filled:
        yield segment


def _said(one: Field, tree: Tree) -> str:
    said = tree.get(one.name)
    if said is None and "." in one.name:
        above, _, last = one.name.partition(".")
        owner = tree.get(above)
        said = owner.get(last) if isinstance(owner, dict) else None
    if said is None:
        return ""
    if one.how in {"date", "moment"}:
        return to_edifact(said)
    return str(said["value"]) if isinstance(said, dict) else str(said)


def _set(segment: Segment, element: int, component: int, said: str) -> None:
    while len(segment) <= element:
        segment.append([""])
    components = segment[element]
    while len(components) < component:
        components.append("")
    components[component - 1] = said
