"""The broker's own names: the same each time, read as people write them, with a check character."""

import hmac
import string

from hypothesis import given
from hypothesis import strategies as st

from broker.model.broker_names import (
    ALPHABET,
    CHARACTERS,
    check_character,
    name_of,
    read_name,
)

TEXTS = st.text(min_size=1, max_size=40)
NAMES = st.text(ALPHABET, min_size=CHARACTERS, max_size=CHARACTERS).map(
    lambda letters: letters + check_character(letters)
)
PLACES = st.integers(0, CHARACTERS)


def test_a_name_is_that_of_its_dossier_under_its_secret():
    """The bytes of HMAC-SHA-256(secret, "VISIT", dossier), the first 80 bits in base 32."""
    drawn = hmac.digest(b"secret", b"VISIT\0o_1", "sha256")
    number, letters = int.from_bytes(drawn[:10], "big"), ""
    for _ in range(CHARACTERS):
        number, digit = divmod(number, 32)
        letters = ALPHABET[digit] + letters
    assert name_of("secret", "VISIT", "o_1")[:-1] == letters


@given(TEXTS, TEXTS, TEXTS)
def test_the_same_dossier_has_the_same_name_and_another_has_another(secret, one, other):
    """A name is drawn from nothing: it says 80 bits, and differs by secret and by dossier."""
    name = name_of(secret, "VISIT", one)
    assert name == name_of(secret, "VISIT", one)
    assert len(name) == CHARACTERS + 1
    assert set(name) <= set(ALPHABET)
    assert (name == name_of(secret, "VISIT", other)) == (one == other)
    assert name != name_of(f"{secret}2", "VISIT", one)


@given(NAMES, st.data())
def test_a_name_is_read_in_either_case_with_o_i_and_l_and_with_hyphens(name, data):
    """However people copy it, it is the name."""
    said = "".join(data.draw(st.sampled_from(_written(one))) for one in name)
    at = data.draw(PLACES)
    assert read_name(f"{said[:at]}-{said[at:]} ") == name


def _written(letter):
    alike = {"0": "0Oo", "1": "1IiLl"}
    return alike.get(letter, letter + letter.lower())


@given(NAMES, PLACES, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_seen(name, at, wrong):
    """With another character anywhere, the check character too, the text is not a name."""
    changed = f"{name[:at]}{wrong}{name[at + 1 :]}"
    assert (changed == name) == (_is_name(changed))


@given(NAMES, PLACES, PLACES)
def test_two_exchanged_characters_are_seen(name, one, other):
    """Wherever both are, beside one another or not; unless they are the same."""
    letters = list(name)
    letters[one], letters[other] = letters[other], letters[one]
    assert ("".join(letters) == name) == _is_name("".join(letters))


def _is_name(text):
    """Whether it is read as a name in lower case too: any other text stays as it is."""
    return read_name(text.lower()) == text and check_character(text[:-1]) == text[-1]


@given(st.text(string.printable, max_size=30))
def test_any_other_text_stays_as_it_is(said):
    """A voyage number, an old name: it is looked up as it was given."""
    read = read_name(said)
    assert read == said or check_character(read[:-1]) == read[-1]
    assert read_name(read) == read
