"""What is known of a part besides its documents and answers: the codes that deciders have given."""

from broker.core.effects import Making
from broker.core.rules import Rules
from broker.dossiers.folded import with_fact


def record_codes(making: Making, rules: Rules) -> None:
    """The native codes of an answer, where its purpose moves the state of its part."""
    event, dossier = making.event, making.dossier
    for answer in making.answers.values():
        code = answer.content.get("NativeCode")
        if answer.event != event.id or not code:
            continue
        lodged = dossier.live.get(answer.part) or dossier.gone.get(answer.part)
        table = rules.table_of(lodged.profile if lodged else "", event.received_at)
        if answer.purpose not in table.decided_by:
            continue
        making.dossier = with_fact(making.dossier, answer.part, f"code:{code}")
        for status in answer.content.get("ProcessingStatus", ()):
            if finer := status.get("NameCode"):
                making.dossier = with_fact(making.dossier, answer.part, f"code:{code}/{finer}")
