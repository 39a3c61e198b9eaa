"""WCO-RES: response of customs to a declaration, WCO Data Model 3.6, RES-DMS:2.

Behaviour
    One document holds one to many Responses, in MetaData or alone; each is one message and one
    answer. Elements are read with their namespaces, without any, or with some.
    The body is the content of Response. A second Declaration is what changed
    (AmendedDeclaration); `Answer` is the normalised half, one entry about the whole (`notified`):
    the status by the profile's table (`statuses`), and what is stated to the declarant.
    A FunctionCode of the profile's `corrections` corrects the declaration: its changes are what
    the Amendment blocks point at, from the response or the declaration on, and their values stand
    in the second Declaration. A pointer that leads nowhere keeps no correction from being read.
    A FunctionCode of the profile's `notices` decides nothing: its answer has no status.
    What the code says where a request is open is in `request_statuses`, also by Status/NameCode;
    what it says of the declaration besides is in `request_holds`. A FunctionCode of `endings` ends
    the dossier, if all its errors are among those that are named there.
    The agency's number of the message is FunctionalReferenceID; the references are the MRN and
    the LRN of the Declaration.
Knowingly not done
    Errors of one rule spread over several Error blocks stay several errors.
    IssueDateTime orders nothing: several responses may say the same second.
Versions
    3.6 (schema 2.2)   read and written
"""

from collections.abc import Iterator

from adapters.customs.amendments import corrections_of
from adapters.customs.envelope import Enveloped, recognise, unwrap
from adapters.customs.notified import answer_of, endings_of
from adapters.customs.oddities import Oddities
from adapters.customs.reading import leaves_of, read_body
from adapters.customs.reply import response_xml
from adapters.customs.subject import Subject
from adapters.customs.tables import response
from adapters.customs.telling import Wrong, missing, problems_of, unmapped_of
from adapters.syntaxes import XML
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


class WcoRes:
    """The adapter of this format; it holds nothing."""

    family = "agency"
    format = "UK CDS WCO-RES 3.6"
    content_types: tuple[str, ...] = ("application/xml", "text/xml")
    syntax: Syntax = XML

    def recognises(self, payload: bytes) -> Recognition | None:
        """A document whose first WCO class is Response."""
        return recognise(payload, "Response", self.format)

    def answer_id(self, payload: bytes) -> str | None:
        """FunctionalReferenceID of a single Response."""
        found = unwrap(payload, "Response", response())
        if isinstance(found, Problem) or len(found.bodies) != 1:
            return None
        subject, _odd = _subject(found, 1)
        return subject.tree.get("FunctionalReferenceID")

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """A message for each Response, or the problem that keeps all from being read."""
        found = unwrap(payload, "Response", response())
        if isinstance(found, Problem):
            return Translation((found,), iter(()))
        numbers = range(1, len(found.bodies) + 1)
        return Translation((), (_message(found, number, profile) for number in numbers))

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of one Response stood; the normalised half has no place."""
        found = unwrap(payload, "Response", response())
        if not isinstance(found, Problem) and 0 < message <= len(found.bodies):
            subject, _odd = _subject(found, message)
            for path, element, attribute in leaves_of(subject.element, subject.field, subject.tree):
                yield path, subject.positions.place(element, attribute)

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """A board's answers as a Response, for a recipient that reads this format."""
        return (Artifact(response_xml(out, profile), "application/xml", "response.xml"),)

    def reply(
        self,
        out: Outgoing,
        original: Original,  # noqa: ARG002 (the contract's)
        profile: Profile,
    ) -> tuple[Artifact, ...]:
        """A Response about what is wrong with the agency's own."""
        return self.render(out, profile)


def _subject(found: Enveloped, number: int) -> tuple[Subject, Oddities]:
    dialect = response()
    odd = found.odd if number == 1 else Oddities()
    field, element = dialect.top["Response"], found.bodies[number - 1]
    tree = read_body(element, field, dialect, odd)
    return Subject("Response", "answer", element, field, tree, number, found.positions), odd


def _message(found: Enveloped, number: int, profile: Profile) -> Message:
    subject, odd = _subject(found, number)
    tree = subject.tree
    about: Tree = tree.get("Declaration", {})
    problems = problems_of(subject, odd, profile, _demands(tree, about, profile))
    body = {**tree, "Answer": [answer_of(tree, profile)]}
    corrects = tree.get("FunctionCode") in profile.settings.get("corrections", ())
    dialect = str(profile.settings.get("pointers", "wco"))
    known = (("MRN", about.get("ID")), ("LRN", about.get("FunctionalReferenceID")))
    draft = Draft(
        kind="",
        does="answer",
        references=tuple(Reference(scheme, value) for scheme, value in known if value),
        body=body,
        package="answer",
        unmapped=unmapped_of(subject, odd),
        changes=tuple(corrections_of(subject, dialect)) if corrects else (),
    )
    return Message(
        number=number,
        reference=tree.get("FunctionalReferenceID", ""),
        verdict="rejected" if rejects(problems) else "accepted",
        problems=problems,
        events=iter((draft,)),
    )


def _demands(tree: Tree, about: Tree, profile: Profile) -> Iterator[Wrong]:
    """What makes a Response an answer: a FunctionCode with a meaning, and a declaration."""
    code = tree.get("FunctionCode")
    settings = profile.settings
    known = {*settings.get("statuses", {}), *settings.get("notices", ()), *endings_of(profile)}
    if code is None:
        yield missing("FunctionCode", "state what happened")
    elif code not in known:
        hint = "the agency's profile gives each code its meaning"
        expected = f"a FunctionCode of the profile, such as {', '.join(sorted(known)[:3])}"
        yield Wrong("wco.response.function-unknown", "FunctionCode", expected, hint)
    if not about.get("ID") and not about.get("FunctionalReferenceID"):
        hint = "name the declaration by its MRN, or by its LRN in FunctionalReferenceID"
        yield missing("Declaration.ID", hint)
