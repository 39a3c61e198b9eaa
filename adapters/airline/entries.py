"""What a reply says of the list and of its persons: codes (ERC) and words (FTX), by person.

Rules
    Persons are those of the original, by its own numbers; no one else is named. One entry for each.
    The list comes first, then what is wrong with it, then persons who are left out, then the rest.
    Who is left out is named in every reply, with a code; a warning never has the code of an error.
    An element whose answer is open has no entry.
What does not belong
    Segments, messages and their sizes (cusres).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from adapters.airline.extent import persons_by_path
from adapters.airline.judging import judge
from adapters.airline.listed import Listed, Person
from adapters.stated import beside, sentences
from adapters.wire.edifact import Interchange, MessageIn
from broker.adapter import Extent, Outgoing, Path, Profile, Tree
from broker.model.problem import Problem

_GRAVEST = ("refused", "do_not_load", "held", "information_wanted", "inspection", "waiting",
            "acknowledged", "conditional", "released")  # fmt: skip
_OPEN = frozenset({"waiting", "open", ""})
_PERSON = re.compile(r"BorderTransportMeans\.(?:Passenger|Crew)\[\d+\]")
_LEFT_OUT, _OTHER = "list.incomplete", "*"
_REFUSED = "list.refused"
_NOT_TAKEN = frozenset({"rejected", "declined", "withdrawn", "ended"})
_WITHOUT_ANSWERS = frozenset({"rejected", "declined", "noted", "waiting_reference"})
_ABSENT = "NOT ON THE LIST: LEFT OUT BECAUSE OF ERRORS, CORRECT THEM AND SEND THIS PERSON AGAIN"
_FAULTY = "THIS PERSON HAS ERRORS: CORRECT THEM AND SEND THE LIST AGAIN"


@dataclass(slots=True)
class Entry:
    """One ERP group: whom it is about (None: the list), codes, and texts."""

    person: Person | None
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """The original as far as it can be read."""

    header: Interchange
    message: MessageIn | None
    listed: Listed


def entries_of(out: Outgoing, asked: Asked, profile: Profile) -> list[Entry]:
    """All entries of a reply; at least the status in words."""
    return _Entries(out, asked, profile).all()


class _Entries:
    """The entries of one reply."""

    def __init__(self, out: Outgoing, asked: Asked, profile: Profile) -> None:
        self._out = out
        self._asked = asked
        self._profile = profile
        self._by_path = persons_by_path(asked.listed)
        self._list: list[Entry] = []
        self._remarks: list[Entry] = []
        self._persons: dict[Path, Entry] = {}
        self._whole = False

    def all(self) -> list[Entry]:
        self._left_out_persons()
        for problem in self._out.problems:
            self._problem(problem)
        self._answers()
        head = list(self._head(alone=not (self._list or self._persons or self._remarks)))
        self._beside()
        return [*head, *self._list, *self._persons.values(), *self._remarks]

    def _head(self, *, alone: bool) -> Iterator[Entry]:
        """The status of the list in words, and how much was taken, where no answer states it."""
        status = self._out.status
        if status in _WITHOUT_ANSWERS or alone:
            code = self._setting("status_codes").get(status)
            yield Entry(None, [code] if code else [], [self._with_extent(self._words(status))])
        elif self._extent_words and not self._whole:
            yield Entry(None, [], [self._with_extent("THE LIST WAS TAKEN")])

    def _with_extent(self, words: str) -> str:
        return ", ".join((words, *self._extent_words))

    @cached_property
    def _extent_words(self) -> tuple[str, ...]:
        """How many persons are not on the list, or not confirmed."""
        if self._out.status in _NOT_TAKEN:
            return ()
        extent, out = self._extent, len(self._extent.left_out)
        read = extent.taken + out
        words = []
        if out:
            words.append(f"WITHOUT {out} OF {read} PERSONS")
        if extent.cut and extent.declared > read:
            words.append(f"THE LIST STATES {extent.declared} PERSONS, BUT HOLDS {read}")
        if extent.not_confirmed:
            words.append(
                f"{len(extent.not_confirmed)} PERSONS OF AN EARLIER LIST ARE NOT CONFIRMED BY THIS "
                "ONE AND STAY ON THE LIST"
            )
        return tuple(words)

    @cached_property
    def _extent(self) -> Extent:
        """How much was taken; where the broker does not say, by judging the original again."""
        out, message, listed = self._out, self._asked.message, self._asked.listed
        if out.extent is not None:
            return out.extent
        if message is None or all(one.code not in {_LEFT_OUT, _REFUSED} for one in out.problems):
            return Extent()
        left_out = judge(message, listed, self._profile).left_out
        paths = tuple(listed.persons[at].path for at in sorted(left_out))
        return Extent(taken=len(listed.persons) - len(paths), left_out=paths)

    def _left_out_persons(self) -> None:
        """Each person who is left out, with what is wrong, or with the code of having errors."""
        listed = [one for one in self._out.problems if one.severity == "error"]
        explained = {found[0] for one in listed if (found := _PERSON.search(one.path or ""))}
        taken = self._out.status not in _NOT_TAKEN
        for path in self._extent.left_out:
            if path not in explained and (entry := self._person(path)):
                entry.codes.append(self._error_code(_LEFT_OUT))
                entry.texts.append(_ABSENT if taken else _FAULTY)
            elif taken and (entry := self._person(path)):
                entry.texts.append(_ABSENT)

    def _problem(self, problem: Problem) -> None:
        found = _PERSON.search(problem.path or "")
        entry = self._person(found[0]) if found else None
        if problem.severity == "warning":
            own = self._profile.settings.get("reply", {}).get("warning", {})
            code, words = own.get("code", ""), own.get("words", "WARNING")
            text = f"{words}: {in_words(problem)}"
        else:
            code, text = self._error_code(problem.code), in_words(problem)
        if entry is None:
            entry = Entry(None)
            (self._remarks if problem.severity == "warning" else self._list).append(entry)
        entry.codes += [code] if code else []
        entry.texts.append(text)

    def _answers(self) -> None:
        """One entry for each person who is answered, and one for the list, or for each other."""
        by_person: dict[Path, list[Tree]] = {}
        whole: list[Tree] = []
        for answer in self._out.answers:
            found = _PERSON.match(answer.get("Subject") or "")
            if found:
                by_person.setdefault(found[0], []).append(answer)
            elif not answer.get("Subject"):
                whole.append(answer)
        for path, answers in by_person.items():
            self._answer(path, answers)
        if self._asked.header.application in self._setting("answered_each"):
            left_out = set(self._extent.left_out)
            for path in self._by_path:
                if path not in by_person and path not in left_out:
                    self._answer(path, whole)
        elif not _is_open(whole):
            entry = self._filled(Entry(None), whole)
            self._whole = any(answer.get("StatusCode") for answer in whole)
            if self._whole:
                entry.texts[0] = self._with_extent(entry.texts[0])
            self._list.append(entry)

    def _beside(self) -> None:
        """Questions by their numbers, at the person that they are about, and reports."""
        for path, words in beside(self._out.tree):
            found = _PERSON.match(path)
            entry = self._person(found[0]) if found else None
            if entry is None:
                entry = Entry(None)
                self._remarks.append(entry)
            entry.texts.append(words.upper())

    def _answer(self, path: Path, answers: list[Tree]) -> None:
        entry = None if _is_open(answers) else self._person(path)
        if entry is not None:
            self._filled(entry, answers)

    def _person(self, path: Path) -> Entry | None:
        """The entry of a person; None for one whom the original does not name."""
        person = self._by_path.get(path)
        return self._persons.setdefault(path, Entry(person)) if person else None

    def _filled(self, entry: Entry, answers: list[Tree]) -> Entry:
        """The gravest status as code and words, then what each agency says."""
        statuses = {answer.get("StatusCode") for answer in answers}
        status = next((one for one in _GRAVEST if one in statuses), "")
        code = self._setting("status_codes").get(status)
        entry.codes += [code] if code else []
        entry.texts += [self._words(status)] if status else []
        for answer in answers:
            entry.texts += _texts(answer)
        return entry

    def _error_code(self, code: str) -> str:
        codes = self._setting("error_codes")
        return codes.get(code) or codes.get(_OTHER, "12")

    def _words(self, status: str) -> str:
        return self._setting("status_words").get(status, status.replace("_", " ").upper())

    def _setting(self, name: str) -> Mapping[str, str]:
        found: Mapping[str, str] = self._profile.settings.get(name, {})
        return found


def in_words(problem: Problem) -> str:
    """The problem in one line; the value itself stands in the carrier's own file."""
    words = [problem.text]
    place = problem.where.segment
    if place:
        element = f" element {problem.where.element}" if problem.where.element else ""
        words.append(f"segment {place}{element}")
    if problem.hint:
        words.append(problem.hint)
    if problem.expected:
        words.append(f"expected: {problem.expected}")
    return "; ".join(words)


def _is_open(answers: Iterable[Tree]) -> bool:
    """Whether nothing has been decided, and nothing is said."""
    return all(
        (answer.get("StatusCode") or "") in _OPEN and not _texts(answer) for answer in answers
    )


def _texts(answer: Tree) -> list[str]:
    """What an agency says beside its status."""
    found = [answer.get("NativeText")]
    for name in ("Reason", "Condition"):
        found += [one.get("Text") for one in answer.get(name, ())]
    return [text for text in (*found, *sentences(answer)) if text]
