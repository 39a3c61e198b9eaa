"""What is reported of files that are made to cost much is bounded, in number and in size."""

import inspect
import sys

import orjson
import pytest

from adapters.wire.xml import Positions, parse
from broker.adapter import Message, Translation, Unmapped
from broker.model.problem import (
    LISTING_MAX,
    NOWHERE,
    PLACE_MAX,
    WORDS_MAX,
    Place,
    Problem,
    as_json,
    cut,
    place_json,
)
from broker.model.unmapped import UNMAPPED_MAX
from tests import hostile
from tests.fuzz.cases import profiles_of
from tests.fuzz.seeds import configuration
from tests.read_by import read_by

PROBLEMS, PROBLEM_BYTES = 110, 200_000
VALUES = 20_000
SIZE = 3_000
"""More than any limit on problems, and quick."""
FORM_OF = {composer.__name__: form for composer, (form, _size) in hostile.COMPOSERS.items()}


def translated(form: str, payload: bytes, profile: str = "") -> tuple[Translation, list[Message]]:
    """What the adapter of a format makes of the bytes."""
    demands = configuration().profile_of(profile, form, "2026-11-02")
    translation = read_by(configuration().adapters[form], payload, demands)
    return translation, list(translation.messages)


@pytest.mark.parametrize("composer", hostile.COMPOSERS, ids=lambda one: one.__name__)
def test_problems_and_values_of_a_hostile_file_are_bounded(composer):
    """Per message there are at most 110 problems of 200 kB, and values that are cut."""
    form, _size = hostile.COMPOSERS[composer]
    payload = composer(SIZE, 7)
    for profile in profiles_of(form):
        translation, messages = translated(form, payload, profile)
        assert translation.problems or messages
        for problems in (translation.problems, *(message.problems for message in messages)):
            assert len(problems) <= PROBLEMS
            assert len(orjson.dumps([as_json(one) for one in problems])) <= PROBLEM_BYTES
        for message in messages:
            for draft in message.events:
                assert len(draft.unmapped) <= 10 * VALUES
                assert all(len(one.value) <= UNMAPPED_MAX for one in draft.unmapped)
                places = (place_json(one.place).values() for one in draft.unmapped)
                assert all(len(str(value)) <= PLACE_MAX for each in places for value in each)


@pytest.mark.parametrize("composer", hostile.COMPOSERS, ids=lambda one: one.__name__)
def test_a_hostile_file_can_be_had_again(composer):
    """The same size and seed compose the same bytes, and a larger size more of them."""
    assert composer(60, 1) == composer(60, 1)
    assert len(composer(6_000, 1)) > len(composer(60, 1))
    assert inspect.getdoc(composer)


@pytest.mark.parametrize("name", ["tags_beside", "tags_inside", "repeated", "postal_tags"])
def test_what_is_not_listed_is_counted(name):
    """The verdict knows of every finding: 25,000 of them, of which 100 are listed."""
    payload = getattr(hostile, name)(25_000, 3)
    _translation, (message,) = translated(FORM_OF[name], payload)
    more = message.problems[-1].text
    assert int(more.split(" ")[0]) >= 25_000 - 101
    assert message.verdict == "rejected"


def test_a_long_text_is_cut_and_its_length_is_stated():
    """Of 1,234 characters the beginning is shown, and that there are 1,234."""
    shown = cut("a" * 1_234, 100)
    assert len(shown) == 100
    assert shown.endswith("a... (1,234 characters)")
    assert cut("a" * 100, 100) == "a" * 100


def test_no_part_of_a_problem_a_place_or_a_value_is_unbounded():
    """Whoever makes one with a text of a megabyte gets one that is cut."""
    long = "x" * 1_000_000
    problem = Problem(
        "c.d", long, path=long, pointer=long, found=long, expected=long, hint=long,
        where=Place(xpath=long, json_pointer=long, segment=long, element=long, sheet=long),
    )  # fmt: skip
    shown = as_json(problem)
    assert len(shown["text"]) == len(shown["found"]) == LISTING_MAX
    assert len(shown["path"]) == len(shown["where"]["xpath"]) == PLACE_MAX
    assert len(shown["expected"]) == WORDS_MAX
    assert shown["hint"].endswith("x... (1,000,000 characters)")
    unmapped = Unmapped(NOWHERE, long, long)
    assert (len(unmapped.path), len(unmapped.value)) == (PLACE_MAX, UNMAPPED_MAX)


def test_a_long_xpath_says_how_long_it_is():
    """Names are cut at 100 characters, and a way of many such at 1,000."""
    name = "n" * 300
    element = parse((f"<{name}>" * 50 + f"</{name}>" * 50).encode())
    *_others, last = element.iter()
    path = Positions().xpath(last)
    assert len(path) <= PLACE_MAX
    assert path.endswith("... (5,050 characters)")


def calls(work, *names):
    """How many functions a work calls: all, or those of these names."""
    count = 0

    def called(frame, event, _argument):
        nonlocal count
        count += event == "call" and (not names or frame.f_code.co_name in names)

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_the_place_of_an_element_costs_nothing_of_what_stands_before_it():
    """Twice as many unknown elements in front of a declaration make no more work to report it."""
    work = []
    for size in (30_000, 30_000, 60_000):
        payload = hostile.tags_beside(size, 3)
        work.append(calls(lambda p=payload: translated(FORM_OF["tags_beside"], p)))
    assert work[1] == work[2]  # the first also fills what is read once


def test_an_empty_message_is_not_asked_for_what_persons_need():
    """Of 50 lists without persons, the demands on persons are looked at for none."""
    payload = hostile.messages_many(50, 1)
    form = FORM_OF["messages_many"]
    every = configuration().profile_of("paxlst-guide", form, "2026-11-02").constraints
    of_header = [one for one in every if one.path.count(".") == 1 or "." not in one.path]
    asked = calls(lambda: translated(form, payload, "paxlst-guide"), "_near_conditions")
    assert asked <= 50 * len(of_header) < 50 * len(every)


@pytest.mark.parametrize(
    "beside", ["", "<!-- <d/> -->", "<x>1</x>", "<![CDATA[<d/>]]>", "<?p <d/>?>"]
)
@pytest.mark.parametrize("prefix", ["", "p:"])
def test_a_rare_name_is_found_where_it_stands(beside, prefix):
    """With comments before it, with others of its name, and with a prefix: line and column."""
    lines = [f'<r xmlns:p="urn:p" xmlns:q="urn:p">{beside}', *["<c/>"] * 40, "<d/><q:d/>",
             f"<e><{prefix}d>1</{prefix}d></e> <{prefix}d a='1'/></r>"]  # fmt: skip
    payload = "\n".join(lines).encode()
    root = parse(payload)
    for found in list(root.iter("{*}d")) + list(root.iter("e")):
        positions = Positions(payload)
        place = positions.exact(found)
        assert place.line is not None
        tag = f"<{found.prefix + ':' if found.prefix else ''}{found.tag.rpartition('}')[2]}"
        assert lines[place.line - 1][place.column - 1 :].startswith(tag)
        for _ in range(20):  # beyond what is looked for by names
            positions.exact(root[0])
        assert positions.exact(found) == place
        assert Positions(payload).exact(found) == place


def test_siblings_are_numbered_in_any_order():
    """Ordinals, lines and columns are right for whichever element is asked about first."""
    text = (
        "<r>" + "".join(f"<a>{'<b/>' * (number % 3)}</a><c/>\n" for number in range(300)) + "</r>"
    )
    root = parse(text.encode())
    every = list(root)
    for order in (every, every[::-1], every[200:] + every[:200]):
        positions = Positions(text.encode())
        for child in order:
            place, number = positions.exact(child), every.index(child) // 2 + 1
            assert place.xpath == f"/r/{child.tag}[{number}]"
            line = text.split("\n")[number - 1]
            assert line[place.column - 1 :].startswith(f"<{child.tag}")
            assert place.line == number
