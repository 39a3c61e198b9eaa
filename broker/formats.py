"""Which adapter reads which bytes, and which format."""

from collections.abc import Mapping

from broker.adapter import Adapter, Recognition
from broker.errors import ConfigFault


def choose(adapters: tuple[Adapter, ...], payload: bytes) -> tuple[Adapter, Recognition] | None:
    """The adapter that recognises the bytes with the highest certainty; the first of equals."""
    best: tuple[Adapter, Recognition] | None = None
    for adapter in adapters:
        recognition = adapter.recognises(payload)
        if recognition and (best is None or recognition.certainty > best[1].certainty):
            best = (adapter, recognition)
    return best


def adapter_of(adapters: Mapping[str, Adapter], form: str) -> Adapter | None:
    """The adapter of a format; None for "", which is none. ConfigFault: nothing reads it now."""
    if form and form not in adapters:
        raise ConfigFault(
            f"no installed adapter has the format {form!r} any more; install it, and start again"
        )
    return adapters.get(form)
