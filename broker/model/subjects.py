"""Subjects: the Avro schema of each type of payload that an agency's topic carries.

A subject is named as its record (a topic carries several). Its schema is generated from the
canonical model, and kept as a version by `python -m broker.delivery.schemas` (see `kept`).

Rules
    A record is a class of the model, of the same name; it is defined where it first occurs and
    named afterwards. `doc` holds its WCO identifier and representation, `data` the data class.
    Leaves are strings, as in the model. What a view passes may hold any of them: every field has
    a default, null or no elements. A view cuts and coarsens, so one schema serves all views.
    Around the body stand the fields of `broker.replies.payloads`, of the same names. Those that
    identify a delivery have no default: they are never taken away.
    Avro has one type where JSON has a word: `json` on a field is what the JSON payload says where
    Avro has the default. `elements` null is "whole", `expects` null is "nothing". A field with a
    default and no `json` is left out of the JSON payload.
What does not belong
    Bytes (`avro`), and whether a new version may follow the old ones (`compatibility`).
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from broker.model.leaf import Canonical, Element
from broker.model.packages import PACKAGES, Field, fields_of

NAMESPACE: Final = "single_window.v1"

Schema = Any
"""An Avro schema as its JSON: a name, a union as a list, or a mapping."""

NOT_DOCUMENTS = frozenset({"answer", "board", "request"})
"""Packages that are told as boards or as requests, never delivered as documents."""


def subject_of(what: str, about: str = "") -> str:
    """The subject of a queue's row: `document` (of a package), `notice` (of a type), and others.

    Raises KeyError for what no topic carries.
    """
    if what == "notice":
        known = (one for one in (ANSWER, SUBSCRIPTION) if about.startswith(f"{one}."))
        about = next(known, "")
    return _NAMES[what, "" if what in {"board", "request"} else about]


@cache
def subjects() -> Mapping[str, Schema]:
    """The schema of each subject, as the models are today."""
    made = {
        ("board", ""): _board(),
        ("request", ""): _request(),
        ("notice", ""): _withdrawal(),
        ("notice", ANSWER): _answer_notice(),
        ("notice", SUBSCRIPTION): _restart(),
    }
    made |= {("document", name): _document(PACKAGES[name]) for name in _documents()}
    return MappingProxyType({_NAMES[what]: schema for what, schema in made.items()})


def _documents() -> tuple[str, ...]:
    return tuple(name for name in PACKAGES if name not in NOT_DOCUMENTS)


ANSWER: Final = "answer"
"""Notices about an agency's own answer, whose types begin so."""
SUBSCRIPTION: Final = "subscription"
"""Notices about the numbers of a subscription themselves."""

_NAMES: Mapping[tuple[str, str], str] = {
    ("notice", ""): f"{NAMESPACE}.Withdrawal",
    ("notice", ANSWER): f"{NAMESPACE}.AnswerNotice",
    ("notice", SUBSCRIPTION): f"{NAMESPACE}.Restart",
    ("board", ""): f"{NAMESPACE}.Board",
    ("request", ""): f"{NAMESPACE}.Request",
    **{
        ("document", name): f"{NAMESPACE}.{PACKAGES[name].__name__}Document"
        for name in _documents()
    },
}


def _document(body: type[Canonical]) -> Schema:
    """`payloads.document`: a view of one version of a document."""
    matched = _record("MatchedElement", "an element the recipient is entitled to", [
        _always("path"), _listed("checks"), _listed("codes"),
    ])  # fmt: skip
    listed = _record("ListExtent", "how much of the declarant's list the document holds", [
        *(_always(name, "long") for name in ("declared", "taken", "left_out")),
        _listed("not_confirmed"),
    ])  # fmt: skip
    removed = _record("RemovedElement", "an element that had an adverse answer and is gone", [
        _always("path"), _always("answered"), _always("name"),
    ])  # fmt: skip
    fields = [
        *(_always(name) for name in ("dossier", "document", "package", "part")),
        _always("version", "long"),
        _field("previous_version", ["null", "long"], json=None),
        _always("purpose"),
        *(_listed(name) for name in ("rules", "because", "legal_basis", "checks", "codes")),
        _field("elements", ["null", {"type": "array", "items": matched}], json="whole"),
        _field("expects", ["null", _expected()], json="nothing"),
        _field("by", ["null", "string"]),
        _field("list", ["null", listed]),
        _field("removed", _array(removed)),
        _always("body", _class(body, {})),
    ]
    return _subject(f"{body.__name__}Document", "a document as its recipient may see it", fields)


def _expected() -> Schema:
    """`payloads.expected`: `answer_by` is "" while silence is not counted yet."""
    return _record("ExpectedAnswer", "the recipient is expected to answer", [
        _always("answer_by"), _always("silence"),
        _field("within_s", ["null", "long"]), _field("from", ["null", "string"]),
    ])  # fmt: skip


def _answer_notice() -> Schema:
    """`payloads.unsettled`, `payloads.unacknowledged`: what became of an answer."""
    fields = [
        *(_always(name) for name in ("dossier", "part", "purpose")),
        _always("version", "long"),
        _always("delivery"),
        _listed("changed"),
        _listed("gone"),
        _always("now"),
        _field("since", ["null", "string"]),
        _field("question", ["null", "long"]),
    ]
    return _subject("AnswerNotice", "what became of an answer of the recipient", fields)


def _restart() -> Schema:
    """`topic.restart`: the numbers that follow belong to another line."""
    fields = [
        _always("subscription"),
        _always("shared", "long"),
        _always("chain"),
        _always("abandoned", "long"),
        _always("abandoned_chain"),
    ]
    return _subject("Restart", "the numbers that follow belong to another line", fields)


def _withdrawal() -> Schema:
    """`payloads.withdrawal`: what was sent is no longer the recipient's concern."""
    fields = [
        _always("dossier"),
        _always("withdrawn", "boolean"),
        *(_always(name) for name in ("part", "purpose", "delivery")),
        _field("expects", ["null", _expected()]),
    ]
    return _subject("Withdrawal", "what was sent is no longer the recipient's concern", fields)


def _request() -> Schema:
    """`payloads.request`: what a declarant asks for, as the recipient may see it."""
    change = _record("RequestedChange", "a leaf that would change; null: it is added, or goes", [
        _always("part"), _always("path"),
        _field("before", ["null", "string"], json=None),
        _field("after", ["null", "string"], json=None),
    ])  # fmt: skip
    reason = _record("RequestReason", "why the declarant asks", [
        _field("code", ["null", "string"]), _field("text", ["null", "string"]),
    ])  # fmt: skip
    fields = [
        _always("dossier"),
        _always("request", "long"),
        *(_always(name) for name in ("type", "part")),
        _always("version", "long"),
        _always("purpose"),
        *(_listed(name) for name in ("rules", "because", "legal_basis")),
        _always("decides", "boolean"),
        _field("expects", ["null", _expected()], json="nothing"),
        _always("expires_at"),
        _field("question", ["null", "long"]),
        _field("changes", _array(change), json=[]),
        _field("reasons", _array(reason), json=[]),
    ]
    return _subject("Request", "what a declarant asks for, as the recipient may see it", fields)


def _board() -> Schema:
    """`payloads.board`: the overall status and the answers that the view lets through."""
    fields = [
        _always("status"),
        _always("version", "long"),
        _always("board", _class(PACKAGES["board"], {})),
    ]
    return _subject("Board", "the overall status and the answers the view lets through", fields)


def _subject(name: str, doc: str, fields: list[Schema]) -> Schema:
    head = {"type": "record", "name": name, "namespace": NAMESPACE, "doc": doc}
    return {**head, "fields": fields}


def _record(name: str, doc: str, fields: list[Schema]) -> Schema:
    said = {"doc": doc} if doc else {}
    return {"type": "record", "name": name, **said, "fields": fields}


def _always(name: str, kind: Schema = "string") -> Schema:
    """A field that every payload has."""
    return {"name": name, "type": kind}


def _listed(name: str) -> Schema:
    """A list of texts that every payload has, if empty."""
    return {"name": name, "type": _array("string"), "default": [], "json": []}


def _field(name: str, kind: Schema, **more: Any) -> Schema:
    return {"name": name, "type": kind, "default": [] if isinstance(kind, dict) else None, **more}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


Defined = dict[str, type[Canonical]]
"""The classes a schema has defined so far, by their names."""


def _class(model: type[Canonical], defined: Defined) -> Schema:
    """The record of a class where it first occurs, its name afterwards."""
    name = model.__name__
    if name in defined:
        assert defined[name] is model, f"two classes of the model are called {name}"
        return name
    defined[name] = model
    doc = f"WCO {model.WCO}" if model.WCO else ""
    return _record(name, doc, [_of(field, defined) for field in fields_of(model).values()])


def _pair(model: type[Canonical], defined: Defined) -> Schema:
    """An amount or a measure: a view may pass one half of it."""
    name = model.__name__
    if name in defined:
        return name
    defined[name] = model
    return _record(name, "", [_field(half, ["null", "string"]) for half in model.model_fields])


def _of(field: Field, defined: Defined) -> Schema:
    """A field of a class."""
    kind: Schema = "string"
    if field.model is not None:
        kind = (_class if field.kind == "class" else _pair)(field.model, defined)
    shape = _array(kind) if field.repeats else ["null", kind]
    return _field(field.name, shape, **_said(field.element, field.kind))


def _said(element: Element, kind: str) -> dict[str, str]:
    """What the standard says of a leaf, and how it is classed."""
    if kind == "class":
        return {}
    words = [f"WCO {element.wco}"] if element.wco else []
    words += [element.format] if element.format else []
    return {**({"doc": ", ".join(words)} if words else {}), "data": element.data}
