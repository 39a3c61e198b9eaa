"""Damage done to bytes at random places, for tests that any bytes give verdicts."""

from hypothesis import strategies as st

Change = tuple[int, int, bytes]
"""Where, what (put in, exchange, cut out, cut off), and with which bytes."""

CHANGES = st.lists(
    st.tuples(st.integers(0, 100_000), st.integers(0, 3), st.binary(max_size=6)), max_size=5
)


def damaged(payload: bytes, changes: list[Change]) -> bytes:
    """The bytes after these changes, one by one."""
    for place, what, new in changes:
        at = place % max(len(payload), 1)
        cut = (0, len(new), 3, len(payload))[what]
        payload = payload[:at] + new + payload[at + cut :]
    return payload
