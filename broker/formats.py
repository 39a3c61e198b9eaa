"""Which format reads which bytes: what somebody may use, and the file that they sent.

A file is of one syntax. The syntax finds the messages in it, and for each of them the format that
reads it, among those that its sender may use. What they may not use is refused by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from broker.adapter import Adapter, Profile, Recognition, Syntax, Translation, Use
from broker.errors import ConfigFault
from broker.model.problem import NOWHERE, Problem

NO_PROFILE = Profile("", "", "")

Usable = Mapping[str, Profile]
"""By name of a format that somebody may use: the profile that holds for them, the empty one where
they have none; and by name of a syntax: theirs of it."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What somebody may send, with every syntax that is installed, so that any file has a name."""

    formats: tuple[Use, ...]
    syntaxes: tuple[Syntax, ...]
    profiles: Mapping[str, Profile]

    @property
    def names(self) -> str:
        """The formats, for a sentence."""
        return ", ".join(use.adapter.format for use in self.formats)


def uses_of(adapters: Mapping[str, Adapter], usable: Usable) -> Uses:
    """What `usable` means where these adapters are installed."""
    return Uses(
        tuple(Use(one, usable[form]) for form, one in adapters.items() if form in usable),
        syntaxes_of(adapters.values()),
        usable,
    )


def syntaxes_of(adapters: Iterable[Adapter]) -> tuple[Syntax, ...]:
    """The syntaxes of these adapters, each once."""
    found = {adapter.syntax.name: adapter.syntax for adapter in adapters}
    return tuple(found.values())


def choose(adapters: Iterable[Adapter], payload: bytes) -> tuple[Adapter, Recognition] | None:
    """The adapter that recognises the bytes with the highest certainty; the first of equals."""
    best: tuple[Adapter, Recognition] | None = None
    for adapter in adapters:
        recognition = adapter.recognises(payload)
        if recognition and (best is None or recognition.certainty > best[1].certainty):
            best = (adapter, recognition)
    return best


def chosen_use(uses: Sequence[Use], payload: bytes) -> Use | None:
    """The use whose format recognises the bytes best."""
    chosen = choose((use.adapter for use in uses), payload)
    return next((use for use in uses if chosen and use.adapter is chosen[0]), None)


def translate(payload: bytes, uses: Uses, taken_for: str = "") -> Translation:
    """Every message of a file by the format that reads it; or the problem that none does.

    `taken_for`: the format that was recognised at the door; it is not looked for again.
    """
    known = next((use for use in uses.formats if use.adapter.format == taken_for), None)
    first = known or chosen_use(uses.formats, payload)
    if first is None:
        return Translation((_unrecognised(payload, uses),), iter(()))
    syntax = first.adapter.syntax
    others = (use for use in uses.formats if use.adapter.syntax is syntax and use is not first)
    return syntax.translate(payload, (first, *others), uses.profiles.get(syntax.name, NO_PROFILE))


def adapter_of(adapters: Mapping[str, Adapter], form: str) -> Adapter | None:
    """The adapter of a format; None for "", which is none. ConfigFault: nothing reads it now."""
    if form and form not in adapters:
        raise ConfigFault(
            f"no installed adapter has the format {form!r} any more; install it, and start again"
        )
    return adapters.get(form)


def _unrecognised(payload: bytes, uses: Uses) -> Problem:
    """The broker lists what the sender may send: no adapter knows that."""
    seen = (syntax.describe(payload) for syntax in uses.syntaxes)
    sight = next((sight for sight in seen if sight), None)
    what = f"the file is {sight.words}" if sight else "the syntax of the file is not known"
    return Problem(
        code="submission.format-unknown",
        text=f"{what}: it is in none of the formats that you may send",
        where=sight.place if sight else NOWHERE,
        found=sight.words if sight else None,
        expected=f"one of: {uses.names}",
        hint="compare the file with a sample: 'swb sample'",
    )
