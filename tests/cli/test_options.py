"""Where the configuration is found, and what is said if it is not."""

import click
import pytest

from broker.cli import options
from broker.settings import Settings


def test_the_folder_named_goes_before_the_one_here(tmp_path, monkeypatch):
    """--config, then ./config, then the sample state's."""
    monkeypatch.chdir(tmp_path)
    sample = options.folder(None)
    assert (sample / "routes").is_dir()
    (tmp_path / "config").mkdir()
    assert options.folder(None).resolve() == tmp_path / "config"
    assert options.folder(tmp_path) == tmp_path


def test_settings_are_all_defaults_without_a_file(tmp_path):
    """A folder without broker.yaml means the defaults."""
    assert options.settings_of(tmp_path) == Settings()


def test_every_wrong_setting_is_told(tmp_path):
    """Each with its name, all at once."""
    (tmp_path / "broker.yaml").write_text("port: many\npartitions: 0\n")
    with pytest.raises(click.ClickException) as stopped:
        options.settings_of(tmp_path)
    assert stopped.value.exit_code == 1
    assert "broker.yaml:1: port:" in stopped.value.message
    assert "broker.yaml:2: partitions:" in stopped.value.message


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_usage(key):
    """Without a key nothing is asked of a broker."""
    with pytest.raises(click.ClickException) as stopped:
        options.key_given(key)
    assert stopped.value.exit_code == 2
    assert options.key_given("swb_x") == "swb_x"
