"""The line of a subscription: which history of numbers a number belongs to.

Rules
    Each number has a chain: 8 bytes of SHA-256 over the chain before it (8 bytes), the number (8
    bytes, the highest first) and the delivery's id. So a chain names everything numbered up to it,
    and a database that was set back cannot take a number of the lost line for its own. The same
    deliveries numbered again in the same order are the same line.
    A cursor is `c16-<chain>`. `c16` is of the time before chains; `c0` names nothing.
"""

import hashlib
from typing import NamedTuple

CHAIN_BYTES = 8
ORIGIN = "00" * CHAIN_BYTES
"""The chain before the first number, in every subscription."""
DIGITS_MAX = 18
"""Numbers have 64 bits on every database."""


class Cursor(NamedTuple):
    """A number, and the chain that proves its line; "": none, of the time before chains."""

    number: int
    chain: str

    def __str__(self) -> str:
        """As readers are given it."""
        return f"c{self.number}-{self.chain}" if self.chain else f"c{self.number}"


START = Cursor(0, ORIGIN)
"""Before the first number."""


def chained(before: str, number: int, delivery: str) -> str:
    """The chain of a number: hexadecimal, of the chain before it and the delivery's id."""
    hasher = hashlib.sha256(bytes.fromhex(before))
    hasher.update(number.to_bytes(8, "big"))
    hasher.update(delivery.encode())
    return hasher.digest()[:CHAIN_BYTES].hex()


def cursor_of(text: str) -> Cursor | None:
    """The cursor that a reader gives; None: it has not the form of one."""
    digits, dash, chain = text.removeprefix("c").partition("-")
    if not text.startswith("c") or not (digits.isascii() and digits.isdigit()):
        return None
    if dash and (len(chain) != len(ORIGIN) or not set(chain) <= set("0123456789abcdef")):
        return None
    return Cursor(int(digits[:DIGITS_MAX]), chain)
