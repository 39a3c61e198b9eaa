"""How far each subscription is, and whether a cursor is of its line.

The chain of a number is kept in its row, the newest in the subscription. What a reader claims to
have is compared with the row, inside the transaction that acts on it.
"""

from typing import NamedTuple

from sqlalchemy import Connection, select

from broker.model.line import ORIGIN, START, Cursor
from broker.state import queue
from broker.state.queue import Given
from broker.state.tables import QUEUE, SUBSCRIPTIONS


class Line(NamedTuple):
    """The newest number with its chain, how far it was given and acknowledged.

    `unproved`: up to this number a cursor without a chain is taken; such cursors were given before
    there were chains.
    """

    newest: Cursor = START
    given: int = 0
    acknowledged: int = 0
    unproved: int = 0


def line(connection: Connection, name: str, *, locked: bool = False) -> Line:
    """The line of a subscription, locked until the commit if asked for; a new one is empty."""
    query = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.name == name)
    if locked:
        query = query.with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        return Line()
    newest = Cursor(row.next_seq - 1, row.chain)
    return Line(newest, row.given, row.acknowledged, row.unproved)


def chain_at(connection: Connection, name: str, number: int) -> str:
    """The chain of a number; "": there is no such number on this line."""
    if number == 0:
        return ORIGIN
    query = select(QUEUE.c.chain).where(QUEUE.c.subscription == name, QUEUE.c.seq == number)
    return connection.execute(query).scalar_one_or_none() or ""


def is_of_line(connection: Connection, name: str, cursor: Cursor) -> bool:
    """Whether the number has this very chain here."""
    return bool(cursor.chain) and chain_at(connection, name, cursor.number) == cursor.chain


def is_numbered_so(connection: Connection, name: str, number: int, delivery: str) -> bool:
    """Whether this number is this delivery's: what tells lines apart where no chain is written."""
    query = select(QUEUE.c.id).where(QUEUE.c.subscription == name, QUEUE.c.seq == number)
    return connection.execute(query).scalar_one_or_none() == delivery


def owed(connection: Connection, name: str, limit: int) -> tuple[Cursor, list[Given]]:
    """What was confirmed last, and the oldest rows behind it, in order."""
    acknowledged = line(connection, name).acknowledged
    last = Cursor(acknowledged, chain_at(connection, name, acknowledged))
    return last, queue.read(connection, name, acknowledged, limit)


def confirm(connection: Connection, name: str, upto: Cursor, at: str) -> bool:
    """A channel that pushes has brought everything up to here; False: it was of another line."""
    line(connection, name, locked=True)
    if not is_of_line(connection, name, upto):
        return False
    queue.sent(connection, name, upto.number, at)
    return True
