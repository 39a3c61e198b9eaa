"""FAL 5: the crew list of a ship, as a workbook of the UK Maritime Single Window.

Behaviour
    One workbook is one message and one event: a put of part FAL5 of a visit, with one Crew for
    each row. It opens no visit. Its reference is the cell "Your reference", taken for the visit id
    and for the voyage number; without one, whoever sends it names the visit beside the bytes, and
    VISIT is said without a value, for its place: there the sender is told that no visit was found.
    A list is taken person by person: who is told to be wrong stays out, and is told; the others
    go on. A list of which nobody is right is rejected. Of two persons with the same document the
    first goes on.
    GivenName UNKNOWN means there is none. Supernumeraries stand among the crew, with their rank
    as said.
    Other workbooks are recognised too, with little certainty, to say which forms are taken; so is
    what may be a workbook and cannot be opened (.xls, .ods, a password), to say what to do.
Knowingly not done
    FAL 6 (passengers): named, and refused as `fal.form-not-read`. Signatures, pictures and
    attached files are not looked at.
Versions
    UK template of 2023, with and without "including supernumeraries"   read and written
    (`workbooks/uk-nmsw-fal5.csv`)
"""

from collections.abc import Iterator

from adapters.maritime.crew import Person, leaves_of
from adapters.maritime.form import Filled, left_out, place_of, places_of, tree_of
from adapters.maritime.listed import ABOVE, PACKAGE, PART, Judgement, Listed, judge, listed_on
from adapters.maritime.sheets import FormSheet, has_form, layout_of, one_message, opened
from adapters.maritime.telling import bounded, unmapped
from adapters.maritime.values import plain
from adapters.maritime.writing import crew_list
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
    Translation,
    Unmapped,
)
from broker.model.problem import Place

_FORM = "FAL5"
_CREW_LIST = "250"


class Fal5:
    """The adapter of this format; it holds nothing."""

    family = "maritime"
    format = "UK NMSW FAL 5"
    content_types: tuple[str, ...] = (CONTENT_TYPE,)
    echoes = False

    def recognises(self, payload: bytes) -> Recognition | None:
        """A workbook with a sheet of the form; what may be another, with less certainty."""
        found = has_form(payload, _FORM)
        if found is None:
            return Recognition(self.format, "", 5) if is_archive(payload) else None
        return Recognition(self.format, "2023", 90 if found else 10)

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
            said = _said(listed, judge(listed, profile).taken)
            yield from places_of(said, sheet.sheet.name)

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """The cut list as a workbook of this form."""
        content = crew_list(out.tree, layout_of(profile))
        return (Artifact(content, CONTENT_TYPE, f"fal-5-{out.stamp.version}.xlsx"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """The sender's own workbook with marks, and the list."""
        from adapters.maritime.reply import reply  # it loads a library that few processes need

        return reply(out, original, dict(self.places(original.payload, 1, profile)))


def _message(sheet: FormSheet, profile: Profile) -> Message:
    listed = listed_on(sheet)
    judgement = judge(listed, profile)
    name, value = listed.sheet.sheet.name, listed.reference[0]
    draft = Draft(
        kind="visit",
        does="put",
        references=_references(value, place_of(name, listed.reference[1])),
        body=tree_of(_said(listed, judgement.taken)),
        package=PACKAGE,
        part=PART,
        unmapped=tuple(_unmapped(listed, judgement)),
    )
    return Message(
        number=1,
        reference=value,
        verdict="accepted" if judgement.accepted else "rejected",
        problems=bounded(judgement.problems, PART),
        events=iter((draft,)),
    )


def _references(value: str, place: Place) -> tuple[Reference, ...]:
    """What the sender calls his visit: nobody knows yet whether it is its id or the voyage."""
    visit = Reference("VISIT", value, place)
    return (visit, Reference("VOYAGE", value, place)) if value else (visit,)


def _said(listed: Listed, taken: list[Person]) -> list[Filled]:
    """The leaves of the body with these persons."""
    value, at = listed.reference
    said: list[Filled] = [((("TypeCode", None),), _CREW_LIST, (0, 0))]
    if value:
        said.append(((("FunctionalReferenceID", None),), value, at))
    for person in taken:
        said += leaves_of(person, listed.sheet.form)
    return said


def _unmapped(listed: Listed, judgement: Judgement) -> Iterator[Unmapped]:
    """Persons who are left out with all they say, values that cannot be read, unknown columns."""
    taken = {person.number for person in judgement.taken}
    for person in (*listed.persons, *listed.asides):
        above = f"{ABOVE}[{person.number}]" if person.number else ABOVE
        all_of = (entry for entry in person.entries if entry.value or entry.trouble)
        kept = left_out(person.entries) if person.number in taken else all_of
        for entry in kept:
            yield unmapped(entry, f"{above}.{entry.field.pattern}")
        for text, column in listed.where.unknown if listed.where else ():
            raw = listed.sheet.sheet.at(person.row, column)
            if raw != "" and plain(raw):
                place = place_of(listed.sheet.sheet.name, (person.row, column))
                yield Unmapped(place, f"{above}.{text[:60]}", plain(raw))
