"""Request of a declarant in the broker's own JSON, for what their format has no message for.

    {"request": "withdraw", "id": "own number", "references": [["LRN", "..."]], "part": "FAL5",
     "reasons": ["words", {"code": "1", "text": "..."}]}
    {"request": "amend", "id": "own number", "references": [["VISIT", "..."]], "part": "FAL5",
     "changes": [{"path": "BorderTransportMeans.Crew[2].FamilyName", "value": "..."}]}

Behaviour
    One document is one message with one event. `request` is amend, withdraw, present, release or
    take-back. `references` name what it is about; `part` a form of a visit or a list of a flight,
    absent for all of it. `changes` are given with amend (`adapters.changes`): the part says of
    which package their paths are, and in a family with parts it is given. A reference QUESTION
    names the question of an authority that this responds to, by its number. `what` says what is
    reported with present: presentation (if absent), arrival or departure. `number` is the broker's
    number of the request that is taken back.
    Each family has this form beside its own formats, for its own kind of dossier.
    All problems are reported at once, each with its JSON pointer; unknown members are problems.
Knowingly not done
    Lodging: a document is lodged in a format of the family.
Versions
    1   read and written
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from adapters.changes import ChangeList, read_changes
from adapters.syntaxes import JSON
from adapters.wire.json import child, parse
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
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem, as_json, cut

_DOES: dict[str, Does] = {
    "amend": "patch", "withdraw": "withdraw", "present": "present", "release": "release",
    "take-back": "take_back",
}  # fmt: skip
_PEEK = 4096
_QUESTION = "QUESTION"
_DIGITS_MAX = 9
PROBLEMS_MAX = 100
_CLOSED = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
Word = Annotated[str, Field(min_length=1, max_length=70)]


class Reason(BaseModel):
    """Why it is asked for."""

    model_config = _CLOSED

    code: Annotated[str, Field(min_length=1, max_length=17)] | None = None
    text: Annotated[str, Field(min_length=1, max_length=512)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_words(cls, raw: Any) -> Any:
        return {"text": raw} if isinstance(raw, str) else raw


class RequestForm(BaseModel):
    """The form, as a declarant fills it in."""

    model_config = _CLOSED

    request: Literal["amend", "withdraw", "present", "release", "take-back"]
    id: Annotated[str, Field(min_length=1, max_length=35)]
    references: Annotated[list[tuple[Word, Word]], Field(min_length=1, max_length=20)]
    part: Annotated[str, Field(max_length=70)] = ""
    what: Literal["presentation", "arrival", "departure"] | None = None
    number: Annotated[int, Field(ge=1, le=999_999_999)] | None = None
    reasons: Annotated[list[Reason], Field(max_length=99)] = []
    changes: Any = None

    @model_validator(mode="after")
    def _fitting(self) -> "RequestForm":
        if (self.number is not None) is not (self.request == "take-back"):
            raise ValueError("number is given with take-back, and with nothing else")
        if self.what is not None and self.request != "present":
            raise ValueError("what is given with present, and with nothing else")
        if self.changes is not None and self.request != "amend":
            raise ValueError("changes are given with amend, and with nothing else")
        questions = [value for scheme, value in self.references if scheme == _QUESTION]
        if len(questions) > 1 or any(not _is_number(one) for one in questions):
            raise ValueError("one QUESTION is named, by its number")
        if len(questions) == len(self.references):
            raise ValueError("a reference says what it is about, beside the QUESTION")
        return self


@cache
def form_schema() -> dict[str, Any]:
    """The form as a JSON Schema, as it is shown at the doors; words alone are a reason, too."""
    shown = RequestForm.model_json_schema()
    words = {"type": "string", "minLength": 1, "maxLength": 512}
    reasons = shown["properties"]["reasons"]
    reasons["items"] = {"anyOf": [words, reasons["items"]]}
    return shown


def form_schemas() -> dict[str, dict[str, Any]]:
    """The schema for each media type of the form."""
    return dict.fromkeys(RequestJson.content_types, form_schema())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX


class RequestJson:
    """The adapter of this form for one family and its kind; it holds their names.

    `packages`: by part of the kind, the package of its document.
    """

    content_types: tuple[str, ...] = ("application/json",)
    syntax: Syntax = JSON

    def __init__(self, family: str, kind: str, packages: Mapping[str, str]) -> None:
        self.family, self._kind, self._packages = family, kind, packages
        self.format = f"request JSON 1 ({family})"

    def recognises(self, payload: bytes) -> Recognition | None:
        """An object with a member `request` and none that documents have."""
        opens = payload[:_PEEK].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        if not opens or len(payload) > 1 << 20 or b'"request"' not in payload:
            return None
        tree = parse(payload)
        known = isinstance(tree, dict) and "request" in tree
        return Recognition(self.format, 95) if known else None

    def translate(
        self,
        payload: bytes,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Translation:
        """One message with one event, or the problems that keep it from being read."""
        tree = parse(payload)
        if isinstance(tree, Problem):
            return Translation((tree,), iter(()))
        read, wrong = self._changes(tree)
        try:
            form = RequestForm.model_validate(tree)
        except ValidationError as error:
            wrong = (*_problems(error), *wrong)
        if wrong:
            reference = tree.get("id") if isinstance(tree, dict) else ""
            named = reference if isinstance(reference, str) else ""
            message = Message(1, named[:70], "rejected", _bounded(wrong), iter(()))
        else:
            message = Message(1, form.id, "accepted", (), iter((self._draft(form, read),)))
        return Translation((), iter((message,)))

    def _changes(self, tree: Any) -> tuple[ChangeList | None, tuple[Problem, ...]]:
        """What an amendment changes, and what is wrong with that."""
        if not isinstance(tree, dict) or tree.get("request") != "amend":
            return None, ()
        package = self._package(tree)
        if package is None:
            parts = [f"{part or 'no part'} ({self._packages[part]})" for part in self._packages]
            found = tree.get("part") or ""
            text = "what is amended has no such part" if found else "part is missing"
            return None, (
                Problem(
                    code="value.malformed" if found else "value.missing",
                    text=text,
                    message=1,
                    where=Place(json_pointer="/part" if found else ""),
                    found=found[:70] if isinstance(found, str) else None,
                    expected=f"one of {', '.join(parts)}",
                    hint="name the part that is amended, and amend each part on its own",
                ),
            )
        if tree.get("changes") is None:
            return None, (_problem("value.missing", "/changes", "changes are missing"),)
        read = read_changes(tree["changes"], package)
        return read, tuple(_of_changes(read, package))

    def _package(self, tree: Tree) -> str | None:
        """The package of the part that a form is about."""
        part = tree.get("part", "")
        return self._packages.get(part.strip()) if isinstance(part, str) else None

    def _draft(self, form: RequestForm, read: ChangeList | None) -> Draft:
        places = [Place(json_pointer=f"/references/{at}/1") for at in range(len(form.references))]
        amends = read is not None
        return Draft(
            kind=self._kind,
            does=_DOES[form.request],
            references=tuple(
                Reference(scheme, value, place)
                for (scheme, value), place in zip(form.references, places, strict=True)
                if scheme != _QUESTION
            ),
            body=read.tree if read is not None else _body(form),
            package=self._packages[form.part] if amends else "request",
            part=form.part,
            changes=read.changes if read is not None else (),
            form=_body(form) if amends else {},
        )

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where the values of the form are, as JSON pointers."""
        tree = parse(payload)
        if message != 1 or not isinstance(tree, dict):
            return
        if tree.get("request") == "amend":
            package = self._package(tree)
            read = read_changes(tree.get("changes"), package) if package else None
            for path, pointer in read.places if read else ():
                yield path, Place(json_pointer=pointer)
            return
        for member, path in (("id", "FunctionalReferenceID"), ("what", "TypeCode"),
                             ("number", "RequestID")):  # fmt: skip
            if tree.get(member) is not None:
                yield path, Place(json_pointer=f"/{member}")

    def render(
        self,
        out: Outgoing,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """What is stated of a request, for a reader of JSON."""
        return (_artifact(_content(out)),)

    def reply(
        self,
        out: Outgoing,
        original: Original,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """What became of the request: its number and state, answers, and what is wrong with it."""
        return (_artifact(_content(out) | {"submission": original.submission}),)


def _artifact(content: Tree) -> Artifact:
    return Artifact(orjson.dumps(content), "application/json", "request.json")


def _content(out: Outgoing) -> Tree:
    content: Tree = {
        "id": out.stamp.id,
        "issued_at": out.stamp.issued_at,
        "status": out.status,
        "references": [[reference.scheme, reference.value] for reference in out.references],
    }
    if out.changes:
        content["changes"] = out.changes
    if out.request:
        content["request"] = dict(out.request)
    content |= besides_json(out.tree)
    if out.answers:
        content["answers"] = [dict(answer) for answer in out.answers]
    return content | {"problems": [as_json(problem) for problem in out.problems]}


def besides_json(tree: Tree) -> Tree:
    """What authorities want, by number, and what they have reported, as members of a reply."""
    named = (("questions", tree.get("Question")), ("reported", tree.get("Reported")))
    return {name: [dict(one) for one in several] for name, several in named if several}


def _body(form: RequestForm) -> Tree:
    body: Tree = {"FunctionalReferenceID": form.id}
    if form.request == "present":
        body["TypeCode"] = form.what or "presentation"
    if form.number is not None:
        body["RequestID"] = str(form.number)
    for scheme, value in form.references:
        if scheme == _QUESTION:
            body["QuestionID"] = value
    if form.reasons:
        named = [{"Code": reason.code, "Text": reason.text} for reason in form.reasons]
        body["Reason"] = [
            {name: value for name, value in reason.items() if value} for reason in named
        ]
    return body


_CODES = {"missing": "value.missing", "extra_forbidden": "element.unknown"}
_OF_CHANGES = {
    "value-missing": "value.missing",
    "value-malformed": "value.malformed",
    "value-too-long": "value.too-long",
    "field-unknown": "element.unknown",
}


_WORDS = {"missing": "this is missing", "extra_forbidden": "a request has no such member"}
_EXPECTED = (
    "an object with request, id and references; part, changes, what, number and reasons if needed"
)
_HINT = "correct it, and send the request again"


def _problems(error: ValidationError) -> Iterator[Problem]:
    """What is wrong with the form, member by member."""
    for one in error.errors(include_url=False, include_input=False):
        pointer = ""
        for step in one["loc"]:
            pointer = child(pointer, str(step))
        words = one["msg"].removeprefix("Value error, ")
        words = _WORDS.get(one["type"], f"{words[:1].lower()}{words[1:]}")
        code = _CODES.get(one["type"], "value.malformed")
        yield _problem(code, pointer, f"{pointer or 'the form'}: {words}")


def _problem(code: str, pointer: str, text: str) -> Problem:
    return Problem(
        code=code,
        text=text,
        message=1,
        where=Place(json_pointer=pointer),
        expected=_EXPECTED,
        hint=_HINT,
    )


def _of_changes(read: ChangeList, package: str) -> Iterator[Problem]:
    """What is wrong with the changes, each at its place."""
    for wrong in read.wrong:
        yield Problem(
            code=_OF_CHANGES[wrong.what],
            text=wrong.text,
            message=1,
            where=Place(json_pointer=wrong.pointer),
            path=wrong.path or None,
            found=wrong.found and cut(wrong.found),
            found_class=data_class(package, pattern_of(wrong.path)) if wrong.path else "public",
            expected=wrong.expected,
            hint=wrong.hint,
        )


def _bounded(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first problems; and how many there are besides."""
    more = len(problems) - PROBLEMS_MAX
    if more <= 0:
        return problems
    counted = _problem("problems.more", "", f"{more} more problems are not listed")
    hint = "correct those that are listed, and send the request again"
    return (*problems[:PROBLEMS_MAX], replace(counted, expected=None, hint=hint))
