"""Whether one Avro schema reads what was written with another, as far as our schemas go.

Records, arrays, unions and the simple types are known, as `subjects` generates them. Where this
is stricter than Avro, it is on purpose: simple types must be the same (no widening works both
ways), and no alias is looked at (nothing is renamed). What a reader does not know it skips; what
was not written needs a default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Named = Mapping[str, Any]


def unreadable(reader: Any, writer: Any) -> tuple[str, ...]:
    """Why `reader` does not read everything that `writer` writes, in sentences; () if it does."""
    comparison = _Comparison(_records(reader), _records(writer))
    return tuple(comparison.of(reader, writer, ""))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two schemas by the names of their records, and the names compared already."""

    reading: Named
    written: Named
    seen: set[str] = field(default_factory=set)

    def of(self, reader: Any, writer: Any, at: str) -> Iterator[str]:
        """What stands against reading one type as another."""
        reader, writer = _resolved(reader, self.reading), _resolved(writer, self.written)
        if isinstance(writer, list):
            for branch in writer:
                yield from self.of(reader, branch, at)
            return
        fitting = [one for one in _options(reader, self.reading) if _kind(one) == _kind(writer)]
        if not fitting:
            shown = " or ".join(" ".join(_kind(one)) for one in _options(reader, self.reading))
            yield f"{at or 'it'} was {' '.join(_kind(writer))} and is read as {shown}"
        elif _kind(writer)[0] == "array":
            yield from self.of(fitting[0]["items"], writer["items"], f"{at}[]")
        elif _kind(writer)[0] == "record":
            yield from self._of_records(fitting[0], writer, at)

    def _of_records(self, reader: Any, writer: Any, at: str) -> Iterator[str]:
        if reader["name"] in self.seen:
            return
        self.seen.add(reader["name"])
        written = {one["name"]: one["type"] for one in writer["fields"]}
        for one in reader["fields"]:
            below = f"{at}.{one['name']}".lstrip(".")
            if one["name"] in written:
                yield from self.of(one["type"], written[one["name"]], below)
            elif "default" not in one:
                yield f"{below} was not written and has no default"


def _options(reader: Any, named: Named) -> list[Any]:
    """The branches of a union, or the one type."""
    branches = reader if isinstance(reader, list) else [reader]
    return [_resolved(branch, named) for branch in branches]


def _resolved(schema: Any, named: Named) -> Any:
    return named.get(schema, schema) if isinstance(schema, str) else schema


def _kind(schema: Any) -> tuple[str, ...]:
    """What two types must share: a simple type is its name, a record has one."""
    if isinstance(schema, str):
        return (schema,)
    return (schema["type"], schema["name"]) if schema["type"] == "record" else (schema["type"],)


def _records(schema: Any) -> Named:
    """Every record a schema defines, by its name."""
    found: dict[str, Any] = {}

    def walk(one: Any) -> None:
        if isinstance(one, list):
            for branch in one:
                walk(branch)
        elif isinstance(one, dict) and one["type"] == "array":
            walk(one["items"])
        elif isinstance(one, dict):
            found[one["name"]] = one
            for part in one["fields"]:
                walk(part["type"])

    walk(schema)
    return found
