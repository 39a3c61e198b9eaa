"""Composed calls: valid, consistent, repeatable; flawed ones have the defect they say."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.maritime.kinds import family
from adapters.maritime.sample_visit import compose_fal1, compose_fal5, flawed
from adapters.maritime.values import has_check_digit
from broker.formats import choose
from broker.model.problem import rejects
from tests.adapters.conftest import load_profile

PROFILES = {
    profile.format: profile
    for profile in (load_profile("uk-nmsw-fal1"), load_profile("uk-nmsw-fal5"))
}
CALLS = {
    "items": st.integers(1, 30), "number": st.integers(0, 10**6), "seed": st.integers(-9, 10**6),
}  # fmt: skip


def message_of(payload: bytes):
    choice = choose(family().adapters, payload)
    assert choice is not None
    adapter = choice[0]
    (message,) = adapter.translate(payload, PROFILES[adapter.format]).messages
    (draft,) = message.events
    return message, draft


@given(**CALLS)
def test_declaration_and_list_are_right_and_belong_together(items, number, seed):
    """Both are accepted without a word, name one voyage, and count the same crew."""
    declared, declaration = message_of(compose_fal1(items=items, number=number, seed=seed))
    listed, crew = message_of(compose_fal5(items=items, number=number, seed=seed))
    assert (declared.problems, listed.problems) == ((), ())
    ship = declaration.body["BorderTransportMeans"]
    assert has_check_digit(ship["ID"])
    assert ship["ID"].startswith("00")
    assert ship["CrewQuantity"]["value"] == str(len(crew.body["BorderTransportMeans"]["Crew"]))
    assert ("VOYAGE", crew.body["FunctionalReferenceID"]) in [
        (one.scheme, one.value) for one in declaration.references
    ]


def test_the_same_choice_gives_the_same_bytes_and_another_another():
    """Repeatable by seed and number; no two calls have the same reference."""
    made = [compose_fal1(items=2, number=number, seed=seed) for number in (1, 2) for seed in (1, 2)]
    assert made[0] == compose_fal1(items=2, number=1, seed=1)
    assert len(set(made)) == 4
    calls = {message_of(one)[1].references[0].value for one in made}
    assert len(calls) == 4


@given(**CALLS)
def test_a_flawed_one_has_an_error(items, number, seed):
    """Every defect is found, and said in words; the same seed gives the same."""
    payload, words = flawed(items=items, number=number, seed=seed)
    message, _draft = message_of(payload)
    assert rejects(message.problems)
    assert words
    assert flawed(items=items, number=number, seed=seed) == (payload, words)
