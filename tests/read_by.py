"""A file read by one format alone, with one profile, as the broker has files read."""

from functools import cache

from broker.adapter import Adapter, Profile, Translation, Use
from broker.formats import Uses, translate
from tests.adapters.conftest import load_profile

AS_SENT = "edifact-as-sent"


@cache
def envelopes() -> Profile:
    """The shipped profile of EDIFACT's envelopes."""
    return load_profile(AS_SENT)


def uses_by(adapter: Adapter, profile: Profile, envelope: Profile | None = None) -> Uses:
    """This format alone; `envelope`: what is tolerated there, if not as shipped."""
    syntax = adapter.syntax
    profiles = {syntax.name: envelope or envelopes()}
    return Uses((Use(adapter, profile),), (syntax,), profiles)


def read_by(
    adapter: Adapter, payload: bytes, profile: Profile, envelope: Profile | None = None
) -> Translation:
    """What this adapter makes of a file."""
    return translate(payload, uses_by(adapter, profile, envelope), adapter.format)
