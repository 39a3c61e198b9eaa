"""Plain trees of the canonical classes, drawn at random."""

from typing import Any

from hypothesis import strategies as st

from broker.model.leaf import Canonical
from broker.model.packages import Field, fields_of

NUMBERS = st.from_regex(r"-?[0-9]{1,16}(\.[0-9]{1,6})?", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=8)
MOMENTS = st.from_regex(r"20[0-9]{2}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]Z?)?)?)?", fullmatch=True)
LEAVES = {
    "text": TEXTS,
    "number": NUMBERS,
    "moment": MOMENTS,
    "amount": st.fixed_dictionaries({"value": NUMBERS}, optional={"currency": TEXTS}),
    "measure": st.fixed_dictionaries({"value": NUMBERS}, optional={"unit": TEXTS}),
}


def trees(model: type[Canonical]) -> st.SearchStrategy[dict[str, Any]]:
    """Plain trees of a class: any few of its fields, at any depth."""
    fields = {name: _values(field) for name, field in fields_of(model).items()}
    few = st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)
    return few.flatmap(lambda names: st.fixed_dictionaries({n: fields[n] for n in names}))


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.kind != "class" or field.model is None:
        return LEAVES[field.kind]
    below = field.model
    one = st.deferred(lambda: trees(below))
    return st.lists(one, min_size=1, max_size=2) if field.repeats else one
