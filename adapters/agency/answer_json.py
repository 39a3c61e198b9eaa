"""Answer of an agency in the broker's own JSON, as `POST /v1/responses` takes it.

    {"id": "agency's own number", "delivery": "d_...", "references": [["MRN", "..."]],
     "answers": [{"subject": {"item": 3}, "quantity": {"value": "400", "unit": "KGM"},
                  "check": "H219", "status": "held", "native": "...",
                  "reasons": ["text", {"code": "...", "text": "..."}],
                  "wanted": [{"type": "N851", "text": "...", "until": "2026-11-24T12:00:00Z"}],
                  "conditions": ["..."], "remarks": ["words for the declarant"],
                  "payments": [{"type": "A00", "amount": {"value": "60.00", "currency": "EUR"},
                                "reference": "...", "method": "E", "due": "2026-11-24"}],
                  "limits": [{"until": "2026-11-24T12:00:00Z", "text": "..."}],
                  "errors": [{"code": "...", "text": "...", "path": "canonical path"}],
                  "valid_until": "2026-11-24T12:00:00Z"}]}

Behaviour
    One document is one message with one answer event; `answers` has at least one entry.
    `subject` is one of {"item": n}, {"path": canonical path}, {"part": name}, and for a person
    {"abo": reference} or {"avf": booking}, the carrier's own; absent: the whole. Item numbers are
    numbers: 1, "001" and 1.0 are one item. `quantity`: how much of it, absent: all; a release of
    a part of it is conditional.
    `changes` corrects what was declared (`adapters.changes` has their form): a goods declaration,
    or a document of the `package` that is given. `answers` may be left out beside it, and an
    answer decides nothing there: its status is acknowledged, or absent.
    `question` closes the question of that number; `answers` may be left out beside it too.
    `presented`, `arrived` and `departed` report that of the whole dossier, each with its moment;
    `answers` may be left out beside them too.
    `request` is the number of the request that is decided: `status` is granted or refused then.
    `reasons` are for agencies. `payments`, `limits`, `remarks` and `errors` are meant for the
    declarant, and stated to them once (`lists` has their members).
    `delivery` or at least one reference names what is answered. `status` is of the closed list.
    All problems are reported at once, each with its JSON pointer. An unknown member is a problem:
    a misspelt one would be lost in silence. A null is an absent value.
    In a reply, a problem that knows what may be named instead has it as a list, `one_of`.
Knowingly not done
    Whether the delivery is this agency's, whether the subject exists, and which person a
    reference names: the broker knows.
Versions
    1   read and written
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from adapters.agency.corrections import read_correction
from adapters.agency.lists import MEMBERS, lists_of
from adapters.agency.reading import Reader, canonical_path
from adapters.changes import EXAMPLES
from adapters.syntaxes import JSON
from adapters.wire.json import parse, repeated_keys
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
from broker.model.answer import AMENDED, ANSWER_STATUSES, REPORTS, REQUEST_STATUSES
from broker.model.dossier import Change
from broker.model.problem import Place, Problem, as_json, rejects

_QUESTION = "question"
_REPORTS = {name: leaf for leaf, name in REPORTS.items()}
_BESIDES = {_QUESTION: "QuestionID", **_REPORTS}
DOCUMENT = ("id", "delivery", "references", "request", *_BESIDES, "answers", "changes", "package")
_DECIDING = ("answers", "changes", *_REPORTS)
_NAMING = ("delivery", "references")
"""Members that name what is answered: an answer that lacks all else is told what it lacks."""
ANSWER = ("subject", "quantity", "check", "status", "native", *MEMBERS, "valid_until")
STATUSES = tuple(dict.fromkeys((*ANSWER_STATUSES, *REQUEST_STATUSES)))
SUBJECT = ("item", "path", "part", "abo", "avf")
_SCHEMES = {"abo": "ABO", "avf": "AVF"}
"""References of the carrier that name a person: unique within a flight, and of a booking."""

_ONE_OF = re.compile(r"one of (.*?)(?: and [0-9,]+ more)?", re.DOTALL)
_PATH = re.compile(r"[A-Za-z0-9]+(\[[^\[\]]{1,70}\])?(\.[A-Za-z0-9]+(\[[^\[\]]{1,70}\])?)*")
_ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"


class AnswerJson:
    """The adapter of this format; it holds nothing."""

    family = "agency"
    format = "answer JSON 1"
    content_types: tuple[str, ...] = ("application/json",)
    syntax: Syntax = JSON

    def recognises(self, payload: bytes) -> Recognition | None:
        """An object that says what is decided or reported; with little certainty, what about."""
        head = payload[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        if not head.startswith(b"{"):
            return None
        if _has(payload, _DECIDING):
            return Recognition(self.format, 90)
        return Recognition(self.format, 10) if _has(payload, _NAMING) else None

    def answer_id(self, payload: bytes) -> str | None:
        """The member `id`."""
        tree = parse(payload)
        number = tree.get("id") if isinstance(tree, dict) else None
        return number if isinstance(number, str) and number else None

    def translate(
        self,
        payload: bytes,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Translation:
        """One message with one answer, or the problem that keeps it from being read."""
        document = parse(payload)
        if isinstance(document, Problem):
            return Translation((document,), iter(()))
        reader = Reader()
        body, references, changes = _read(reader, document)
        for pointer in repeated_keys(payload):
            reader.note("json.key-repeated", "this key occurs twice", pointer, hint="keep one")
        draft = Draft(kind="", does="answer", references=references, body=body, package="answer",
                      changes=changes)  # fmt: skip
        message = Message(
            number=1,
            reference=body.get("FunctionalReferenceID", ""),
            verdict="rejected" if rejects(reader.problems) else "accepted",
            problems=reader.problems,
            events=iter((draft,)),
        )
        return Translation((), iter((message,)))

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of the answer is, as JSON pointers."""
        document = parse(payload)
        if message == 1 and not isinstance(document, Problem):
            reader = Reader()
            _read(reader, document)
            yield from reader.places

    def render(
        self,
        out: Outgoing,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """A board's answers, for a recipient that reads this format."""
        shown = {
            "id": out.stamp.id,
            "status": out.status,
            "references": [[one.scheme, one.value] for one in out.references],
            "answers": [dict(answer) for answer in out.answers],
        }
        return (Artifact(orjson.dumps(shown), "application/json", "answers.json"),)

    def reply(
        self,
        out: Outgoing,
        original: Original,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> tuple[Artifact, ...]:
        """What is wrong, or odd, with the agency's own answer: errors before warnings."""
        problems = sorted(out.problems, key=lambda one: one.severity != "error")
        content = {
            "id": out.stamp.id,
            "issued_at": out.stamp.issued_at,
            **({"changes": out.changes} if out.changes else {}),
            "status": out.status,
            "submission": original.submission,
            "references": [[one.scheme, one.value] for one in out.references],
            "problems": [_problem(one) for one in problems],
        }
        return (Artifact(orjson.dumps(content), "application/json", "problems.json"),)


def _problem(problem: Problem) -> Tree:
    """A problem, with what may be named instead as a list."""
    known = _ONE_OF.fullmatch(problem.expected or "")
    return as_json(problem) | ({"one_of": known[1].split(", ")} if known else {})


Read = tuple[Tree, tuple[Reference, ...], tuple[Change, ...]]


def _read(reader: Reader, value: Any) -> Read:
    """The body, the references, and what is corrected."""
    document = reader.members(value, "", DOCUMENT)
    body: Tree = {}
    if "id" in document:
        _set(body, "FunctionalReferenceID",
             reader.text(document["id"], "/id", "FunctionalReferenceID", 35))  # fmt: skip
    else:
        reader.missing("id", "", "FunctionalReferenceID", "give the answer a number of your own")
    if "delivery" in document:
        _set(body, "DeliveryID", reader.text(document["delivery"], "/delivery", "DeliveryID", 35))
    if "request" in document:
        _set(body, "RequestID", reader.number(document["request"], "/request", "RequestID"))
    body |= _besides(reader, document)
    references = tuple(_references(reader, document.get("references", [])))
    if "delivery" not in document and not references:
        hint = "name the delivery that is answered, or give a reference"
        reader.missing("delivery", "", "DeliveryID", hint)
    corrects = "changes" in document
    answers = [
        _answer(reader, one, pointer, f"Answer[#{number}]", corrects=corrects)
        for number, pointer, one in reader.listed(document.get("answers", []), "/answers")
    ]
    changes: tuple[Change, ...] = ()
    if corrects:
        changes = _correction(reader, body, document)
    elif "package" in document:
        hint = "give package with changes, and with nothing else"
        reader.note("value.malformed", "there are no changes", "/package", hint=hint)
    if answers or corrects or not _BESIDES.keys().isdisjoint(document):
        body["Answer"] = answers or [{}]
    else:
        reader.missing("answers", "/answers", "Answer", "give at least one answer")
    return body, references, changes


def _besides(reader: Reader, document: Mapping[str, Any]) -> Tree:
    """The question that is closed, and what is reported; no request is decided beside that."""
    body: Tree = {}
    for member, name in _BESIDES.items():
        if member not in document:
            continue
        read = reader.number if member == _QUESTION else reader.moment
        _set(body, name, read(document[member], f"/{member}", name))
        if "request" in document:
            hint = f"send one answer to the request, and one with {member}"
            reader.note("value.malformed", f"a request and {member}", f"/{member}",
                        path=name, hint=hint)  # fmt: skip
    return body


def _correction(reader: Reader, body: Tree, document: Tree) -> tuple[Change, ...]:
    """The changes of a correction, which is of a document: no request is decided by it."""
    package = document.get("package", "goods-declaration")
    if not isinstance(package, str) or package not in EXAMPLES:
        reader.note("value.malformed", "not a package of documents", "/package",
                    expected=f"one of {', '.join(EXAMPLES)}",
                    hint="give the package of the delivery that is corrected")  # fmt: skip
        return ()
    changes, amended = read_correction(reader, document["changes"], package)
    body[AMENDED[package]] = amended
    if "RequestID" in body:
        hint = "decide the request by an answer of its own"
        reader.note("value.malformed", "a request is not corrected", "/request",
                    path="RequestID", hint=hint)  # fmt: skip
    return changes


def _set(tree: Tree, name: str, value: str | None) -> None:
    if value is not None:
        tree[name] = value


def _references(reader: Reader, value: Any) -> Iterator[Reference]:
    for _number, pointer, pair in reader.listed(value, "/references"):
        words = [one for one in pair if isinstance(one, str) and one.strip()] if isinstance(
            pair, list) else []  # fmt: skip
        if len(words) == 2 and len(pair) == 2:
            yield Reference(words[0].strip(), words[1].strip())
        else:
            reader.note(
                "value.malformed",
                "not a reference",
                pointer,
                expected='an array of scheme and value, such as ["MRN", "..."]',
            )


def _answer(reader: Reader, value: Any, pointer: str, path: Path, *, corrects: bool) -> Tree:
    members = reader.members(value, pointer, ANSWER)
    answer: Tree = {}
    if "subject" in members:
        _subject(reader, members["subject"], f"{pointer}/subject", path, answer)
    if "quantity" in members:
        here, name = f"{pointer}/quantity", f"{path}.QuantityMeasure"
        answer |= reader.measure(members["quantity"], here, name)
    for member, name, length in (("check", "CheckCode", 17), ("native", "NativeCode", 35)):
        if member in members:
            here = f"{pointer}/{member}"
            _set(answer, name, reader.text(members[member], here, f"{path}.{name}", length))
    if "status" in members:
        here = f"{path}.StatusCode"
        known = ("acknowledged",) if corrects else STATUSES
        status = reader.choice(members["status"], f"{pointer}/status", here, known)
        _set(answer, "StatusCode", status)
    elif not corrects:
        hint = f"one of {', '.join(STATUSES)}"
        reader.missing("status", pointer, f"{path}.StatusCode", hint)
    if "valid_until" in members:
        name = "ValidUntilDateTime"
        until = reader.moment(members["valid_until"], f"{pointer}/valid_until", f"{path}.{name}")
        _set(answer, name, until)
    return answer | lists_of(reader, members, pointer, path)


def _subject(reader: Reader, value: Any, pointer: str, path: Path, answer: Tree) -> None:
    """What the answer is about, in exactly one of the forms."""
    members = reader.members(value, pointer, SUBJECT)
    name = f"{path}.Subject"
    if len(members) != 1:
        reader.note(
            "answer.subject-malformed",
            f"the subject has {len(members)} members",
            pointer,
            path=name,
            expected=f"exactly one of {', '.join(SUBJECT)}; leave subject out for the whole",
        )
        return
    (member, named), here = next(iter(members.items())), f"{pointer}/{next(iter(members))}"
    if member == "item":
        number = reader.number(named, here, name)
        if number:
            answer["Subject"] = reader.put(name, _ITEM.format(number), here)
    elif member == "part":
        _set(answer, "Part", reader.text(named, here, f"{path}.Part", 70))
    elif member in _SCHEMES:
        person = _person(reader, _SCHEMES[member], named, here, f"{path}.SubjectReference")
        if person:
            answer["SubjectReference"] = person
    elif isinstance(named, str) and len(named) <= 512 and _PATH.fullmatch(named):
        answer["Subject"] = reader.put(name, canonical_path(named), here)
    else:
        expected = f"a canonical path, such as {_ITEM.format(3)}"
        reader.note("answer.subject-malformed", "not a path", here, path=name, expected=expected)


def _person(reader: Reader, scheme: str, value: Any, pointer: str, path: Path) -> Tree | None:
    """A person, by a reference of the carrier."""
    found = reader.text(value, pointer, f"{path}.ID", 70)
    if found is None:
        return None
    return {"Scheme": reader.put(f"{path}.Scheme", scheme, pointer), "ID": found}


def _has(payload: bytes, names: Iterable[str]) -> bool:
    """Whether one of these is written as a name somewhere."""
    return any(f'"{name}"'.encode() in payload for name in names)
