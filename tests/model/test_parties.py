"""Whatever names or reaches a party is personal."""

import inspect

from broker.model import parties
from broker.model.leaf import Canonical
from broker.model.packages import fields_of

PUBLIC = {"RoleCode", "CategoryCode", "FunctionCode", "TypeCode", "CountryCode"}


def test_names_ids_and_addresses_are_personal():
    """Every leaf of a party is personal but its role, its kind and its country."""
    models = [
        model
        for _, model in inspect.getmembers(parties, inspect.isclass)
        if issubclass(model, Canonical) and model.__module__ == parties.__name__
    ]
    assert len(models) == 19
    for model in models:
        for name, field in fields_of(model).items():
            if field.kind != "class":
                expected = "public" if name in PUBLIC else "personal"
                assert field.element.data == expected, (model, name)
