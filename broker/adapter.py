"""The plugin contract: all that the author of an adapter must know.

An adapter translates one format of one family, both ways. It is pure: no I/O, no clock, no
randomness, no environment, no logging, no metrics, no broad `except`. Any bytes give verdicts
and problems, never an exception, in bounded time and memory.

A family is an entry point of the group `single_window.families`: a function that gives a `Family`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from broker.model.dossier import Change
from broker.model.extent import Extent as Extent  # noqa: PLC0414  (part of the contract)
from broker.model.kind import REPLY as REPLY  # noqa: PLC0414  (part of the contract)
from broker.model.kind import Across as Across  # noqa: PLC0414  (part of the contract)
from broker.model.kind import Kind as Kind  # noqa: PLC0414  (part of the contract)
from broker.model.kind import LivePart as LivePart  # noqa: PLC0414  (part of the contract)
from broker.model.kind import Part as Part  # noqa: PLC0414  (part of the contract)
from broker.model.kind import Scheme as Scheme  # noqa: PLC0414  (part of the contract)
from broker.model.owned import Joining as Joining  # noqa: PLC0414  (part of the contract)
from broker.model.owned import Owned as Owned  # noqa: PLC0414  (part of the contract)
from broker.model.problem import NOWHERE, Place, Problem
from broker.model.request_table import RequestTable
from broker.model.sample import Flawed as Flawed  # noqa: PLC0414  (part of the contract)
from broker.model.sample import Sample as Sample  # noqa: PLC0414  (part of the contract)
from broker.model.unmapped import Unmapped as Unmapped  # noqa: PLC0414  (part of the contract)

Tree = dict[str, Any]
"""Dicts by WCO name, lists for repeated classes, strings at the leaves."""

Path = str
"""A canonical path below the body; see `broker.model.paths`."""

Verdict = Literal["accepted", "rejected"]
Does = Literal[
    "put", "merge", "patch", "withdraw", "close", "note", "present", "release", "take_back",
    "answer", "elapsed", "resume", "discard",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognition:
    """What bytes seem to be: `certainty` 0..100, the highest wins."""

    format: str
    certainty: int = 100


class Sight(NamedTuple):
    """What a file is, in the words of its syntax, and where in it that can be seen.

    `words`: "XML with the root ITMATT", "UN/EDIFACT with CUSREP D.05B"; bounded, without values.
    """

    words: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Reference:
    """A name somebody gave a thing: LRN, MRN, S10. `place` is where its sender wrote it.

    One without a value names nothing: it says where its sender could have written it.
    """

    scheme: str
    value: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Draft:
    """One canonical fact, before the broker has given it an id and a dossier.

    `kind` "": the dossier's (answers). `order`: the sender's own revision; None: of acceptance. A
    patch says its `changes` to the live version of the part, its body (of type `package`) what the
    message said, `form` what the broker's own form states beside it. `extent`: of a list.
    """

    kind: str
    does: Does
    references: tuple[Reference, ...]
    body: Tree
    package: str = ""
    part: str = ""
    order: int | None = None
    unmapped: tuple[Unmapped, ...] = ()
    changes: tuple[Change, ...] = ()
    extent: Extent | None = None
    form: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One unit inside a submission with its verdict; a rejected one still yields its drafts.

    An accepted message may have problems with severity error: about elements of a list that were
    left out, while the others go on. Its sender is told of them. `asked`: all that a reply to it
    reads, in the adapter's own form, so that no reply reads the submission's other messages; None:
    the submission itself. `format` and `profile`: what it was read by, or, where nothing that its
    sender may use reads it, what its refusal is written by; "": those of the file.
    """

    number: int
    reference: str
    verdict: Verdict
    problems: tuple[Problem, ...]
    events: Iterator[Draft]
    asked: bytes | None = None
    format: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """What is in a file: problems of the envelope, then the messages, one by one.

    `format`, `profile`: by which an answer about the file as a whole is written; "": unknown.
    """

    problems: tuple[Problem, ...]
    messages: Iterator[Message]
    format: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One dated demand of a profile, and its scope.

    `when` holds path: values (prefix match by `prefix*`): the demand is made where all of these
    are met, and where none of `unless` is.

    demand "mandatory": `path` must have a value in each instance of its parent.
    demand "length": `path` has at most `limit` characters.
    demand "codes": `path` is in the code list `codes` (or, for a refused list, is not).
    demand "pattern": the whole value matches the regular expression `pattern`; `expected` is the
    same in words.
    demand "not-negative": the number at `path` is 0 or more.
    demand "count": the number at `path` is that of the instances of the class at `other`.
    demand "at-most": the number at `path` is at most the one at `other`, if both have one unit.
    `other` is a path below the class that holds `path`. Numbers are decimals, or the values of
    amounts and measures; what is absent breaks none of the last three.
    """

    path: Path
    demand: Literal["mandatory", "length", "codes", "pattern", "not-negative", "count", "at-most"]
    code: str
    severity: Literal["error", "warning"] = "error"
    when: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    other: Path = ""
    limit: int = 0
    codes: str = ""
    pattern: str = ""
    expected: str = ""
    hint: str = ""
    source: str = ""
    valid_from: str = "0001-01-01"
    valid_to: str = "9999-12-31"


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes with the text of each. `refused`: these codes do not exist, any other may."""

    name: str
    codes: Mapping[str, str]
    refused: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Dated data: what a sender or a state means by a format. Never `if country == ...`.

    `constraints` are those in force at the submission's `received_at` (the broker selects).
    `settings` are the adapter's own: dialect, status maps, code maps. `requests`: what its senders
    may do when, and what they must ask for; dated.
    """

    name: str
    family: str
    format: str
    constraints: tuple[Constraint, ...] = ()
    codelists: Mapping[str, CodeList] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str = ""
    digest: str = ""
    requests: tuple[RequestTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """The message of a submission that a reply answers.

    `asked`: what its translation kept for replies; where it is there, `payload` is not read.
    """

    submission: str
    payload: bytes
    message: int
    asked: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Ids and times of what goes out. `version` is the board's or the document's."""

    id: str
    issued_at: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a recipient or a sender is told: its view, and nothing else.

    `status` is the normalised overall status, or "rejected", "declined", "noted" (the message
    stands, and `problems` say what is odd about it); `references` are those the recipient already
    knows or may learn. `answers` are plain trees, cut by the view.
    A reply is about one message: every `Subject` and `Path` of its answers names an element by the
    number that this message gave it, and no element that the message did not name. `elements`:
    the path of each such element in the dossier -> its path in the message. `extent`: how much of
    the message's list was taken. `changes`: the id of the reply that this one changes, "" for the
    reply to the message itself. `request`: of a message that asked an authority for something,
    what became of that: SequenceNumeric, TypeCode, StatusCode (a class of the package `board`).
    """

    status: str
    references: tuple[Reference, ...]
    stamp: Stamp
    tree: Tree = field(default_factory=dict)
    answers: tuple[Tree, ...] = ()
    problems: tuple[Problem, ...] = ()
    elements: Mapping[Path, Path] = field(default_factory=dict)
    extent: Extent | None = None
    changes: str = ""
    request: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Artifact:
    """Bytes ready to send, with their media type and a file name without personal data."""

    content: bytes
    content_type: str
    name: str


class Adapter(Protocol):
    """One format of one family: how messages are written and answered, and in which syntax.

    How they are read is a matter between the format and its syntax: a file that holds messages of
    one format is read by `ReadsFiles`, an interchange of several by what its syntax asks for.
    """

    family: str
    format: str
    content_types: tuple[str, ...]
    syntax: "Syntax"

    def recognises(self, payload: bytes) -> Recognition | None:
        """Whether these bytes are of this format; cheap, never the whole parse."""

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of a message stood: the same walk, run only when someone asks."""

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """For a recipient that reads this format."""

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """For the sender of that original only."""


class Use(NamedTuple):
    """A format that somebody may use, and the profile that holds for them."""

    adapter: Adapter
    profile: Profile


class Syntax(Protocol):
    """How files of one syntax are recognised, and how each message finds the format that reads it.

    A profile whose format is the syntax's name says what is tolerated in envelopes.
    """

    @property
    def name(self) -> str:
        """UN/EDIFACT, XML, JSON."""

    @property
    def judges(self) -> str:
        """How the codes of problems begin whose severity its own profile says; "": none."""

    def describe(self, payload: bytes) -> Sight | None:
        """What the file is, whether anything reads it or not; None: it is of another syntax.

        Cheap: looks at the beginning only.
        """

    def translate(self, payload: bytes, uses: Sequence[Use], profile: Profile) -> Translation:
        """Verdicts, problems and drafts of all messages, in the order of the bytes.

        `uses`: the formats of this syntax that the sender may use, first the one that recognises
        the file best; `profile`: of the syntax.
        """


@runtime_checkable
class ReadsFiles(Protocol):
    """A format whose files hold its own messages and no others."""

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """Verdicts, problems and drafts of the file's messages."""


@runtime_checkable
class NumbersAnswers(Protocol):
    """What an adapter of agencies' answers may have besides: the door looks for reused numbers."""

    def answer_id(self, payload: bytes) -> str | None:
        """The agency's own number of the answer, where these bytes hold exactly one message.

        None: it has no number, there are several messages, or the bytes cannot be read. The door
        for responses asks this of small submissions only, before translation; no more is read
        than finding the number needs.
        """


@runtime_checkable
class ChecksBodies(Protocol):
    """What an adapter may have besides: the broker asks it about a body that it made itself."""

    def check_body(self, body: Tree, package: str, profile: Profile) -> tuple[Problem, ...]:
        """What the profile demands of a body that no file holds: problems without places.

        The body is judged as an original: by its own FunctionCode.
        """


@dataclass(frozen=True, slots=True)
class Family:
    """What one entry point brings in.

    `samples` compose each kind of its messages, by name: those of one number and seed belong
    together. `flawed` composes one with a defect. `schemas` are JSON Schemas of bodies by media
    type, for the documentation of the doors; each has its name as title, or is any of several.
    """

    name: str
    adapters: tuple[Adapter, ...]
    kinds: tuple[Kind, ...] = ()
    samples: Mapping[str, Sample] = field(default_factory=dict)
    flawed: Flawed | None = None
    schemas: Mapping[str, Tree] = field(default_factory=dict)
