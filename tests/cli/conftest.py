"""What the tests of the command line share: running a verb, and files to give it."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.cli.program import swb as program
from tests.broker_in_process import CONFIG, declaration


@pytest.fixture
def swb():
    """Run `swb` with arguments; the result has `exit_code`, `stdout` and `stderr`."""

    def run(*arguments, **more):
        result = CliRunner().invoke(program, [str(one) for one in arguments], **more)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def lodged(tmp_path) -> Path:
    """A valid declaration of two items: roses and a computer."""
    return written(tmp_path / "declaration.xml", declaration("QZ-CLI-1", "06031100", "84713000"))


@pytest.fixture
def broken(tmp_path) -> Path:
    """A declaration whose type does not exist."""
    content = declaration("QZ-CLI-2", "06031100", TypeCode="QQQ")
    return written(tmp_path / "broken.xml", content)


@pytest.fixture
def config(tmp_path) -> Path:
    """A copy of the sample state's configuration, to be changed."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def written(path: Path, content: bytes) -> Path:
    """The file with this content."""
    path.write_bytes(content)
    return path
