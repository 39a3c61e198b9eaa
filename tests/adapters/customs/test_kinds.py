"""The customs family as its entry point brings it in."""

from datetime import timedelta
from importlib.metadata import EntryPoint

from adapters.customs.kinds import DECLARATION, family
from broker.adapter import Family


def test_the_entry_point_names_the_family():
    """Declarations and the responses to them come in together, with the kind they are about."""
    point = EntryPoint("customs", "adapters.customs:family", "single_window.families")
    brought = point.load()()
    assert isinstance(brought, Family)
    assert brought == family() or brought.name == "customs"
    assert [adapter.family for adapter in brought.adapters] == ["customs", "agency", "customs"]
    assert brought.kinds == (DECLARATION,)
    assert list(brought.samples) == ["declaration"]


def test_an_lrn_opens_within_a_party_and_an_mrn_never_opens():
    """A declarant's reference is his own for a year; customs' number names one thing of all."""
    schemes = {scheme.name: scheme for scheme in DECLARATION.schemes}
    assert schemes["LRN"].opens
    assert (schemes["LRN"].binds, schemes["LRN"].scope) == (("sender",), "party")
    assert schemes["LRN"].reuse_after == timedelta(days=365)
    assert not schemes["MRN"].opens
    assert (schemes["MRN"].binds, schemes["MRN"].scope) == (("agency",), "")
