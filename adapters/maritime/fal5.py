"""FAL 5: the crew list of a ship, as a workbook of the UK Maritime Single Window.

Behaviour
    One workbook is one message and one event: a put of part FAL5 of a visit, with one Crew for
    each row. It opens no visit. Its reference is the cell "Your reference", taken for the visit id
    and for the voyage number; without one, the sender names the visit beside the bytes, and the
    reference VISIT has no value but its place: there the sender learns that no visit was found.
    The profile says what becomes of a list with a person who has an error (`partial`): with
    `refuse` the list is rejected, with `cut` the others go on. A list without a person who is right
    is rejected. Of two persons with the same document the first is taken for right.
    A person's number is their place in the list as it was sent, also where others are left out.
    GivenName UNKNOWN means there is none. Supernumeraries stand among the crew, with their rank
    as written.
    Other workbooks are recognised too, with little certainty, so that a problem can name the forms
    that are taken; so is what may be a workbook and cannot be opened (.xls, .ods, a password).
Knowingly not done
    FAL 6 (passengers): named, and refused as `fal.form-not-read`. Signatures, pictures and
    attached files are not looked at.
Versions
    UK template of 2023, with and without "including supernumeraries"   read and written
    (`workbooks/uk-nmsw-fal5.csv`)
"""

from collections.abc import Iterator
from dataclasses import replace

from adapters.maritime.amended import check_crew
from adapters.maritime.crew import Aside, Person, leaves_of
from adapters.maritime.form import (
    Entry,
    Filled,
    entry_at,
    left_out,
    place_of,
    places_of,
    tree_of,
)
from adapters.maritime.layout import Field
from adapters.maritime.list_problems import ABOVE, PACKAGE, PART
from adapters.maritime.listed import Judgement, Listed, judge, listed_on
from adapters.maritime.sheets import FormSheet, has_form, layout_of, one_message, opened
from adapters.maritime.telling import Element, bounded, shown, unmapped
from adapters.maritime.writing import crew_list
from adapters.syntaxes import WORKBOOK
from adapters.wire.xlsx import CONTENT_TYPE
from adapters.wire.xlsx_parts import is_archive
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
    Unmapped,
)
from broker.model.problem import Place, Problem

_FORM = "FAL5"
_CREW_LIST = "250"


class Fal5:
    """The adapter of this format; it holds nothing."""

    family = "maritime"
    format = "UK NMSW FAL 5"
    content_types: tuple[str, ...] = (CONTENT_TYPE,)
    syntax: Syntax = WORKBOOK

    def recognises(self, payload: bytes) -> Recognition | None:
        """A workbook with a sheet of the form; what may be another, with less certainty."""
        found = has_form(payload, _FORM)
        if found is None:
            return Recognition(self.format, 5) if is_archive(payload) else None
        return Recognition(self.format, 90 if found else 10)

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """One message with one event, or the problems that keep the workbook from being read."""
        return one_message(payload, _FORM, profile, _message)

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """The cell of each value of the list as it goes on; of a rejected one, of every value."""
        sheet = opened(payload, _FORM, profile)
        if message == 1 and isinstance(sheet, FormSheet):
            listed = listed_on(sheet)
            yield from _places(listed, judge(listed, profile))

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """The cut list as a workbook of this form."""
        content = crew_list(out.tree, layout_of(profile))
        return (Artifact(content, CONTENT_TYPE, f"fal-5-{out.stamp.version}.xlsx"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """The sender's own workbook with marks, and the list."""
        from adapters.maritime.reply import reply  # it loads a library that few processes need

        sheet = opened(original.payload, _FORM, profile)
        if not isinstance(sheet, FormSheet):
            return reply(out, original.payload, {})
        listed = listed_on(sheet)
        judgement = judge(listed, profile)
        people = {f"{ABOVE}[{one.number}]": _element(one, sheet) for one in listed.persons}
        if out.extent is None:
            out = replace(out, extent=judgement.extent)
        return reply(out, original.payload, dict(_places(listed, judgement)), people)

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of a list that was amended by path."""
        return check_crew(body, profile) if package == PACKAGE else ()


def _message(sheet: FormSheet, profile: Profile) -> Message:
    listed = listed_on(sheet)
    judgement = judge(listed, profile)
    reference = listed.reference
    draft = Draft(
        kind="visit",
        does="put",
        references=_references(reference.value or "", reference.place),
        body=tree_of(_leaves(listed, judgement.shown)),
        package=PACKAGE,
        part=PART,
        unmapped=tuple(_unmapped(listed, judgement)),
        extent=judgement.extent,
    )
    return Message(
        number=1,
        reference=reference.value or "",
        verdict="accepted" if judgement.accepted else "rejected",
        problems=bounded(judgement.problems, PART),
        events=iter((draft,)),
    )


def _references(value: str, place: Place) -> tuple[Reference, ...]:
    """What the sender calls the visit: its id or the voyage, which cannot be known here."""
    visit = Reference("VISIT", value, place)
    return (visit, Reference("VOYAGE", value, place)) if value else (visit,)


def _places(listed: Listed, judgement: Judgement) -> Iterator[tuple[Path, Place]]:
    return places_of(_leaves(listed, judgement.shown), listed.sheet.sheet.name)


def _element(person: Person, sheet: FormSheet) -> Element:
    """The person as their own list names them."""
    names = {entry.field.steps[-1][0]: shown(entry) for entry in person.entries}
    name = ", ".join(filter(None, map(names.get, ("FamilyName", "GivenName"))))
    cell = place_of(sheet.sheet.name, (person.row, 0))
    return Element("person", person.number, name, cell, person.row + 1)


def _leaves(listed: Listed, people: list[Person]) -> list[Filled]:
    """The leaves of the body with these persons."""
    leaves: list[Filled] = [((("TypeCode", None),), _CREW_LIST, (0, 0))]
    reference = listed.reference
    if reference.value:
        leaves.append((reference.field.steps, reference.value, reference.at))
    for person in people:
        leaves += leaves_of(person, listed.sheet.form)
    return leaves


def _unmapped(listed: Listed, judgement: Judgement) -> Iterator[Unmapped]:
    """All values of who is left out, values that cannot be read, those of unknown columns."""
    numbers = {person.number for person in judgement.shown}
    if listed.reference.trouble:
        yield unmapped(listed.reference, listed.reference.field.pattern)
    for person in listed.persons:
        above = f"{ABOVE}[{person.number}]"
        in_body = person.number in numbers
        kept = left_out(person.entries) if in_body else _filled_in(person)
        yield from (unmapped(entry, f"{above}.{entry.field.pattern}") for entry in kept)
        yield from _of_unknown_columns(listed, person, above)
    for aside in listed.asides:
        kept = _filled_in(aside)
        yield from (unmapped(entry, f"{ABOVE}.{entry.field.pattern}") for entry in kept)
        yield from _of_unknown_columns(listed, aside, ABOVE)


def _filled_in(row: Person | Aside) -> Iterator[Entry]:
    return (entry for entry in row.entries if entry.value or entry.trouble)


def _of_unknown_columns(listed: Listed, row: Person | Aside, above: Path) -> Iterator[Unmapped]:
    for text, column in listed.where.unknown if listed.where else ():
        field = Field("", (), ((text[:60], None),), "text", "", "")
        entry = entry_at(listed.sheet.sheet, field, (row.row, column), listed.sheet.layout)
        if entry.value:
            yield unmapped(entry, f"{above}.{field.pattern}")
