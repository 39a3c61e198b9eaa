"""What the read side of the schema registry answers, as the Confluent protocol has it.

Its parameters that choose another form, context or time of a schema are let pass by the doors:
here each schema has one. They are documented with the doors in `broker.delivery.registry_http`.
"""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from broker.model.kept import COMPATIBILITY


class RegistryError(TypedDict):
    """Why the registry refuses: a code that begins with the status, or the status."""

    error_code: int
    message: str


class SchemaText(TypedDict):
    """A schema, as text."""

    schema: str


class SchemaVersion(TypedDict):
    """A version of a subject."""

    subject: str
    version: int


class SubjectVersion(TypedDict):
    """A version of a subject, its id, and the schema as text."""

    subject: str
    id: int
    version: int
    schema: str


class Compatibility(TypedDict):
    """What holds between versions."""

    compatibilityLevel: Annotated[str, Field(examples=[COMPATIBILITY])]


SHAPES = (RegistryError, SchemaText, SchemaVersion, SubjectVersion, Compatibility)
