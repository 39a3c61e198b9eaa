"""Profiles: what a sender or a state means by a format, read and checked.

A profile may extend another of the same format: what it does not give itself is that one's, and
its settings and constraints come on top. `requests` are the dated tables of what its senders may do
when; see `broker.model.request_table`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from broker.adapter import CodeList, Constraint, Profile
from broker.config_file import Finding, refused
from broker.model.request_table import RequestTable
from broker.model.request_table import mistakes as mistakes_of_table
from broker.routing.rules import DURATION

CONFIRM_WITHIN = "acknowledge_within"
"""Setting of a profile: how long a sender has to confirm a decision that it did not ask for."""

Model = TypeVar("Model", bound=BaseModel)


class ProfileFile(BaseModel):
    """A file of config/profiles: what a sender or a state means by a format, with dates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="as senders and recipients call it", max_length=64)
    family: str = Field("", description="family of the adapter; of a syntax none")
    format: str = Field(description="the adapter's format, or the name of a syntax")
    time_zone: str = Field("", description="zone assumed where a moment names none, if compared")
    settings: dict[str, Any] = Field(default_factory=dict, description="the adapter's own")
    constraints: tuple[Constraint, ...] = Field((), description="obligations, lengths, codes")
    extends: str = Field(
        "", description="a profile of the same format: its settings and constraints hold here too"
    )
    requests: tuple[RequestTable, ...] = Field(
        (), description="what its senders may do when, and what they must ask for; dated"
    )

    @field_validator("requests")
    @classmethod
    def _durations_of_tables(cls, tables: tuple[RequestTable, ...]) -> tuple[RequestTable, ...]:
        for table in tables:
            for name in ("expires", "escalates"):
                if not re.match(DURATION, getattr(table, name)):
                    raise ValueError(f"{name} is no duration, such as 30m, 2h or 30d")
        return tables

    @field_validator("settings")
    @classmethod
    def _durations(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """What the core itself reads must be readable."""
        within = settings.get(CONFIRM_WITHIN)
        if within is not None and not re.match(DURATION, str(within)):
            raise ValueError(f"{CONFIRM_WITHIN} {within!r} is no duration, such as 30m, 2h or 1d")
        return settings


class _Hashed:
    """A profile as a key: by its digest."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return hash(self.profile.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and other.profile.digest == self.profile.digest


def in_force(profile: Profile, day: str) -> Profile:
    """The profile with the constraints of a day of receipt."""
    return _dated(_Hashed(profile), day)


@lru_cache(maxsize=256)
def _dated(hashed: _Hashed, day: str) -> Profile:
    profile = hashed.profile
    chosen = tuple(one for one in profile.constraints if one.valid_from <= day <= one.valid_to)
    return replace(profile, constraints=chosen)


def read_profiles(
    raw: Mapping[str, Mapping[str, Any]], findings: list[Finding]
) -> dict[str, Profile]:
    """Profiles with the code lists their constraints name."""
    lists: dict[str, CodeList] = {}
    for file, one in raw["codelists"].items():
        try:
            codelist = TypeAdapter(CodeList).validate_python(one)
        except ValidationError as error:
            findings += refused(file, error)
        else:
            if codelist.name in lists:
                findings.append(Finding(file, "name", f"{codelist.name!r} is named in two files"))
            lists[codelist.name] = codelist
    found: dict[str, Profile] = {}
    for file, one in _extended(raw["profiles"], findings).items():
        parsed = typed(ProfileFile, file, one, findings)
        if parsed is None:
            continue
        findings += _scopes(file, parsed)
        wanted = {constraint.codes for constraint in parsed.constraints if constraint.codes}
        findings += [
            Finding(file, "constraints", f"unknown code list {name!r}; known: {', '.join(lists)}")
            for name in sorted(wanted - set(lists))
        ]
        if parsed.name in found:
            findings.append(Finding(file, "name", f"{parsed.name!r} is named in two files"))
        known = {name: lists[name] for name in sorted(wanted) if name in lists}
        said = orjson.dumps([one, known], option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)
        rest = {name: value for name, value in dict(parsed).items() if name != "extends"}
        found[parsed.name] = Profile(
            **rest, codelists=known, digest=hashlib.sha256(said).hexdigest()
        )
    return found


def _extended(files: Mapping[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """The profiles, each with what it extends: settings and constraints, and what is not given."""
    named = {one.get("name"): one for one in files.values() if isinstance(one, dict)}
    found: dict[str, Any] = {}
    for file, one in files.items():
        base = named.get(one.get("extends")) if isinstance(one, dict) else None
        if not isinstance(one, dict) or not one.get("extends"):
            found[file] = one
        elif base is None or base.get("extends"):
            text = f"unknown profile {one['extends']!r}, or one that extends another itself"
            findings.append(Finding(file, "extends", text))
        else:
            settings = {**base.get("settings", {}), **one.get("settings", {})}
            constraints = [*base.get("constraints", ()), *one.get("constraints", ())]
            found[file] = {**base, **one, "settings": settings, "constraints": constraints}
    return found


def check_tables(
    files: Mapping[str, Any],
    profiles: Mapping[str, Profile],
    held: Mapping[str, frozenset[str]],
) -> Iterator[Finding]:
    """What is wrong with the tables of requests."""
    asked = {**held, "lodge": held.get("amend", frozenset()), "add": held.get("amend", frozenset())}
    for file, one in files.items():
        profile = profiles.get(one.get("name", "")) if isinstance(one, dict) else None
        for at, table in enumerate(profile.requests if profile else ()):
            for where, text in mistakes_of_table(table, asked):
                yield Finding(file, f"requests[{at}].{where}", text)


def _scopes(file: str, profile: ProfileFile) -> list[Finding]:
    """Demands that compare two values, of which the second is not in the class of the first."""
    return [
        Finding(file, f"constraints.{at}.other", "name a path below the class that holds `path`")
        for at, one in enumerate(profile.constraints)
        if one.demand in {"count", "at-most"}
        and (not one.other or not one.other.startswith(one.path[: one.path.rfind(".") + 1]))
    ]


def typed(model: type[Model], file: str, raw: Any, findings: list[Finding]) -> Model | None:
    """What a file holds; None, with findings, where the model refuses it."""
    try:
        return TypeAdapter(model).validate_python(raw)
    except ValidationError as error:
        findings += refused(file, error)
        return None
