"""Character sets: which there are, and what is written when one does not hold a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.edifact_charset import (
    codec_of,
    read_text,
    set_named,
    source_of,
    syntaxes,
    writable,
)


def test_every_syntax_identifier_has_a_codec_that_there_is():
    """UNOA to UNOL and UNOW to UNOY are known, each with its set."""
    wanted = {f"UNO{letter}" for letter in "ABCDEFGHIJKLWXY"} | {"IATA", "IATB", "SIRE"}
    assert set(syntaxes()["charsets"]) == wanted
    for syntax in wanted:
        assert "A".encode(codec_of(syntax))
    assert codec_of("XXXX") is None
    assert set_named("UNOC") == "UNOC (ISO 8859-1)"


@pytest.mark.parametrize(
    ("value", "syntax", "written"),
    [
        ("Jörg", "UNOC", "Jörg"),
        ("Jörg", "UNOB", "Joerg"),
        ("Jörg", "UNOA", "JOERG"),
        ("GROSS", "UNOA", "GROSS"),
        ("Groß", "UNOB", "GroSS"),
        ("Łódź", "UNOB", "Lodz"),
        ("Łódź", "UNOD", "Łódź"),
        ("Łódź", "UNOC", "Lódz"),
        ("ÅNGSTRÖM", "UNOA", "AANGSTROEM"),
        ("O\u2019NEIL", "UNOB", "O'NEIL"),
        ("José", "UNOB", "Jose"),
        ("Москва", "UNOE", "Москва"),
        ("Москва", "UNOB", "??????"),
        ("東京", "UNOW", "東京"),
        ("a\u00a0b", "UNOB", "a b"),
    ],
)
def test_what_a_set_does_not_hold_is_spelled_otherwise(value, syntax, written):
    """By Doc 9303, else without accents, else as a question mark; never an exception."""
    assert writable(value, syntax) == written


@given(
    st.text(st.characters(), max_size=20),
    st.sampled_from(["UNOA", "UNOB", "UNOC", "UNOE", "UNOW", "XXXX"]),
)
def test_whatever_is_spelled_can_be_written_and_stays_so(value, syntax):
    """The result fits the set, and spelling it again changes nothing."""
    written = writable(value, syntax)
    codec = codec_of(syntax) or "ascii"
    assert written.encode(codec).decode(codec) == written
    assert writable(written, syntax) == written


@given(st.binary(max_size=40), st.sampled_from(["ascii", "iso8859-7", "utf-8", None]))
def test_any_bytes_are_text_that_leads_back_to_them(raw, codec):
    """Reading never loses a byte: the codec that was used writes them again."""
    text, used = read_text(raw, codec)
    assert text.encode(used) == raw


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le", "utf-16"])
def test_wide_bytes_come_back_as_they_were(codec):
    """With and without a byte order mark, and each character is found at its byte."""
    text = "UNB+UNOY:4+Ł😀+B'"
    raw = text.encode(codec)
    source = source_of(raw)
    assert source.data.decode() == text
    assert source.restored(source.data) == raw
    at = source.place(source.data.index(b"B'"))
    assert raw[at:] == "B'".encode(source.codec)


def test_half_a_character_leaves_the_bytes_as_they_are():
    """What begins like two bytes a character and is not is read byte by byte."""
    raw = "UNB+".encode("utf-16-be") + b"\xd8"
    assert source_of(raw).data == raw
