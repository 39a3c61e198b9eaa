"""What every test may ask for: the corpus of real messages that lies beside the checkout."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real messages; absent: skipped with the reason, in CI a failure."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        reason = "the corpus folder ../shared/corpus is not beside this checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
