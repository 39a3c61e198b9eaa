"""Chains and cursors."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from broker.model.line import ORIGIN, START, Cursor, chained, cursor_of

CHAINS = st.binary(min_size=8, max_size=8).map(bytes.hex)


def test_a_chain_is_eight_bytes_of_the_hash_of_all_before_it():
    """Anybody can compute it from the chain before, the number and the delivery's id."""
    wanted = hashlib.sha256(bytes(8) + (1).to_bytes(8, "big") + b"d_1").hexdigest()[:16]
    assert chained(ORIGIN, 1, "d_1") == wanted
    assert START == (0, ORIGIN)


@given(CHAINS, st.integers(1, 2**62), st.text(max_size=40))
def test_another_past_number_or_delivery_gives_another_chain(before, number, delivery):
    """So a chain names everything that was numbered up to it."""
    chain = chained(before, number, delivery)
    other = f"{int(before, 16) ^ 1:016x}"
    assert chain not in {
        chained(other, number, delivery),
        chained(before, number + 1, delivery),
        chained(before, number, f"{delivery}x"),
    }


@given(st.integers(0, 10**18 - 1), st.just("") | CHAINS)
def test_a_cursor_is_read_as_it_is_written(number, chain):
    """With its chain, or without one as before there were chains."""
    cursor = Cursor(number, chain)
    assert cursor_of(str(cursor)) == cursor
