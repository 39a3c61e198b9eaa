"""Any bytes, to any adapter of any installed family: verdicts and problems, never an exception.

Longer and with other seeds: `make fuzz MINUTES=60`.
"""

import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.formats import choose
from tests.fuzz.cases import ON, SIZE_MAX, Case, kept, profiles_of
from tests.fuzz.mutations import NAMES, WHOLE, Step
from tests.fuzz.promises import held, remembered
from tests.fuzz.seeds import adapters, configuration, seeds_of

FORMS = sorted(adapters())
WORKBOOKS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTERS = bytes.maketrans(b"23456789", b"QWERTYUP")
"""What breaks every number, and leaves most counts of one."""
steady = settings(derandomize=True, database=None, suppress_health_check=list(HealthCheck))
steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(NAMES),
        st.integers(0, WHOLE - 1),
        st.integers(0, 255),
        st.integers(-1, 7),
    ),
    max_size=6,
).map(tuple)


def mutated(form: str) -> st.SearchStrategy[Case]:
    """Seeds of a format with a few steps."""
    return st.builds(
        Case,
        st.just(form),
        st.sampled_from(profiles_of(form)),
        st.sampled_from(seeds_of(form, SIZE_MAX)),
        steps,
    )


def examples(form: str, most: int) -> int:
    """How many: a workbook takes ten times as long as any text."""
    return most // 8 if WORKBOOKS in adapters()[form].content_types else most


@pytest.mark.parametrize("form", FORMS)
def test_bytes_out_of_nothing_get_verdicts(form):
    """Bytes that nobody wrote get a verdict or a problem of the envelope, and a reply."""

    @settings(steady, max_examples=examples(form, 120))
    @given(profile=st.sampled_from(profiles_of(form)), drawn=st.binary(max_size=300))
    def each(profile, drawn):
        Case(form, profile, f"bytes {drawn.hex()}").run(held)

    each()


@pytest.mark.parametrize("form", FORMS)
def test_mutated_messages_get_verdicts(form):
    """Samples and real messages, however they are broken, get verdicts, places and replies."""

    @settings(steady, max_examples=examples(form, 300))
    @given(case=mutated(form))
    def each(case):
        case.run(held)

    each()


@pytest.mark.parametrize("form", FORMS)
@settings(steady, max_examples=25)
@given(data=st.data())
def test_memory_is_bounded_by_the_bytes(form, data):
    """However a message is broken, translating it takes memory in proportion to its bytes."""
    data.draw(mutated(form)).run(remembered)


KINDS = [(family, kind) for family in configuration().families.values() for kind in family.samples]


@pytest.mark.parametrize("broken", [False, True], ids=["right", "broken"])
@pytest.mark.parametrize(("family", "kind"), KINDS, ids=lambda one: getattr(one, "name", one))
def test_work_grows_with_the_elements_and_no_faster(family, kind, broken):
    """Four times the elements take about four times the calls, also if every number is none."""

    def work(items: int) -> int:
        payload = family.samples[kind](items=items, number=1, seed=1)
        found = choose(family.adapters, payload)
        assert found
        form = found[0].format
        profile = configuration().profile_of(profiles_of(form)[0], form, ON)
        if broken and not payload.startswith(b"PK"):
            payload = payload.translate(LETTERS)
        return calls(lambda: held(found[0], profile, payload))

    work(1)  # caches of tables are filled
    assert work(40) <= 4 * work(10) * 1.5


def calls(act: Callable[[], None]) -> int:
    """How many functions are called, Python's own among them."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(called)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("case", kept(), ids=lambda case: f"{case.form}: {case.seed[:60]}")
def test_what_failed_once_does_not_fail_again(case, request):
    """Every case that a longer run has found holds all promises."""
    if not case.here:
        request.getfixturevalue("corpus")
    case.run(held)
    case.run(remembered)


def test_real_messages_are_among_the_seeds(corpus):
    """Of every format that the corpus has, real messages are mutated too, not samples alone."""
    real = {
        form
        for form in FORMS
        if any(name.startswith("corpus ") for name in seeds_of(form, SIZE_MAX))
    }
    assert real >= {"UK CDS WCO-DEC 3.6", "UK CDS WCO-RES 3.6", "UK NMSW FAL 1",
                    "WCO/IATA/ICAO PAXLST"}, corpus  # fmt: skip
