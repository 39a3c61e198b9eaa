"""The tables on every backend: what their tests prove on one database in memory holds on all."""

import inspect
from types import ModuleType

import pytest

from tests.state import (
    test_aliases,
    test_configurations,
    test_delivered,
    test_dossiers,
    test_due,
    test_lines,
    test_outbox,
    test_parked,
    test_positions,
    test_queue,
    test_unfinished,
    test_unresolved,
)

MODULES = (
    test_aliases, test_configurations, test_delivered, test_dossiers, test_due, test_lines,
    test_outbox, test_parked, test_positions, test_queue, test_unfinished, test_unresolved,
)  # fmt: skip


def proofs(module: ModuleType):
    """The tests of a module that need nothing but a connection to an empty state."""
    for name, test in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("test_") and list(inspect.signature(test).parameters) == ["connection"]:
            yield pytest.param(test, id=f"{module.__name__.rpartition('.')[2]}:{name}")


PROOFS = [proof for module in MODULES for proof in proofs(module)]


@pytest.mark.parametrize("proof", PROOFS)
def test_each_table_does_the_same_on_every_backend(on_database, proof):
    """Inside one transaction, as the broker works."""

    async def run(database):
        await database.write(proof)

    on_database(run)


def test_each_module_has_proofs():
    """A module whose tests were rewritten for another fixture would otherwise prove nothing."""
    assert all(list(proofs(module)) for module in MODULES)
