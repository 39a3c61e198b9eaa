"""Answer of an agency in the broker's own JSON, as `POST /v1/responses` takes it.

    {"id": "agency's own number", "delivery": "d_...", "references": [["MRN", "..."]],
     "answers": [{"subject": {"item": 3}, "check": "H219", "status": "held", "native": "...",
                  "reasons": ["text", {"code": "...", "text": "..."}],
                  "wanted": [{"type": "N851", "text": "..."}], "conditions": ["..."],
                  "valid_until": "2026-11-24T12:00:00Z"}]}

Behaviour
    One document is one message with one answer event; `answers` has at least one entry.
    `subject` is {"item": n}, {"path": canonical path} or {"part": name}; absent: the whole.
    `delivery` or at least one reference says what is answered. `status` is of the closed list.
    All problems are told at once, each with its JSON pointer. An unknown member is a problem: a
    misspelt one would be silence. A null is an absent value.
Knowingly not done
    Whether the delivery is this agency's, and whether the subject exists: the broker knows.
Versions
    1   read and written
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from adapters.agency.reading import Reader
from adapters.wire.json import child, parse, repeated_keys
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
    Tree,
)
from broker.model.answer import ANSWER_STATUSES
from broker.model.problem import Place, Problem, as_json, rejects

_DOCUMENT = ("id", "delivery", "references", "answers")
_ANSWER = ("subject", "check", "status", "native", "reasons", "wanted", "conditions",
           "valid_until")  # fmt: skip
_SUBJECT = ("item", "path", "part")
_PATH = re.compile(r"[A-Za-z0-9]+(\[[^\[\]]{1,70}\])?(\.[A-Za-z0-9]+(\[[^\[\]]{1,70}\])?)*")
_ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[{}]"


class AnswerJson:
    """The adapter of this format; it holds nothing."""

    family = "agency"
    format = "answer JSON 1"
    content_types: tuple[str, ...] = ("application/json",)
    echoes = False

    def recognises(self, payload: bytes) -> Recognition | None:
        """An object with a member `answers`; any other object, with little certainty."""
        head = payload[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        if not head.startswith(b"{"):
            return None
        return Recognition(self.format, "1", 90 if b'"answers"' in payload else 10)

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
        said = parse(payload)
        if isinstance(said, Problem):
            return Translation((said,), iter(()))
        reader = Reader()
        body, references = _read(reader, said)
        for pointer in repeated_keys(payload):
            reader.note("json.key-repeated", "this key stands twice", pointer, hint="keep one")
        draft = Draft(kind="", does="answer", references=references, body=body, package="answer")
        message = Message(
            number=1,
            reference=body.get("FunctionalReferenceID", ""),
            verdict="rejected" if rejects(reader.problems) else "accepted",
            problems=tuple(reader.problems),
            events=iter((draft,)),
        )
        return Translation((), iter((message,)))

    def places(
        self,
        payload: bytes,
        message: int,
        profile: Profile,  # noqa: ARG002 (the contract's)
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of the answer stood, as JSON pointers."""
        said = parse(payload)
        if message == 1 and not isinstance(said, Problem):
            reader = Reader()
            _read(reader, said)
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
        """What was wrong with the agency's own answer."""
        shown = {
            "id": out.stamp.id,
            "issued_at": out.stamp.issued_at,
            "status": out.status,
            "submission": original.submission,
            "references": [[one.scheme, one.value] for one in out.references],
            "problems": [as_json(problem) for problem in out.problems],
        }
        return (Artifact(orjson.dumps(shown), "application/json", "problems.json"),)


def _read(reader: Reader, said: Any) -> tuple[Tree, tuple[Reference, ...]]:
    document = reader.members(said, "", _DOCUMENT)
    body: Tree = {}
    if "id" in document:
        _set(body, "FunctionalReferenceID",
             reader.text(document["id"], "/id", "FunctionalReferenceID", 35))  # fmt: skip
    else:
        reader.missing("id", "", "FunctionalReferenceID", "give the answer a number of your own")
    if "delivery" in document:
        _set(body, "DeliveryID", reader.text(document["delivery"], "/delivery", "DeliveryID", 35))
    references = tuple(_references(reader, document.get("references", [])))
    if "delivery" not in document and not references:
        hint = "name the delivery that is answered, or give a reference"
        reader.missing("delivery", "", "DeliveryID", hint)
    answers = [
        _answer(reader, one, pointer, f"Answer[#{number}]")
        for number, pointer, one in reader.listed(document.get("answers", []), "/answers")
    ]
    if answers:
        body["Answer"] = answers
    else:
        reader.missing("answers", "/answers", "Answer", "give at least one answer")
    return body, references


def _set(tree: Tree, name: str, value: str | None) -> None:
    if value is not None:
        tree[name] = value


def _references(reader: Reader, said: Any) -> Iterator[Reference]:
    for _number, pointer, pair in reader.listed(said, "/references"):
        words = [one for one in pair if isinstance(one, str) and one.strip()] if isinstance(
            pair, list) else []  # fmt: skip
        if len(words) == 2 and len(pair) == 2:
            yield Reference(words[0], words[1])
        else:
            reader.note(
                "answer.value-malformed",
                "not a reference",
                pointer,
                expected='an array of scheme and value, such as ["MRN", "..."]',
            )


def _answer(reader: Reader, said: Any, pointer: str, path: Path) -> Tree:
    members = reader.members(said, pointer, _ANSWER)
    answer: Tree = {}
    if "subject" in members:
        _subject(reader, members["subject"], f"{pointer}/subject", path, answer)
    for member, name, length in (("check", "CheckCode", 17), ("native", "NativeCode", 35)):
        if member in members:
            here = f"{pointer}/{member}"
            _set(answer, name, reader.text(members[member], here, f"{path}.{name}", length))
    if "status" in members:
        here = f"{path}.StatusCode"
        status = reader.choice(members["status"], f"{pointer}/status", here, ANSWER_STATUSES)
        _set(answer, "StatusCode", status)
    else:
        hint = f"one of {', '.join(ANSWER_STATUSES)}"
        reader.missing("status", pointer, f"{path}.StatusCode", hint)
    if "valid_until" in members:
        name = "ValidUntilDateTime"
        until = reader.moment(members["valid_until"], f"{pointer}/valid_until", f"{path}.{name}")
        _set(answer, name, until)
    for member, name, parts in _LISTS:
        if member in members:
            found = _list(reader, members[member], f"{pointer}/{member}", f"{path}.{name}", parts)
            if found:
                answer[name] = found
    return answer


_LISTS: tuple[tuple[str, str, dict[str, tuple[str, int]]], ...] = (
    ("reasons", "Reason", {"code": ("Code", 35), "text": ("Text", 512), "path": ("Path", 512)}),
    (
        "wanted",
        "WantedDocument",
        {"type": ("TypeCode", 17), "id": ("ID", 70), "text": ("Text", 512)},
    ),
    ("conditions", "Condition", {"text": ("Text", 512)}),
)
"""Member, canonical class, and its members with canonical name and length; a string is its text."""


def _list(
    reader: Reader, said: Any, pointer: str, path: Path, parts: dict[str, tuple[str, int]]
) -> list[Tree]:
    found: list[Tree] = []
    for number, here, one in reader.listed(said, pointer):
        tree: Tree = {}
        at = f"{path}[#{number}]"
        if isinstance(one, str):
            _set(tree, "Text", reader.text(one, here, f"{at}.Text", 512))
        else:
            for member, value in reader.members(one, here, tuple(parts)).items():
                name, length = parts[member]
                _set(tree, name, reader.text(value, child(here, member), f"{at}.{name}", length))
        found.append(tree)
    return found


def _subject(reader: Reader, said: Any, pointer: str, path: Path, answer: Tree) -> None:
    members = reader.members(said, pointer, _SUBJECT)
    if len(members) != 1:
        reader.note(
            "answer.subject-malformed",
            "not one subject",
            pointer,
            path=f"{path}.Subject",
            expected="exactly one of item, path, part; leave subject out for the whole",
        )
        return
    (member, value), name = next(iter(members.items())), f"{path}.Subject"
    here = f"{pointer}/{member}"
    if member == "item":
        number = reader.number(value, here, name)
        if number:
            answer["Subject"] = reader.put(name, _ITEM.format(number), here)
    elif member == "part":
        _set(answer, "Part", reader.text(value, here, f"{path}.Part", 70))
    elif isinstance(value, str) and len(value) <= 512 and _PATH.fullmatch(value):
        answer["Subject"] = reader.put(name, value, here)
    else:
        expected = f"a canonical path, such as {_ITEM.format(3)}"
        reader.note("answer.subject-malformed", "not a path", here, path=name, expected=expected)
