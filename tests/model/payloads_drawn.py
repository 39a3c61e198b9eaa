"""Payloads of an agency's topic, drawn at random: what each subject's schema must hold."""

from typing import Any

from hypothesis import strategies as st

from broker.model.packages import PACKAGES
from tests.model.bodies import TEXTS, trees

BOARD, DOCUMENT, WITHDRAWAL, ANSWER_NOTICE, REQUEST, RESTART = (
    "single_window.v1.Board",
    "single_window.v1.GoodsDeclarationDocument",
    "single_window.v1.Withdrawal",
    "single_window.v1.AnswerNotice",
    "single_window.v1.Request",
    "single_window.v1.Restart",
)
DOCUMENTS = {
    DOCUMENT: "goods-declaration",
    "single_window.v1.PostalItemDocument": "postal-item",
    "single_window.v1.ConveyanceReportDocument": "conveyance-report",
    "single_window.v1.PersonsReportDocument": "persons-report",
}
"""Subjects of documents, and their packages."""
LISTS = st.lists(st.text(max_size=80), max_size=3)
NUMBERS = st.integers(0, 2**63 - 1)
MATCHED = st.fixed_dictionaries({"path": TEXTS, "checks": LISTS, "codes": LISTS})
EXPECTED = st.fixed_dictionaries(
    {"answer_by": TEXTS, "silence": TEXTS}, optional={"within_s": NUMBERS, "from": TEXTS}
)
EXTENT = st.fixed_dictionaries(
    {"declared": NUMBERS, "taken": NUMBERS, "left_out": NUMBERS, "not_confirmed": LISTS}
)
CHANGE = st.fixed_dictionaries(
    {"part": TEXTS, "path": TEXTS, "before": st.none() | TEXTS, "after": st.none() | TEXTS}
)
REASON = st.fixed_dictionaries({}, optional={"code": TEXTS, "text": TEXTS})
REMOVED = st.fixed_dictionaries({"path": TEXTS, "answered": TEXTS, "name": TEXTS})


def payloads(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads of this subject."""
    return st.fixed_dictionaries(_FIELDS[subject], optional=_OPTIONAL.get(subject, {}))


_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    BOARD: {"status": TEXTS, "version": NUMBERS, "board": trees(PACKAGES["board"])},
    WITHDRAWAL: {
        **dict.fromkeys(("dossier", "part", "purpose", "delivery"), st.text(max_size=80)),
        "withdrawn": st.just(True),
    },
    ANSWER_NOTICE: {
        **dict.fromkeys(("dossier", "part", "purpose", "delivery", "now"), TEXTS),
        "version": NUMBERS,
        "changed": LISTS,
        "gone": LISTS,
    },
    RESTART: {
        **dict.fromkeys(("subscription", "chain", "abandoned_chain"), TEXTS),
        **dict.fromkeys(("shared", "abandoned"), NUMBERS),
    },
    REQUEST: {
        **dict.fromkeys(("dossier", "type", "part", "purpose", "expires_at"), TEXTS),
        **dict.fromkeys(("request", "version"), NUMBERS),
        **dict.fromkeys(("rules", "because", "legal_basis"), LISTS),
        "decides": st.booleans(),
        "expects": st.just("nothing") | EXPECTED,
        "changes": st.lists(CHANGE, max_size=3),
        "reasons": st.lists(REASON, max_size=3),
    },
    **{
        subject: {
            **dict.fromkeys(("dossier", "document", "package", "part", "purpose"), TEXTS),
            "version": NUMBERS,
            "previous_version": st.none() | NUMBERS,
            **dict.fromkeys(("rules", "because", "legal_basis", "checks", "codes"), LISTS),
            "elements": st.just("whole") | st.lists(MATCHED, min_size=1, max_size=3),
            "expects": st.just("nothing") | EXPECTED,
            "body": trees(PACKAGES[package]),
        }
        for subject, package in DOCUMENTS.items()
    },
}

_OPTIONAL: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    WITHDRAWAL: {"expects": EXPECTED},
    ANSWER_NOTICE: {"since": TEXTS, "question": NUMBERS},
    **{
        subject: {"by": TEXTS, "list": EXTENT, "removed": st.lists(REMOVED, min_size=1, max_size=3)}
        for subject in DOCUMENTS
    },
}
"""What is left out of a payload where it says nothing."""
