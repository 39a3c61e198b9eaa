"""The broker's own names of dossiers: visit ids. Who knows one may join the dossier.

    7Z3K9QX0M2T8B4VNM   80 bits in base 32 (Crockford), 16 characters, and a check character

Rules
    A name is an HMAC of the dossier's id under a secret of the database: the same however often and
    by whichever process the dossier is opened, and after a restore; and not to be computed from
    what is public.
    It is read in either case, with O as 0 and I and L as 1, and without the hyphens and blanks that
    people put in. A text that is not a name, by its check character too, is taken as it was given:
    it is looked up like any other, and means nothing.
    The check character is of the same alphabet (Crockford's own needs five more symbols, which
    shells and workbooks change). It is the sum over GF(32) of each character times a power of the
    field's generator, so every single wrong character and every two exchanged ones are seen.
"""

import base64
import hmac
from functools import reduce
from operator import xor

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS, CHARACTERS = 80, 16
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}
_AS_RFC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_WRITTEN = str.maketrans(_AS_RFC, ALPHABET)
_READ = str.maketrans("OIL", "011", "- ")
_MODULUS = 0b100101
"""x^5 + x^2 + 1, which is primitive: powers of x are 31 different weights."""


def name_of(secret: str, scheme: str, dossier: str) -> str:
    """The broker's name of a dossier in this scheme."""
    said = f"{scheme}\0{dossier}".encode()
    drawn = hmac.digest(secret.encode(), said, "sha256")[: BITS // 8]
    letters = base64.b32encode(drawn).decode().translate(_WRITTEN)
    return letters + check_character(letters)


def read_name(said: str) -> str:
    """The name as the broker writes it; any other text stays as it is."""
    name = said.upper().translate(_READ)
    if len(name) != CHARACTERS + 1 or not set(name) <= set(ALPHABET):
        return said
    return name if check_character(name[:-1]) == name[-1] else said


def check_character(letters: str) -> str:
    """The character that follows these."""
    weighted = (_times_power(_VALUES[one], at) for at, one in enumerate(letters, 1))
    return ALPHABET[reduce(xor, weighted, 0)]


def _times_power(value: int, exponent: int) -> int:
    """A value of GF(32) times x to this power."""
    for _ in range(exponent):
        value <<= 1
        if value & 0b100000:
            value ^= _MODULUS
    return value
