"""What decisions are taken under: rows, views and kinds of one configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from broker.adapter import Kind
from broker.routing.match import Book
from broker.routing.view import View


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions are taken under; `digest` names the whole configuration.

    `book` holds all rows; `overall` those of recipients and purposes that a change of the overall
    status can concern; `wide` those whose answers depend on all of a dossier that was delivered;
    `binds` the reference schemes that a recipient's answers may bind;
    `kinds` what dossiers are made of; `confirm_within`, by the profile of a message, how long its
    sender has to confirm a decision that was sent without being asked for.
    """

    book: Book
    overall: Book
    views: Mapping[str, View]
    digest: str
    binds: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    wide: Book | None = None
    confirm_within: Mapping[str, timedelta] = field(default_factory=dict)
