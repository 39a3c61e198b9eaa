"""What REFERENCE.md lists is what the code has."""

from tests.documentation.reference import TARGET, declared, written


def test_the_reference_is_as_it_is_generated():
    """REFERENCE.md is what `make reference` writes from the code as it is."""
    assert TARGET.read_text(encoding="utf-8") == written(), "run 'make reference'"


def test_every_code_is_declared_once_with_all_that_it_means():
    """No code has two meanings, none is without meaning, severity and what to do."""
    codes = declared()
    names = [one.code for one in codes]
    assert len(names) == len(set(names))
    assert all(all(one) and one.usual in {"error", "warning"} for one in codes)
