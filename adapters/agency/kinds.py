"""What the agency family brings in: its adapter. Answers open no dossier, so there is no kind."""

from adapters.agency.answer_json import AnswerJson
from adapters.agency.answer_schema import published
from broker.adapter import Family


def family() -> Family:
    """The family as its entry point names it."""
    return Family(
        "agency", (AnswerJson(),), schemas={kind: published() for kind in AnswerJson.content_types}
    )
