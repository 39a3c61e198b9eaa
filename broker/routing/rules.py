"""A rules file: rows that entitle a recipient to see a document, with tests beside them.

Rules
    A row is written by an official. Its conditions come from a closed list of operators: no
    expressions, no code, nothing that can run away.
    `when` is a map of *pattern: operators*; all of it must hold. Below `each` the patterns are
    relative to one element of that list. Four words in the map are not patterns:

        any_of     a list of such maps: at least one of them, together with the rest of this map
        each       {path, when} or a list of them: some element at `path` meets its own `when`,
                   independently of the rest (two of them may mean two different elements)
        document   beside a row's `each`: a map about the whole document, not the element
        overall    operators on the dossier's overall status; such a row is judged again when
                   the status changes

    All conditions that go through one repeated class bind to the same instance of it:
    `Classification.ID` and `Classification.IdentificationTypeCode` speak of one Classification.
    `present: false` holds for an instance without the value, and where there is no instance.
    Codes are texts: write them in quotes (YAML reads 0603 as a number).
What does not belong
    What a condition means at run time (`conditions`), and whether names exist (`check`).
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from broker.model.leaf import DECIMAL

OverallStatus = Literal[
    "refused", "do_not_load", "held", "information_wanted", "inspection", "waiting",
    "conditional", "released", "not_required", "withdrawn", "ended",
]  # fmt: skip
OVERALL: tuple[str, ...] = get_args(OverallStatus)

CLOSED = ConfigDict(frozen=True, extra="forbid")

DEFAULT_PACKAGES = {"declaration": "goods-declaration", "item": "postal-item"}

_RESERVED = ("any_of", "each", "document", "overall")
_DAYS = re.compile(r"[0-9]{4}-[0-9]{2}.*")
DURATION = r"^[1-9][0-9]{0,3}[mhd]$"
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


def duration_of(text: str) -> timedelta:
    """90m, 24h or 3d (`DURATION`) as a duration."""
    return timedelta(seconds=int(text[:-1]) * _SECONDS[text[-1]])


def _several(value: Any) -> Any:
    """One value where a list is expected is a list of one."""
    return value if isinstance(value, list | tuple) else [value]


Pattern = Annotated[
    str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$", max_length=300)
]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=3, max_length=500)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]


class Range(BaseModel):
    """An inclusive range of decimal numbers, or of ISO dates and times (to the month at least).

    A time within the day `to` still lies in the range: moments are compared as far as the bound
    says.
    """

    model_config = CLOSED

    low: Text | None = Field(None, alias="from", description="lowest value that matches")
    high: Text | None = Field(None, alias="to", description="highest value that matches")

    @property
    def numeric(self) -> bool:
        """Whether the bounds are numbers; else they are moments."""
        return not _DAYS.fullmatch(self.low or self.high or "")

    @model_validator(mode="after")
    def _of_one_kind(self) -> "Range":
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if not bounds:
            raise ValueError("a range needs 'from' or 'to'")
        if any(bool(_DAYS.fullmatch(bound)) is self.numeric for bound in bounds):
            raise ValueError(f"{bounds!r} mixes numbers and dates")
        if self.numeric and not all(re.match(DECIMAL, bound) for bound in bounds):
            raise ValueError(f"{bounds!r} are neither numbers nor ISO dates")
        return self


class Condition(BaseModel):
    """Operators on one value; all that are given must hold."""

    model_config = CLOSED

    equals: Text | None = Field(None, description="the value is this text")
    among: Texts | None = Field(None, alias="in", description="the value is one of these texts")
    prefix: Texts | None = Field(None, description="the value begins with one of these texts")
    range: Range | None = Field(None, description="the value lies between two bounds")
    present: bool | None = Field(None, description="whether there is a value at all")
    any_of: tuple["Condition", ...] | None = Field(
        None, min_length=1, description="at least one of these, for the same value"
    )

    @model_validator(mode="after")
    def _not_empty(self) -> "Condition":
        if not self.model_fields_set:
            raise ValueError("a condition needs an operator: equals, in, prefix, range, present")
        return self


class Nested(BaseModel):
    """Some element at `path` meets `when`, whatever the conditions beside it bind to."""

    model_config = CLOSED

    path: Pattern = Field(description="from the element (or body) the condition stands in")
    when: "When" = Field(description="conditions below one element at that path")


class When(BaseModel):
    """Conditions that must hold together; see the head of this file for the four words."""

    model_config = CLOSED

    conditions: dict[Pattern, Condition] = Field(default={}, description="pattern: operators")
    any_of: tuple["When", ...] = Field((), description="at least one of these maps as well")
    each: Annotated[tuple[Nested, ...], BeforeValidator(_several)] = Field(
        (), description="elements that must exist"
    )
    document: "When | None" = Field(None, description="conditions on the whole document")
    overall: Condition | None = Field(None, description="operators on the overall status")

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        words = {key: raw[key] for key in _RESERVED if key in raw}
        patterns = {key: raw[key] for key in raw if key not in _RESERVED}
        return {**words, "conditions": patterns}

    @model_validator(mode="after")
    def _local(self) -> "When":
        inner = [nested.when for nested in self.each]
        inner += [self.document] if self.document else []
        if any(part.document or part.overall for when in inner for part in maps_of(when)):
            raise ValueError("'document' and 'overall' stand in a row's own 'when' only")
        return self


def maps_of(when: When) -> Iterator[When]:
    """This map and all alternatives inside it (not those of nested elements)."""
    yield when
    for branch in when.any_of:
        yield from maps_of(branch)


class Asked(BaseModel):
    """An answer is expected in time."""

    model_config = CLOSED

    within: str = Field(pattern=DURATION, description="90m, 24h, 3d")
    silence: Literal["escalate", "release"] = Field(
        description="escalate: the ask stays open, shown overdue; release: it closes as released"
    )
    counted_from: Literal["acknowledgement", "arrival"] = Field(
        "acknowledgement",
        alias="from",
        description="release by silence: from when the recipient acknowledged the delivery, or"
        " from the arrival of the goods if that is later",
    )

    @property
    def deadline(self) -> timedelta:
        """`within` as a duration."""
        return duration_of(self.within)


RequestType = Literal["amend", "withdraw", "present", "release"]
"""What a declarant may ask of an authority."""

AnswersOn = Literal["element", "whole", "dossier", "request"]
"""What an answer depends on; see `Rule.answers`."""


class Expects(BaseModel):
    """What the recipient owes in return."""

    model_config = CLOSED

    answer: Asked = Field(description="an answer, with its deadline")


class Rule(BaseModel):
    """One row: what entitles one recipient to see a document, or elements of it, for a purpose."""

    model_config = CLOSED

    name: Slug = Field(description="unique among all rows; shown with every delivery")
    kind: Slug = Field(description="kind of the dossier: declaration")
    package: Slug = Field(description="information package; of a declaration goods-declaration")
    each: Pattern | None = Field(
        None, description="a list: conditions bind to one element, matched elements are sent"
    )
    when: When = Field(default=When(), description="conditions; none: every document")
    requests: tuple[RequestType, ...] = Field(
        (),
        description="the row is about requests of these types, not about documents: the recipient"
        " is sent what would change, and decides it where the profile's table asks its purpose",
    )
    recipient: Slug = Field(description="who is told")
    purpose: Slug = Field(description="why it may see: a word of the list of purposes")
    view: Slug = Field(description="the fields it may see")
    expects: Literal["nothing"] | Expects = Field(description="nothing, or an answer in time")
    answers: AnswersOn = Field(
        "element",
        description="what an answer depends on. element: the element and what is outside its list;"
        " whole: all that the view shows; dossier: besides, all else of the dossier that was"
        " delivered to the recipient; request: an answer to an earlier message settles nothing"
        " that a later message names",
    )
    checks: tuple[Text, ...] = Field((), description="codes of what the recipient examines")
    codes: tuple[Text, ...] = Field((), description="other codes put beside what matched")
    because: Sentence = Field(description="the reason in a sentence for people")
    legal_basis: Sentence = Field(description="the provision that entitles the recipient")
    valid_from: date | None = Field(None, description="first day (of receipt) it applies")
    valid_to: date | None = Field(None, description="last day (of receipt) it applies")

    @model_validator(mode="before")
    @classmethod
    def _with_package(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "package" not in raw and raw.get("kind") in DEFAULT_PACKAGES:
            return {**raw, "package": DEFAULT_PACKAGES[raw["kind"]]}
        return raw

    @model_validator(mode="after")
    def _document_beside_each(self) -> "Rule":
        if self.each is None and any(part.document for part in maps_of(self.when)):
            raise ValueError("'document' needs a row with 'each': elsewhere all is the document")
        return self


class Trial(BaseModel):
    """A test beside the rules: a body and who is sent what of it, by the rows of this file."""

    model_config = CLOSED

    name: Sentence = Field(description="the fact it proves")
    body: dict[str, Any] = Field(description="the document; codes in quotes, numbers as they are")
    kind: Slug | None = Field(None, description="default: that of the file's rows")
    package: Slug | None = Field(None, description="default: that of the file's rows")
    part: str = Field("", description="part of the dossier the document is")
    request: RequestType | None = Field(
        None, description="what is asked about the document; default: it is lodged"
    )
    overall: OverallStatus | None = Field(None, description="overall status of the dossier")
    on: date | None = Field(None, description="day of receipt; default: when all rows apply")
    sends: dict[str, Literal["all"] | tuple[str, ...]] = Field(
        description="recipient (or recipient/purpose): keys of the elements, or all; no one else"
    )
    withholds: dict[str, tuple[Pattern, ...]] = Field(
        default={}, description="recipient: patterns with a value here that it does not see"
    )
    shows: dict[str, tuple[Pattern, ...]] = Field(
        default={}, description="recipient: patterns that it does see"
    )

    @field_validator("body")
    @classmethod
    def _of_texts(cls, body: dict[str, Any]) -> dict[str, Any]:
        texts: dict[str, Any] = _texts(body, "body")
        return texts

    @field_validator("sends", mode="before")
    @classmethod
    def _keys_of_texts(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        return {who: _keys(keys) for who, keys in raw.items()}


def _keys(keys: Any) -> Any:
    return [str(key) for key in keys] if isinstance(keys, list) else keys


def _texts(node: Any, name: str) -> Any:
    """The plain tree with whole numbers as texts where a number stands."""
    if isinstance(node, dict):
        return {key: _texts(value, str(key)) for key, value in node.items()}
    if isinstance(node, list):
        return [_texts(value, name) for value in node]
    if type(node) is int and (name == "value" or name.endswith("Numeric")):
        return str(node)
    if isinstance(node, str):
        return node
    raise ValueError(f"{name}: {node!r} is not a text; write it in quotes")


class RulesFile(BaseModel):
    """A file of config/routes: rows, and the tests that prove them."""

    model_config = CLOSED

    rules: tuple[Rule, ...] = Field(min_length=1, description="the rows")
    tests: tuple[Trial, ...] = Field(min_length=1, description="tests; a file has at least one")


class PurposesFile(BaseModel):
    """The list of purposes: the only words a row may give as its reason to see."""

    model_config = CLOSED

    purposes: dict[Slug, Sentence] = Field(description="word: what a recipient may use data for")
