"""What a run is made of: small instructions, drawn by Hypothesis, which any run may leave out.

A move says what is done and by whom in numbers that count from what is there when it is its turn:
so each move is possible after any others, and smaller numbers are plainer moves.
"""

from typing import NamedTuple

from hypothesis import strategies as st


class Move(NamedTuple):
    """One instruction: `who`, `what` and `how` are numbers; `leaves`: which leaf, and its value.

    wish       who: whose part (more than there are: another party); what: what is done; how: what
               the message holds; leaves: what an amendment names
    again      what: which of what happened before; how: 0 the event itself, 1 its message under
               a new id, 2 and as one that is older than what is in force
    answer     who: which agency about which of its deliveries; what: about which of its elements,
               0 the whole; how: with what
    correct    who: likewise; what: which delivery it names; how: what it answers besides; leaves:
               what it changes
    end        who: likewise; how: 0 as a whole, else only in part
    decide     who: which agency; what: which request; how: named in which way, and decided how
    grant      what: which request all grant; how: 0; else the last of them refuses
    take_back  who: 0 its own party; what: which request
    wait       how: how long
    """

    does: str
    who: int = 0
    what: int = 0
    how: int = 0
    leaves: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"Move({', '.join(map(repr, self))})"


_LEAF = st.one_of(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9))
LEAVES = st.lists(
    st.tuples(_LEAF, st.sampled_from([1, 1, 2, 0])), max_size=3, unique_by=lambda one: one[0]
).map(tuple)
_ELEMENTS = st.sampled_from([0, 0, 0, 1, 2, 3])
_SMALL, _NONE = st.integers(0, 7), st.just(0)


def _moves(does: str, *numbers: st.SearchStrategy[int], leaves=st.just(())):  # noqa: B008
    return st.builds(Move, st.just(does), *numbers, leaves)


_DRAWN = {
    "wish": (9, _moves("wish", _SMALL, _SMALL, _SMALL, leaves=LEAVES)),
    "answer": (6, _moves("answer", _SMALL, _ELEMENTS, st.integers(0, 15))),
    "decide": (7, _moves("decide", _SMALL, st.integers(0, 3), st.integers(0, 19))),
    "grant": (3, _moves("grant", _NONE, st.integers(0, 2), st.sampled_from([0, 0, 1]))),
    "again": (2, _moves("again", _NONE, _SMALL, st.integers(0, 2))),
    "take_back": (1, _moves("take_back", st.integers(0, 2), st.integers(0, 3), _NONE)),
    "wait": (1, _moves("wait", _NONE, _NONE, st.integers(0, 3))),
    "correct": (3, _moves("correct", st.integers(0, 3), st.integers(0, 2), st.integers(0, 3),
                          leaves=LEAVES)),
    "end": (1, _moves("end", st.integers(0, 3), _NONE, st.sampled_from([0, 0, 0, 1]))),
}  # fmt: skip
"""How often each is drawn."""


_RACE = st.tuples(_LEAF, st.integers(0, 1), st.booleans()).map(
    lambda drawn: (
        Move("wish", 0, 0, 0, ((drawn[0], 1),)),
        Move("correct", drawn[1], 0, 0, ((drawn[0], 1 + drawn[2]),)),
    )
)
"""An amendment is asked for, and an agency corrects the same."""


def runs() -> st.SearchStrategy[list[Move]]:
    """Runs of up to some thirty moves: singly, or as one often follows another."""
    answer, wish, decide, grant, back, correct, end = (
        _DRAWN[does][1]
        for does in ("answer", "wish", "decide", "grant", "take_back", "correct", "end")
    )
    rare = [
        _RACE, st.tuples(wish, correct, grant), st.tuples(correct, wish), st.tuples(wish, end),
    ]  # fmt: skip
    single = [st.tuples(one) for weight, one in _DRAWN.values() for _ in range(weight)]
    usual = [
        st.tuples(wish, grant), st.tuples(answer, wish, grant),
        st.tuples(wish, back), st.tuples(answer, wish, answer), st.tuples(wish, decide, decide),
    ]  # fmt: skip
    several = st.lists(st.one_of(*single, *usual, *usual, *usual, *rare), max_size=10)
    return st.tuples(several, several, several).map(
        lambda parts: [move for part in parts for moves in part for move in moves]
    )
