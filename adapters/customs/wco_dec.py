"""WCO-DEC: goods declaration of the UK declaration service, WCO Data Model 3.6, DEC-DMS:2.

Behaviour
    One document holds one Declaration, in MetaData or alone; it becomes one event.
    FunctionCode 9 is a put under its LRN. FunctionCode 13 is a request about a declaration that
    has an MRN: TypeCode COR a patch, INV a withdrawal, GPR a presentation of the goods. Its
    FunctionalReferenceID is the number of the request, no reference to the declaration.
    The body is the whole content of Declaration, of a request as well. A correction says its
    changes besides: one for each Amendment block with a pointer, by the profile's dialect of
    pointers, with the place of the block. A pointer at no element of the model rejects it.
    An original states how many goods items it holds (`extent`); it is taken whole or refused.
    A rejected message still yields its event, so that it can be looked at.
    FunctionCode, the LRN of an original and the MRN of a request are demanded here: without them
    it is not clear what is meant. All other obligations are the profile's.
    A body that no file holds (a version after a correction) is checked as an original is.
Knowingly not done
    A correction that is the whole declaration again (FunctionCode 4 and COR): refused as
    `wco.declaration.function-unknown`.
    FunctionCode 14: refused as `wco.declaration.function-unknown`.
    The envelope's fields have no place in the model; they are kept as unmapped values.
    Answers to a declarant that this format has no place for (checks, purposes, conditions) are
    statements of the Response.
Versions
    3.6 (schema 2.15)   read and written
"""

from collections.abc import Iterator

from adapters.customs.amendments import changes_of
from adapters.customs.envelope import recognise, unwrap
from adapters.customs.extent import extent_of
from adapters.customs.oddities import Oddities
from adapters.customs.reading import leaves_of, read_body
from adapters.customs.reply import response_xml
from adapters.customs.subject import Subject
from adapters.customs.tables import declaration
from adapters.customs.telling import Wrong, judged, missing, problems_of, unmapped_of
from adapters.customs.writing import declaration_xml
from adapters.demands import About
from adapters.syntaxes import XML
from adapters.wire.xml import Element, Positions
from broker.adapter import (
    Artifact,
    Does,
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

PACKAGE = "goods-declaration"
_ORIGINAL, _REQUEST = "9", "13"
_REQUESTS: dict[str, Does] = {"COR": "patch", "INV": "withdraw", "GPR": "present"}


class WcoDec:
    """The adapter of this format; it holds nothing."""

    family = "customs"
    format = "UK CDS WCO-DEC 3.6"
    content_types: tuple[str, ...] = ("application/xml", "text/xml")
    syntax: Syntax = XML

    def recognises(self, payload: bytes) -> Recognition | None:
        """A document whose first WCO class is Declaration."""
        return recognise(payload, "Declaration", self.format)

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """One message with one event, or the problem that keeps it from being read."""
        found = unwrap(payload, "Declaration", declaration())
        if isinstance(found, Problem):
            return Translation((found,), iter(()))
        subject, odd = _subject(found.bodies[0], found.positions, found.odd)
        return Translation((), iter((_message(subject, odd, profile),)))

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of the declaration stood; nothing for bytes that cannot be read."""
        found = unwrap(payload, "Declaration", declaration())
        if message == 1 and not isinstance(found, Problem):
            subject, _odd = _subject(found.bodies[0], found.positions, found.odd)
            for path, element, attribute in leaves_of(subject.element, subject.field, subject.tree):
                yield path, subject.positions.place(element, attribute)

    def render(
        self,
        out: Outgoing,
        profile: Profile,
    ) -> tuple[Artifact, ...]:
        """The cut declaration as a WCO-DEC document."""
        name = f"declaration-{out.stamp.version}.xml"
        return (
            Artifact(
                declaration_xml(out.tree, profile.settings.get("envelope", {})),
                "application/xml",
                name,
            ),
        )

    def reply(
        self,
        out: Outgoing,
        original: Original,  # noqa: ARG002 (the contract's)
        profile: Profile,
    ) -> tuple[Artifact, ...]:
        """A WCO Response for the declarant."""
        return (Artifact(response_xml(out, profile), "application/xml", "response.xml"),)

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of a declaration; nothing of another package."""
        about = About("Declaration", package, None)
        return judged(body, about, profile) if package == PACKAGE else ()


def _subject(element: Element, positions: Positions, odd: Oddities) -> tuple[Subject, Oddities]:
    dialect = declaration()
    field = dialect.top["Declaration"]
    tree = read_body(element, field, dialect, odd)
    return Subject("Declaration", PACKAGE, element, field, tree, 1, positions), odd


def _message(subject: Subject, odd: Oddities, profile: Profile) -> Message:
    tree = subject.tree
    does, reference, wrong = _function(tree)
    dialect = str(profile.settings.get("pointers", "wco"))
    changes, besides = changes_of(subject, dialect) if does == "patch" else ([], [])
    problems = problems_of(subject, odd, profile, () if wrong is None else (wrong,), besides)
    value = tree.get("FunctionalReferenceID" if reference == "LRN" else "ID")
    draft = Draft(
        kind="declaration",
        does=does,
        references=(Reference(reference, value),) if value else (),
        body=tree,
        package=PACKAGE,
        unmapped=unmapped_of(subject, odd),
        changes=tuple(changes),
        extent=extent_of(subject) if does == "put" else None,
    )
    return Message(
        number=1,
        reference=tree.get("FunctionalReferenceID", ""),
        verdict="rejected" if rejects(problems) else "accepted",
        problems=problems,
        events=iter((draft,)),
    )


def _function(tree: Tree) -> tuple[Does, str, Wrong | None]:
    """What the declaration does, the scheme it is known by, and what is wrong with either."""
    function = tree.get("FunctionCode")
    if function == _REQUEST:
        return _request(tree)
    wrong = None
    if function is None:
        wrong = missing("FunctionCode", "9 for an original, 13 for a request about a declaration")
    elif function != _ORIGINAL:
        code, expected = "wco.declaration.function-unknown", f"{_ORIGINAL}, {_REQUEST}"
        wrong = Wrong(code, "FunctionCode", expected, "9 for an original, 13 for a request")
    elif "FunctionalReferenceID" not in tree:
        wrong = missing("FunctionalReferenceID", "an original is known by its LRN")
    return "put", "LRN", wrong


def _request(tree: Tree) -> tuple[Does, str, Wrong | None]:
    does = _REQUESTS.get(tree.get("TypeCode", ""))
    if does is None:
        hint = "a request is a correction (COR), cancellation (INV) or presentation (GPR)"
        wrong = Wrong("wco.declaration.type-unknown", "TypeCode", ", ".join(_REQUESTS), hint)
        return "note", "MRN", wrong
    if "ID" in tree:
        return does, "MRN", None
    return does, "MRN", missing("ID", "a request names the MRN of the declaration")
