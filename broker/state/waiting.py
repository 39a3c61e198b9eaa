"""What waits in the queue, subscription by subscription: the questions of the drain's rounds.

Neither reads more than it needs, however much one subscription has waiting: the index
`queue_waiting` leads from one subscription to the next, and to the oldest rows of each.
"""

from collections.abc import Sequence

from sqlalchemy import CTE, Select, String, bindparam, cast, func, select

from broker.state.tables import QUEUE


def _names() -> CTE:
    """The subscriptions that wait, and NULL."""
    waits = QUEUE.c.state == "waiting"
    first = select(func.min(QUEUE.c.subscription).label("name")).where(waits)
    names = first.cte("names", recursive=True)
    behind = select(func.min(QUEUE.c.subscription)).where(
        waits, QUEUE.c.subscription > names.c.name
    )
    return names.union_all(select(behind.scalar_subquery()).where(names.c.name.is_not(None)))


def _oldest() -> Select[str]:
    """The numbers of the oldest rows of each subscription that waits, as many as its `share`."""
    of_one = (
        select(cast(QUEUE.c.number, String).label("number"))
        .where(QUEUE.c.state == "waiting", QUEUE.c.subscription == _NAMES.c.name)
        .order_by(QUEUE.c.number)
        .limit(bindparam("share"))
        .correlate(_NAMES)
        .subquery()
    )
    joined = select(func.aggregate_strings(of_one.c.number, ","))
    return select(joined.correlate(_NAMES).scalar_subquery()).select_from(_NAMES).where(_WAITS)


_NAMES = _names()
_WAITS = _NAMES.c.name.is_not(None)
_OLDEST = _oldest()

NAMES = select(_NAMES.c.name).where(_WAITS).order_by(_NAMES.c.name)
"""The subscriptions that have a row without a number."""


def oldest_of(names: Sequence[str]) -> Select[str]:
    """Of each of these the numbers of its oldest `share` rows, with commas; NULL: it has none."""
    return _OLDEST.where(_NAMES.c.name.in_(names))
