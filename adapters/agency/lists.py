"""The lists of an answer in JSON, as a table: what an agency states, and each of its members.

member     what it states                 members of an element (a string is its text)
reasons    why, for agencies              code, text, path
wanted     documents                      type, id, text, until, path
conditions of a release                   text
payments   to be paid or reserved         path, type, amount, assessed, deducted, reference,
                                          method, due, bank, account, guarantee
limits     times                          code, until, text, path
remarks    words for the declarant        code, text, path
errors     what the declarant corrects    code, text, path
"""

from collections.abc import Mapping
from typing import Any

from adapters.agency.reading import Reader, canonical_path
from adapters.wire.json import child
from broker.adapter import Path, Tree

AMOUNT, MOMENT = "amount", "moment"
Part = tuple[str, int | str]
"""Canonical name, and the length of a text, or what else it is."""

_WORDS: dict[str, Part] = {"code": ("Code", 35), "text": ("Text", 512), "path": ("Path", 512)}
_STATED: dict[str, Part] = {**_WORDS, "code": ("Code", 17)}
LISTS: tuple[tuple[str, str, Mapping[str, Part]], ...] = (
    ("reasons", "Reason", _WORDS),
    (
        "wanted",
        "WantedDocument",
        {"type": ("TypeCode", 17), "id": ("ID", 70), "text": ("Text", 512),
         "until": ("LimitDateTime", MOMENT), "path": ("Path", 512)},
    ),
    ("conditions", "Condition", {"text": ("Text", 512)}),
    (
        "payments",
        "Payment",
        {"path": ("Path", 512), "type": ("TypeCode", 3), "amount": ("PaymentAmount", AMOUNT),
         "assessed": ("AssessedAmount", AMOUNT), "deducted": ("DeductAmount", AMOUNT),
         "reference": ("ReferenceID", 35), "method": ("MethodCode", 3),
         "due": ("DueDateTime", MOMENT), "bank": ("BankID", 17), "account": ("AccountID", 35),
         "guarantee": ("Guarantee", 35)},
    ),
    ("limits", "Limit", {**_STATED, "until": ("DateTime", MOMENT)}),
    ("remarks", "Remark", _STATED),
    ("errors", "Error", _WORDS),
)  # fmt: skip
"""Member, canonical class, and the members of its elements."""

MEMBERS = tuple(member for member, _, _ in LISTS)


def lists_of(reader: Reader, members: Mapping[str, Any], pointer: str, path: Path) -> Tree:
    """All lists of one answer; what is empty is left out."""
    found = {
        name: _list(reader, members[member], f"{pointer}/{member}", f"{path}.{name}", parts)
        for member, name, parts in LISTS
        if member in members
    }
    return {name: elements for name, elements in found.items() if elements}


def _list(
    reader: Reader, value: Any, pointer: str, path: Path, parts: Mapping[str, Part]
) -> list[Tree]:
    found: list[Tree] = []
    for number, here, each in reader.listed(value, pointer):
        tree: Tree = {}
        at = f"{path}[#{number}]"
        if isinstance(each, str) and "text" in parts:
            if text := reader.text(each, here, f"{at}.Text", 512):
                tree["Text"] = text
        else:
            for member, part in reader.members(each, here, tuple(parts)).items():
                tree |= _part(reader, part, (child(here, member), at), parts[member])
        found.append(tree)
    return found


def _part(reader: Reader, value: Any, place: tuple[str, Path], part: Part) -> Tree:
    """One member under its canonical name; {} if it is wrong."""
    (pointer, at), (name, what) = place, part
    path = f"{at}.{name}"
    if what == AMOUNT:
        return reader.amount(value, pointer, path)
    if isinstance(what, str):
        text = reader.moment(value, pointer, path)
    elif name == "Guarantee":
        text = reader.text(value, pointer, f"{path}[#1].ReferenceID", what)
        return {name: [{"ReferenceID": text}]} if text else {}
    else:
        text = reader.text(value, pointer, path, what)
    if not text:
        return {}
    return {name: canonical_path(text) if name == "Path" else text}
