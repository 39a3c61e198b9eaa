"""A format with several messages in one submission, as JSON, to see one message beside another.

    {"envelope": "text", "messages": [{"reference": "A", "reject": "why", "does": "put",
                                       "references": [["LRN", "1"]], "body": {}, "drafts": 1}]}

`envelope` is a problem of the envelope; a message with `reject` is rejected and yields its drafts
all the same; `raise` makes the adapter break its contract.
"""

# ruff: noqa: ARG002  the arguments are the contract's
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from adapters.syntaxes import FileSyntax
from broker.access import Principal
from broker.adapter import (
    Artifact,
    Draft,
    Family,
    Message,
    Original,
    Outgoing,
    Path,
    Profile,
    Recognition,
    Reference,
    Sight,
    Translation,
    Unmapped,
)
from broker.configuration import Configuration
from broker.model.problem import Place, Problem
from tests.broker_in_process import configuration

HOUSE = "toy-house"
TOY = {"Content-Type": "application/x-toy"}


SYNTAX = FileSyntax("toy", lambda payload: Sight("a toy") if payload.startswith(b"{") else None)


class ToyFormat:
    """The adapter of this format."""

    family = "toy"
    format = "toy 1"
    content_types = ("application/x-toy",)
    syntax = SYNTAX

    def recognises(self, payload: bytes) -> Recognition | None:
        """Whatever begins like an object."""
        return Recognition(self.format) if payload.startswith(b"{") else None

    def translate(self, payload: bytes, profile: Profile) -> Translation:
        """The messages as they are told."""
        told = orjson.loads(payload)
        problems = tuple(
            Problem("toy.envelope", told[name], severity=severity)
            for name, severity in (("envelope", "error"), ("remark", "warning"))
            if name in told
        )
        return Translation(problems, _messages(told.get("messages", [])))

    def places(
        self, payload: bytes, message: int, profile: Profile
    ) -> Iterator[tuple[Path, Place]]:
        """Nowhere."""
        return iter(())

    def render(self, out: Outgoing, profile: Profile) -> tuple[Artifact, ...]:
        """The tree."""
        return (Artifact(orjson.dumps(out.tree), "application/x-toy", "tree.json"),)

    def reply(self, out: Outgoing, original: Original, profile: Profile) -> tuple[Artifact, ...]:
        """What is said of which message."""
        shown = {
            "status": out.status,
            "message": original.message,
            "codes": [problem.code for problem in out.problems],
            "references": [[one.scheme, one.value] for one in out.references],
        }
        return (Artifact(orjson.dumps(shown), "application/x-toy", "reply.json"),)


def _messages(told: list[dict[str, Any]]) -> Iterator[Message]:
    for number, one in enumerate(told, 1):
        if one.get("raise"):
            raise RuntimeError(one["raise"])
        draft = Draft(
            kind=one.get("kind", "declaration"),
            does=one.get("does", "put"),
            references=tuple(Reference(*pair) for pair in one.get("references", ())),
            body=one.get("body", {}),
            package="goods-declaration",
            order=one.get("order"),
            unmapped=tuple(Unmapped(Place(), "x", value) for value in one.get("unmapped", ())),
        )
        problems = (Problem("toy.rejected", one["reject"]),) if "reject" in one else ()
        yield Message(
            number=number,
            reference=one.get("reference", ""),
            verdict="rejected" if problems else "accepted",
            problems=problems,
            events=iter([draft] * one.get("drafts", 1)),
        )


def family() -> Family:
    """The family, without kinds of its own."""
    return Family("toy", (ToyFormat(),))


def toy_configuration() -> Configuration:
    """The sample configuration with the family, and a house that speaks it."""
    known = configuration()
    house = Principal(HOUSE, "sender", "toys", ("toy",))
    return replace(
        known,
        families={**known.families, "toy": family()},
        principals={**known.principals, HOUSE: house},
    )


def toy(*messages: dict[str, Any], **more: Any) -> bytes:
    """A submission of these messages."""
    return orjson.dumps({"messages": list(messages), **more})


def put(reference: str, **more: Any) -> dict[str, Any]:
    """A message that puts a declaration under this LRN."""
    body = {"TypeCode": "IMA", "FunctionalReferenceID": reference, **more.pop("body", {})}
    return {"reference": reference, "references": [["LRN", reference]], "body": body, **more}
