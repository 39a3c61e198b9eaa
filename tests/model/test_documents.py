"""Documents, statements and references."""

from broker.model.documents import Amendment06A, Authentication61B, Pointer97A
from broker.model.packages import fields_of


def test_the_signature_is_sensitive():
    """What signs a declaration is seen by nobody without need."""
    assert fields_of(Authentication61B)["Authentication"].element.data == "sensitive"


def test_the_steps_of_a_pointer_are_matched_by_their_order():
    """The number in a step counts what is pointed at, so it names no step."""
    assert fields_of(Amendment06A)["Pointer"].element.keys == ()
    assert {f.element.data for f in fields_of(Pointer97A).values()} == {"public"}
