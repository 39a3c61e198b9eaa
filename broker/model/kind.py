"""What dossiers of one kind are made of: its reference schemes, its parts, and their rules.

A family brings its kinds in through the contract (`broker.adapter`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from broker.model.extent import Extent
from broker.model.owned import Joining, Owned
from broker.model.problem import Problem

Tree = dict[str, Any]
Path = str

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
