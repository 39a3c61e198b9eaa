"""A view file: the allow-list of one kind of recipient, as an official writes it.

What the lines do to a document is the affair of `sieves`; whether they name anything, of
`viewcheck`.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from broker.routing.rules import CLOSED, Pattern, Sentence, Slug

Listing = Annotated[
    str,
    Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*(\.\*\*)?$", max_length=300),
]


class Listed(BaseModel):
    """One line of the allow-list."""

    model_config = CLOSED

    path: Listing = Field(description="pattern of a leaf, or Class.** for all below a class")
    transform: str = Field(
        "pass",
        pattern=r"^(pass|mask|generalise:(year|month|country|prefix-[1-9][0-9]?))$",
        description="pass; mask; generalise: year, month, country (first two letters of a"
        " UN/LOCODE or office), prefix-N (first N characters)",
    )
    drop: tuple[Pattern, ...] = Field((), description="inside Class.**: what is withheld of it")


class Beside(BaseModel):
    """What a recipient sees, and its answers do not depend on."""

    model_config = CLOSED

    path: Listing = Field(description="pattern of a leaf, or Class.** for all below a class")
    because: Sentence = Field(description="why no answer depends on it")


def _line(raw: Any) -> Any:
    return {"path": raw} if isinstance(raw, str) else raw


class ViewFile(BaseModel):
    """A file of config/views: what one kind of recipient may see of one package."""

    model_config = CLOSED

    name: Slug = Field(description="as rows call it")
    title: Sentence = Field(description="for people: whose view of what")
    package: Slug = Field(description="information package it is made for")
    paths: tuple[Annotated[Listed, BeforeValidator(_line)], ...] = Field(
        min_length=1, description="the allow-list"
    )
    beside: tuple[Beside, ...] = Field(
        (), description="what is shown and no answer depends on: a change of it opens nothing"
    )
    spans: tuple[Pattern, ...] = Field(
        (), description="listed totals and counts, left out when a list is cut"
    )
