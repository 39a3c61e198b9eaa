"""FAL 1: the General Declaration of a ship, as a workbook of the UK Maritime Single Window.

Behaviour
    One workbook is one message and one event: a put of part FAL1, or FAL1-departure where the
    sheet says that the ship leaves. Values stand in cells beside their headings.
    It opens a visit: CALL is IMO number, port of call, direction, and voyage number or else the
    date of the call. VOYAGE is the voyage number, for lists that name it.
    Times are local to their port and say no zone; none is written.
    A call sign NA means there is none. A wrong check digit of the IMO number is a warning.
    Any error rejects the declaration: half of a declaration cannot be taken. A value that stands
    one cell too far is an error, so that nothing is lost in silence.
Knowingly not done
    Other forms in the same workbook are named in a problem and not read; they do not reject the
    declaration. Pictures and attached files are not looked at. FAL 2, 3, 4, 6 and 7 are not read.
Versions
    UK template of 2023    read and written (`workbooks/uk-nmsw-fal1.csv`)
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from adapters.demands import breaches
from adapters.maritime.amended import check_declaration
from adapters.maritime.form import (
    Entry,
    Filled,
    cells,
    filled,
    judged,
    key_of,
    left_out,
    places_of,
    tree_of,
)
from adapters.maritime.relations import related
from adapters.maritime.sheets import (
    FormSheet,
    has_form,
    layout_of,
    one_message,
    opened,
    other_forms,
)
from adapters.maritime.telling import About, Find, bounded, of_breaches, of_entries, unmapped
from adapters.maritime.writing import general_declaration
from adapters.syntaxes import WORKBOOK
from adapters.wire.xlsx import CONTENT_TYPE
from broker.adapter import (
    Artifact,
    Draft,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Reference,
    Syntax,
    Translation,
    Tree,
)
from broker.model.problem import Place, Problem, rejects

PACKAGE = "conveyance-report"
ARRIVAL, DEPARTURE = "FAL1", "FAL1-departure"
_FORM = "FAL1"


class _Declared(NamedTuple):
    """A form that was read: its entries, and the leaves of its body."""

    entries: list[Entry]
    leaves: list[Filled]
    body: Tree
    part: str


class Fal1:
    """The adapter of this format; it holds nothing."""

    family = "maritime"
    format = "UK NMSW FAL 1"
    content_types: tuple[str, ...] = (CONTENT_TYPE,)
    syntax: Syntax = WORKBOOK

    def recognises(self, payload: bytes) -> Recognition | None:
        """A workbook with a sheet of the form."""
        return Recognition(self.format, 90) if has_form(payload, _FORM) else None

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """One message with one event, or the problems that keep the workbook from being read."""
        return one_message(payload, _FORM, profile, _message)

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """The cell of each value of the declaration."""
        sheet = opened(payload, _FORM, profile)
        if message == 1 and isinstance(sheet, FormSheet):
            yield from places_of(_declared(sheet).leaves, sheet.sheet.name)

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """The cut declaration as a workbook of this form."""
        content = general_declaration(out.tree, layout_of(profile))
        return (Artifact(content, CONTENT_TYPE, f"fal-1-{out.stamp.version}.xlsx"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """The sender's own workbook with marks, and the list."""
        from adapters.maritime.reply import reply  # it loads a library that few processes need

        return reply(out, original.payload, dict(self.places(original.payload, 1, profile)))

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of a declaration that was amended by path."""
        return check_declaration(body, profile) if package == PACKAGE else ()


def _declared(sheet: FormSheet) -> _Declared:
    entries = cells(sheet.sheet, sheet.form, sheet.layout)
    leaves = filled(entries, sheet.form.constants)
    body = tree_of(leaves)
    return _Declared(entries, leaves, body, DEPARTURE if _departs(body) else ARRIVAL)


def _departs(body: Tree) -> bool:
    return body.get("TypeCode") == "departure"


def _message(sheet: FormSheet, profile: Profile) -> Message:
    declared = _declared(sheet)
    about = About(declared.part, PACKAGE, profile)
    tree = judged(declared.entries, sheet.layout)
    demands = chain(breaches(tree, profile), related(tree, profile))
    found: list[Problem] = [
        *of_entries(declared.entries, about),
        *(problem for _breach, problem in of_breaches(demands, tree, _finder(declared), about)),
    ]
    draft = Draft(
        kind="visit",
        does="put",
        references=tuple(_references(declared)),
        body=declared.body,
        package=PACKAGE,
        part=declared.part,
        unmapped=tuple(unmapped(one, one.field.pattern) for one in left_out(declared.entries)),
    )
    ship = declared.body.get("BorderTransportMeans", {})
    return Message(
        number=1,
        reference=ship.get("JourneyID") or ship.get("ID", ""),
        verdict="rejected" if rejects(found) else "accepted",
        problems=bounded([*other_forms(sheet, declared.part), *found], declared.part),
        events=iter((draft,)),
    )


def _finder(declared: _Declared) -> Find:
    """The entry that a breach is about."""
    known = {key_of(entry.field.judged): entry for entry in declared.entries}
    return lambda breach: known.get((*breach.trail, (breach.name, 0)))


def _references(declared: _Declared) -> Iterator[Reference]:
    """The call this declaration opens, and its voyage."""
    ship = declared.body.get("BorderTransportMeans", {})
    place = {entry.field.steps[-1][0]: entry.place for entry in reversed(declared.entries)}
    direction = "departure" if _departs(declared.body) else "arrival"
    side = direction.capitalize()
    port, moment = ship.get(f"{side}LocationID"), ship.get(f"{side}DateTime", "")
    voyage = ship.get("JourneyID")
    call = (ship.get("ID"), port, direction, voyage or moment[:10])
    if all(call):
        yield Reference("CALL", "/".join(call), place["ID"])
    if voyage:
        yield Reference("VOYAGE", voyage, place["JourneyID"])
