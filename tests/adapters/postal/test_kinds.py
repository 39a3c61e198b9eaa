"""The postal family as its entry point brings it in."""

from datetime import timedelta
from importlib.metadata import EntryPoint

from adapters.postal.kinds import ITEM
from adapters.postal.sample_item import compose, compose_lines
from broker.adapter import Family
from broker.formats import choose


def test_the_entry_point_names_the_family():
    """Both formats come in together, with the kind they are about and composed traffic."""
    point = EntryPoint("postal", "adapters.postal:family", "single_window.families")
    brought = point.load()()
    assert isinstance(brought, Family)
    assert brought.name == "postal"
    assert [adapter.family for adapter in brought.adapters] == ["postal", "postal", "postal"]
    assert brought.kinds == (ITEM,)
    assert set(brought.samples) == {"itmatt", "items"}
    assert brought.flawed is not None
    assert set(brought.schemas) == {"application/json", "application/x-ndjson"}


def test_an_item_is_known_by_its_number_and_its_day():
    """A number is used again after a year, so a value has the day of posting behind it."""
    (scheme,) = ITEM.schemes
    assert (scheme.name, scheme.opens, scheme.dated) == ("S10", True, True)
    assert (scheme.binds, scheme.scope) == (("sender",), "")
    assert scheme.reuse_after == timedelta(days=365)
    assert [part.name for part in ITEM.parts] == [""]


def test_each_sample_is_recognised_as_its_own_format():
    """Of the two adapters the right one is chosen by the bytes alone."""
    point = EntryPoint("postal", "adapters.postal:family", "single_window.families")
    adapters = point.load()().adapters
    for payload, form in (
        (compose(items=2, number=1, seed=1), "UPU ITMATT V1"),
        (compose_lines(items=2, number=1, seed=1), "postal item JSON 1"),
    ):
        chosen = choose(adapters, payload)
        assert chosen is not None
        assert chosen[0].format == form
