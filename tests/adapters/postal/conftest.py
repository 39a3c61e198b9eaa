"""What the tests of postal formats may ask for: the shipped profiles."""

import pytest

from broker.adapter import Profile
from tests.adapters.conftest import load_profile


@pytest.fixture(scope="session")
def itmatt_profile() -> Profile:
    """The shipped profile of ITMATT."""
    return load_profile("upu-itmatt")


@pytest.fixture(scope="session")
def items_profile() -> Profile:
    """The shipped profile of the item push."""
    return load_profile("postal-items")
