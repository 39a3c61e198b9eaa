"""What the maritime family brings in."""

from adapters.maritime.kinds import VISIT, family
from adapters.wire.xlsx import CONTENT_TYPE


def test_the_family_brings_two_forms_and_visits():
    """FAL 1 and FAL 5, one kind, a sample of each form."""
    brought = family()
    *forms, asked = brought.adapters
    assert [form.format for form in forms] == ["UK NMSW FAL 1", "UK NMSW FAL 5"]
    assert all(form.content_types == (CONTENT_TYPE,) for form in forms)
    assert asked.format == "request JSON 1 (maritime)"
    assert brought.kinds == (VISIT,)
    assert set(brought.samples) == {"fal1", "fal5"}
    assert brought.flawed is not None


def test_only_a_declaration_opens_a_visit():
    """CALL opens; the visit id is the broker's and joins anybody; the voyage is the party's own."""
    schemes = {scheme.name: scheme for scheme in VISIT.schemes}
    assert [name for name, scheme in schemes.items() if scheme.opens] == ["CALL"]
    assert (schemes["VISIT"].binds, schemes["VISIT"].joins) == (("broker",), True)
    assert (schemes["VOYAGE"].scope, schemes["VOYAGE"].newest) == ("party", True)
    assert [part.name for part in VISIT.parts] == ["FAL1", "FAL1-departure", "FAL5"]
    assert VISIT.names == "VISIT"
