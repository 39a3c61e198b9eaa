"""Who is shown a version that was made, and who is told that a part was taken back."""

from broker.core.effects import Making
from broker.core.joined import yield_to
from broker.core.removed import obey, return_answers
from broker.core.routed import rejudge_wide, route, withdraw
from broker.core.rules import Rules
from broker.dossiers.folded import Folded
from broker.model.dossier import Dossier


def route_applied(before: Dossier, making: Making, folded: Folded, rules: Rules) -> frozenset[str]:
    """Route the live version that an event made, or withdraw what it took back.

    The parts of others that yield to it are withdrawn: their names.
    """
    yielded: frozenset[str] = frozenset()
    document = folded.document
    if folded.taken:
        gone = {one.part: before.live[one.part].version for one in folded.taken}
        withdraw(making, gone, rules)
        if folded.dossier.live:
            rejudge_wide(making, rules)
    elif document is not None:
        obey(making, before.live.get(document.part), rules)
        return_answers(making, document)
        route(making, document, before.live.get(document.part), rules)
        yielded = yield_to(making, document, rules)
        rejudge_wide(making, rules)
    return yielded
