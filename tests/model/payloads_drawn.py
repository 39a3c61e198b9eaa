"""Payloads of an agency's topic, drawn at random: what each subject's schema must hold."""

from typing import Any

from hypothesis import strategies as st

from broker.model.packages import PACKAGES
from tests.model.bodies import TEXTS, trees

BOARD, DOCUMENT, WITHDRAWAL = (
    "single_window.v1.Board",
    "single_window.v1.GoodsDeclarationDocument",
    "single_window.v1.Withdrawal",
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
EXPECTED = st.fixed_dictionaries({"answer_by": TEXTS, "silence": TEXTS})


def payloads(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads of this subject."""
    return st.fixed_dictionaries(_FIELDS[subject])


_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    BOARD: {"status": TEXTS, "version": NUMBERS, "board": trees(PACKAGES["board"])},
    WITHDRAWAL: {
        **dict.fromkeys(("dossier", "part", "purpose", "delivery"), st.text(max_size=80)),
        "withdrawn": st.just(True),
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
