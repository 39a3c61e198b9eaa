"""The settings of a process, and the file that shows every one."""

import pytest
import yaml

from broker.errors import ConfigFault
from broker.settings import Secrets, Settings, overridden, parse_settings, read_settings
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


def test_the_environment_overrides_the_file():
    """`SWB_` and the setting's name in capitals; what belongs to nothing is somebody else's."""
    told = parse_settings({"port": 1, "source": "urn:file"}, "broker.yaml")
    changed = overridden(
        told,
        {"SWB_PORT": "9090", "SWB_OPERATORS": "duty-desk, night-desk", "SWB_WATCH_S": "0.5",
         "SWB_KAFKA_PREFIX": "qz.", "SWB_URL": "http://else", "SWB_KEY": "k", "PORT": "2"},
    )  # fmt: skip
    assert changed == told.model_copy(
        update={"port": 9090, "operators": ("duty-desk", "night-desk"), "watch_s": 0.5,
                "kafka_prefix": "qz."}
    )  # fmt: skip
    assert overridden(told, {"PATH": "/bin"}) is told


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SWB_PORT", "many"), ("SWB_PORT", ""), ("SWB_KAFKA_SASL", "GSSAPI"),
     ("SWB_KAFKA_PREFIX", "Qz"), ("SWB_WATCH_S", "0")],
)  # fmt: skip
def test_a_wrong_variable_is_named_without_what_it_holds(variable, value):
    """The setting, and that it came from the environment."""
    with pytest.raises(ConfigFault) as caught:
        overridden(Settings(), {variable: value})
    said = str(caught.value)
    assert said.startswith(f"the environment: {variable.removeprefix('SWB_').lower()}: ")
    assert not value or repr(value) not in said


def test_a_password_is_no_setting_and_shows_nothing_of_itself():
    """It can stand in no file of settings, and no text of the holder tells it."""
    secrets = Secrets(kafka_password="horse-battery", database_password="staple-word")
    assert "horse" not in repr(secrets) + str(secrets)
    assert "staple" not in f"{secrets!r}{secrets}"
    for name in ("kafka_password", "database_password"):
        assert name not in Settings.model_fields
        with pytest.raises(ConfigFault, match=name) as caught:
            parse_settings({name: "horse-battery"}, "broker.yaml")
        assert "horse" not in str(caught.value)
