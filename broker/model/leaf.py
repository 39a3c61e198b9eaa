"""Leaf types of the canonical model and the metadata that every field carries.

Leaves stay cheap: codes, identifiers, texts and numbers are strings exactly as they were said
(10.00 is not 10); amounts and measures are pairs. Every field is optional: obligation is the
profile's. Which list a code is of stands in the metadata, or in a WCO field of its own where the
message says it.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

DataClass = Literal["public", "commercial", "personal", "sensitive"]

DECIMAL = r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$"
"""At most 18 digits before the point and 9 after, no exponent (a cap against costly numbers)."""

MOMENT = (
    r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}(:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
    r"(Z|[+-][0-9]{2}(:[0-9]{2})?)?)?)?)?$"
)
"""ISO 8601 with the precision and the zone that were said; no zone: unknown."""

Code = str | None
Identifier = str | None
Text = str | None
Numeric = Annotated[str, Field(pattern=DECIMAL)] | None
Moment = Annotated[str, Field(pattern=MOMENT)] | None


@dataclass(frozen=True, slots=True)
class Element:
    """What the standard says of a field.

    `wco` is the WCO Data Model identifier (None: none is public), `edifact` the UN/EDIFACT data
    element, `imo` the IMO Compendium number, `format` the representation (an..35, n..16,3).
    `keys` are the match keys of a repeated class, `apart` the leaves that tell two of them apart,
    `strong` those of the keys that identify the thing itself, wherever it is met again.
    `of_message`: it belongs to the message, not to what the message is about (its function,
    number, time, version, authentication, pieces): an answer does not depend on it.
    """

    wco: str | None
    format: str = ""
    edifact: str | None = None
    imo: str | None = None
    data: DataClass = "commercial"
    keys: tuple[str, ...] = ()
    apart: str = ""
    strong: tuple[str, ...] = ()
    of_message: bool = False


class Canonical(BaseModel):
    """Base of all canonical classes: frozen, unknown fields refused, one WCO class each."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    WCO: ClassVar[str | None] = None


class Amount(Canonical):
    """A sum of money: decimal string and ISO 4217 code, both as said."""

    value: Annotated[str, Field(pattern=DECIMAL)]
    currency: str | None = None


class Measure(Canonical):
    """A quantity or measure: decimal string and UN/ECE Recommendation 20 unit, both as said."""

    value: Annotated[str, Field(pattern=DECIMAL)]
    unit: str | None = None


def leaf(
    wco: str | None,
    form: str,
    edifact: str | None = None,
    *,
    imo: str | None = None,
    data: DataClass = "commercial",
    of_message: bool = False,
) -> Any:
    """A leaf field: absent by default, with what the standard says of it."""
    return _field(None, Element(wco, form, edifact, imo, data, of_message=of_message))


def one(*, of_message: bool = False) -> Any:
    """A class that occurs at most once."""
    return _field(None, Element(None, of_message=of_message))


def many(
    *keys: str, apart: str = "", strong: tuple[str, ...] = (), of_message: bool = False
) -> Any:
    """A repeated class; `keys` are its match keys in order, none: by ordinal.

    A match key is a path below the element, or several joined by `+`; two elements are the same
    if the first key that both of them have is the same. Under a key behind the first they are not
    if they differ in every leaf of `apart`.
    """
    return _field((), Element(None, keys=keys, apart=apart, strong=strong, of_message=of_message))


def _field(default: Any, element: Element) -> Any:
    field = Field(default=default)
    assert isinstance(field, FieldInfo)
    field.metadata.append(element)
    return field


def element_of(field: FieldInfo) -> Element | None:
    """The `Element` a field carries."""
    return next((item for item in field.metadata if isinstance(item, Element)), None)
