"""A row of the queue as the bytes its recipient gets. Pure: rendered once, kept, given again.

Recipients get a CloudEvent with the payload as `data`. A sender's reply is in the syntax of what
it sent, as `data_base64`; where its bytes were of no known format, the payload itself.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from broker.adapter import Adapter, Artifact, Original, Outgoing, Profile, Reference, Stamp
from broker.model.avro import encoded
from broker.model.extent import extent_of
from broker.model.line import Cursor
from broker.model.problem import Problem, errors_first, from_json
from broker.model.subjects import subject_of


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """What a reply answers: the submission's bytes, and how its format is written.

    `problems`: what translation found wrong with the message; they are repeated in every reply.
    `asked`: what its adapter kept of the message for replies; then there is no payload.
    """

    payload: bytes
    adapter: Adapter | None
    profile: Profile
    problems: Sequence[Mapping[str, Any]] = ()
    asked: bytes | None = None


def rendered(
    row: Mapping[str, Any],
    reply_to: ReplyTo | None,
    references: Sequence[tuple[str, str, str]],
    source: str,
    *,
    avro: bool = False,
) -> bytes:
    """The CloudEvent, JSON, without its number; `numbered` puts it in.

    `references` (scheme, value, scope) are the dossier's: a reply names those of its receiver's
    party and those of all. A reply of several artifacts is JSON that holds them by name.
    `avro`: for a topic, but a reply is in its sender's syntax wherever it goes.
    """
    context = orjson.loads(row["context"])
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": row["id"],
        "source": source,
        "type": row["type"],
        "time": row["created_at"],
    }
    if row["dossier"]:
        event["subject"] = row["dossier"]
    if context.get("trace"):
        event["traceparent"] = context["trace"]
    if avro and row["what"] != "reply":
        return orjson.dumps(event | _avro(row))
    if row["what"] != "reply":
        event["data"] = orjson.Fragment(row["payload"])
        return orjson.dumps(event)
    event |= {
        "swbsubmission": context["reply_to"],
        "swbmessage": context["message"],
        "swbstatus": context["status"],
    }
    artifacts = _reply(row, context, reply_to, references)
    if not artifacts:
        event["data"] = orjson.Fragment(row["payload"])
    elif len(artifacts) == 1:
        event["datacontenttype"] = artifacts[0].content_type
        event["data_base64"] = base64.b64encode(artifacts[0].content).decode()
    else:
        event["data"] = {"artifacts": [_enclosed(one) for one in artifacts]}
    return orjson.dumps(event)


def _problems(payload: Mapping[str, Any], reply_to: ReplyTo) -> tuple[Problem, ...]:
    """What is wrong with the message: in every reply about it, errors first, each once."""
    found = [*reply_to.problems, *payload.get("problems", ())]
    return errors_first(dict.fromkeys(from_json(dict(one)) for one in found))


def _enclosed(artifact: Artifact) -> dict[str, Any]:
    """An artifact beside others: JSON as it is, anything else as base64."""
    shown: dict[str, Any] = {"name": artifact.name, "content_type": artifact.content_type}
    if artifact.content_type == "application/json":
        return {**shown, "content": orjson.Fragment(artifact.content)}
    return {**shown, "content_base64": base64.b64encode(artifact.content).decode()}


def numbered(cursor: Cursor, content: bytes) -> bytes:
    """The CloudEvent with its number in the subscription, and the chain that proves its line."""
    return b'{"swbseq":%d,"swbchain":"%s",%s' % (
        cursor.number, cursor.chain.encode(), content[1:]
    )  # fmt: skip


def attributes(event: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a CloudEvent, without its data and what the data is written in."""
    hidden = {"data", "data_base64", "datacontenttype"}
    return {name: value for name, value in event.items() if name not in hidden}


def value_of(event: Mapping[str, Any]) -> bytes:
    """The data of a CloudEvent as bytes."""
    if "data_base64" in event:
        return base64.b64decode(event["data_base64"])
    return orjson.dumps(event.get("data"))


def _avro(row: Mapping[str, Any]) -> dict[str, Any]:
    tree = orjson.loads(row["payload"])
    about = row["type"] if row["what"] == "notice" else tree.get("package", "")
    content = encoded(subject_of(row["what"], about), tree)
    return {
        "datacontenttype": "application/avro",
        "data_base64": base64.b64encode(content).decode(),
    }


def _reply(
    row: Mapping[str, Any],
    context: Mapping[str, Any],
    reply_to: ReplyTo | None,
    references: Sequence[tuple[str, str, str]],
) -> tuple[Artifact, ...]:
    if reply_to is None or reply_to.adapter is None:
        return ()
    said = orjson.loads(row["payload"])
    board = said.get("board", {})
    party = context.get("party", "")
    mine = [(scheme, value) for scheme, value, scope in references if scope in {"", party}]
    named = dict.fromkeys([*map(tuple, said.get("references", ())), *mine])
    out = Outgoing(
        status=context["status"],
        references=tuple(Reference(scheme, value) for scheme, value in named),
        stamp=Stamp(row["id"], row["created_at"], row["version"]),
        tree=board,
        answers=tuple(board.get("Answer", ())),
        problems=_problems(said, reply_to),
        elements=context.get("elements", {}),
        extent=extent_of(context.get("extent")),
        changes=context.get("changes", ""),
        request=context.get("request", {}),
    )
    original = Original(context["reply_to"], reply_to.payload, context["message"], reply_to.asked)
    return reply_to.adapter.reply(out, original, reply_to.profile)
