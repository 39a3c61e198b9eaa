"""What decisions are taken under: rows, views and kinds of one configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from broker.adapter import Kind, Tree
from broker.errors import ConfigFault
from broker.model.dossier import Event
from broker.model.owned import Owners
from broker.model.problem import Problem
from broker.model.request_table import AT_ONCE, RequestTable, tables_in_force
from broker.routing.match import Book
from broker.routing.view import View


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions are taken under; `digest` names the whole configuration.

    `book` holds all rows; `overall` those of recipients and purposes that a change of the overall
    status can concern; `wide` those whose answers depend on all of a dossier that was delivered;
    `binds` the reference schemes that a recipient's answers may bind;
    `kinds` what dossiers are made of; `confirm_within`, by the profile of a message, how long its
    sender has to confirm a decision that was sent without being asked for; `tables`, by profile:
    what its senders may do when (dated); `check_body`: what the profile of an event demands of a
    body that no message holds, because the event has changed it; `ends`: the recipients that may
    end a dossier of their own accord; `reports`: what each may report of one; `owners`: whose the
    codes in public names are; `titles`: what owners are told of who joins, by sender.
    """

    book: Book
    overall: Book
    views: Mapping[str, View]
    digest: str
    binds: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    wide: Book | None = None
    confirm_within: Mapping[str, timedelta] = field(default_factory=dict)
    tables: Mapping[str, tuple[RequestTable, ...]] = field(default_factory=dict)
    check_body: Callable[[Event, str, Tree], tuple[Problem, ...]] = lambda *_: ()
    ends: frozenset[str] = frozenset()
    reports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: Owners = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def table_of(self, profile: str, received_at: str) -> RequestTable:
        """The table of a profile that was in force when something was received.

        ConfigFault: there is no such profile. Without its table everything would be permitted.
        """
        return tables_in_force(self._tables_of(profile), received_at[:10])

    def table_since(self, profile: str, begins: str) -> RequestTable:
        """The table of a profile with this first day; without a profile, the one that has none.

        ConfigFault: there is no such profile, or it has no such table any more.
        """
        tables = self._tables_of(profile)
        found = next((table for table in tables if table.valid_from == begins), None)
        if found is None and profile:
            raise ConfigFault(
                f"profile {profile!r} has no table of requests from {begins!r} any more; put it "
                "back, and start again"
            )
        return found or AT_ONCE

    def time_to_confirm(self, profile: str) -> timedelta:
        """How long the sender of this profile has to confirm a decision; ConfigFault: unknown."""
        self._tables_of(profile)
        return self.confirm_within.get(profile, timedelta())

    def _tables_of(self, profile: str) -> tuple[RequestTable, ...]:
        if profile and profile not in self.tables:
            raise ConfigFault(
                f"there is no profile {profile!r} any more; put its file back, and start again"
            )
        return self.tables.get(profile, ())
