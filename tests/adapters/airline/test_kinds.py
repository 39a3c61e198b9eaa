"""The airline family as its entry point brings it in."""

from datetime import timedelta
from importlib.metadata import EntryPoint

from adapters.airline.kinds import FLIGHT
from broker.adapter import Family


def test_the_entry_point_names_the_family():
    """Lists come in with the kind of dossier they open, with samples, and with flawed ones."""
    brought = EntryPoint("airline", "adapters.airline:family", "single_window.families").load()()
    assert isinstance(brought, Family)
    assert [adapter.family for adapter in brought.adapters] == [
        "airline", "airline", "agency", "airline"
    ]  # fmt: skip
    assert brought.kinds == (FLIGHT,)
    assert set(brought.samples) == {"passengers", "pieces", "crew", "closed"}
    assert brought.flawed is not None


def test_a_flight_is_open_to_all_and_its_parts_have_owners():
    """Whoever names the flight finds it; passengers and crew are lodged apart."""
    scheme, number = FLIGHT.schemes
    assert (scheme.name, scheme.opens, scheme.joins, scheme.scope) == ("FLIGHT", True, True, "")
    assert scheme.binds == ("sender",)
    assert (number.name, number.opens, number.of_message, number.scope) == (
        "TN", False, True, "party",
    )  # fmt: skip
    assert [part.name for part in FLIGHT.parts] == ["passengers", "crew"]
    assert FLIGHT.complete_within == timedelta(minutes=30)
    assert FLIGHT.lacks is not None
