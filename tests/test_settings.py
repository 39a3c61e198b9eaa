"""The settings of a process, and the file that shows every one."""

import pytest
import yaml

from broker.errors import ConfigFault
from broker.settings import Settings, parse_settings, read_settings
from tests.broker_in_process import CONFIG

FILE = CONFIG / "broker.yaml"


def test_the_file_shows_every_setting_with_its_default():
    """It is the manual: what is not in it does not exist, what is in it is the default."""
    told = yaml.safe_load(FILE.read_text())
    assert set(told) == set(Settings.model_fields)
    assert parse_settings(told, FILE.name) == Settings()
    assert read_settings(FILE) == Settings()


def test_every_setting_has_a_line_of_prose():
    """In the model and above it in the file."""
    lines = FILE.read_text().splitlines()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        (at,) = [number for number, line in enumerate(lines) if line.startswith(f"{name}:")]
        assert lines[at - 1].startswith("#") or "#" in lines[at], name


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"port": 70000}, "port"),
        ({"port": "many"}, "port"),
        ({"log_level": "LOUD"}, "log_level"),
        ({"partitions": 0}, "partitions"),
        ({"body_bytes_max": 1}, "body_bytes_max"),
        (["a"], "broker.yaml"),
        ("words", "broker.yaml"),
    ],
)
def test_a_wrong_setting_is_named(told, named):
    """With the file, the setting, and what may stand there."""
    with pytest.raises(ConfigFault) as caught:
        parse_settings(told, "broker.yaml")
    assert named in str(caught.value)
    assert "broker.yaml" in str(caught.value)


def test_all_wrong_settings_are_told_at_once():
    """Nobody has to start twice to find the second."""
    with pytest.raises(ConfigFault) as caught:
        parse_settings({"colour": "red", "port": -1}, "broker.yaml")
    assert "colour" in str(caught.value)
    assert "port" in str(caught.value)
