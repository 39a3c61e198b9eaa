"""The plugin contract: all that the author of an adapter must know.

An adapter translates one format of one family, both ways. It is pure: no I/O, no clock, no
randomness, no environment, no logging, no metrics, no broad `except`. Any bytes give verdicts
and problems, never an exception, in bounded time and memory.

A family is an entry point of the group `single_window.families`: a function that gives a `Family`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from broker.model.dossier import Change
from broker.model.extent import Extent as Extent  # noqa: PLC0414  (part of the contract)
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
    "answer", "link", "elapsed", "resume", "discard",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognition:
    """What bytes seem to be: `certainty` 0..100, the highest wins."""

    format: str
    version: str = ""
    certainty: int = 100


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
    the submission itself.
    """

    number: int
    reference: str
    verdict: Verdict
    problems: tuple[Problem, ...]
    events: Iterator[Draft]
    asked: bytes | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """What `translate` found: problems of the envelope, then the messages, one by one."""

    problems: tuple[Problem, ...]
    messages: Iterator[Message]


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
    previous_version: int | None = None


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
    annotations: tuple[Tree, ...] = ()
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
    """One format of one family."""

    family: str
    format: str
    content_types: tuple[str, ...]

    def recognises(self, payload: bytes) -> Recognition | None:
        """Whether these bytes are of this format; cheap, never the whole parse."""

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """Verdicts, problems and drafts of the submission's messages."""

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """Where each value of a message stood: the same walk, run only when someone asks."""

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """For a recipient that reads this format."""

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """For the sender of that original only."""


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


REPLY = "REPLY"
"""Scheme of a note by which a sender confirms a reply: the value is the reply's id."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A reference scheme as a row of data.

    `opens`: a put under it may open a dossier. `binds`: who may bind a value ("sender": the
    opener; "agency": an agency's answer; "broker": at the opening, see `Kind.names`). `scope`:
    "party" (the sender's), or "" for one name space of all. `joins`: any party that says the
    value finds the dossier, not its opener alone. `newest`: a sender's value means the dossier
    that was opened with it last. `reuse_after`: when a value may be used again after closing.
    `dated`: a value has a second half behind a slash (the date of posting); an answer may say
    the first half alone. `of_message`: it numbers a message, not what the message is about: it
    means the dossier of the newest message with it, to agencies alone and where nothing else that
    they say means one; their answers are about the delivery of that message. `owned`: where a value
    of one name space of all holds a code whose owner alone has a right to what it names.
    """

    name: str
    opens: bool
    binds: tuple[Literal["sender", "agency", "broker"], ...]
    scope: Literal["party", ""] = ""
    reuse_after: timedelta = timedelta(days=365)
    joins: bool = False
    newest: bool = False
    dated: bool = False
    of_message: bool = False
    owned: Owned | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A named piece of a dossier of this kind; "" is the whole.

    Its owner is the party that lodged it first. A withdrawal takes back that part alone, unless
    the part is the whole. `obeyed_by_removal`: the lists of which taking an element off by name is
    compliance with an adverse answer about it (a person who is not carried).
    """

    name: str = ""
    obeyed_by_removal: tuple[Path, ...] = ()


Lacks = Callable[[str, Tree], Iterable[Problem]]
"""What is missing in the live body of a part: pieces of a list that have not come."""


@dataclass(frozen=True, slots=True)
class LivePart:
    """The live version of a part: its body, and how much of its list its message held."""

    body: Tree
    extent: Extent | None = None


Across = Callable[[Mapping[str, LivePart]], Iterable[tuple[str, Problem]]]
"""What only all live parts together show, each for the declarant of the part that is named."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What dossiers of one kind are made of.

    `unresolved_for`: how long an event that finds no dossier waits for one. `lacks` is asked
    when nothing has come for `complete_within`; it never holds anything back. `names`: the scheme
    in which the broker itself names each dossier that is opened ("": it names none). `joining`: by
    part, what becomes of one lodged by who does not own the code of its reference (`Owned`).
    `arrives`: where a body says when the goods or persons arrive; release by silence may count
    from then. `withdraws`: what the party that opened it takes back with the whole: all parts, or
    its own alone.
    """

    name: str
    schemes: tuple[Scheme, ...]
    parts: tuple[Part, ...] = (Part(),)
    unresolved_for: timedelta = timedelta(hours=72)
    complete_within: timedelta = timedelta(minutes=30)
    lacks: Lacks | None = None
    across: Across | None = None
    names: str = ""
    joining: Mapping[str, Joining] = field(default_factory=dict)
    arrives: Path = ""
    withdraws: Literal["all", "own"] = "all"


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
