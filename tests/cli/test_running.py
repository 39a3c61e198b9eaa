"""`swb check`, and how `swb serve` refuses to start."""

import yaml

from broker.settings import Settings
from tests.broker_in_process import CONFIG


def test_the_sample_configuration_checks(swb):
    """The checked-in configuration holds together, and its tests pass."""
    result = swb("check", "--config", CONFIG)
    assert result.exit_code == 0, result.stdout
    assert "rules" in result.stdout
    assert "tests: all is well" in result.stdout


def test_broker_yaml_shows_every_setting_with_its_default():
    """The checked-in file is the manual: each setting, its default, and a line of prose above."""
    text = (CONFIG / "broker.yaml").read_text()
    shown = yaml.safe_load(text)
    wanted = {
        name: list(field.default) if isinstance(field.default, tuple) else field.default
        for name, field in Settings.model_fields.items()
    }
    assert shown == wanted
    assert list(shown) == list(wanted)
    lines = text.splitlines()
    for name, field in Settings.model_fields.items():
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{name}:"))
        prose = lines[at - 1].removeprefix("# ").removesuffix(".")
        assert prose.lower() == (field.description or "").lower()


def test_every_finding_is_told_with_file_and_place(swb, config):
    """All that is wrong is told at once; exit 1."""
    (config / "senders" / "pebble-imports.yaml").write_text("name: [")
    rules = config / "routes" / "firearms.yaml"
    rules.write_text(rules.read_text().replace("recipient: firearms", "recipient: nobody-here", 1))
    (config / "broker.yaml").write_text("port: 99999\ncolour: blue\n")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    said = result.stdout
    assert f"{config}/senders/pebble-imports.yaml: line 1: is no YAML" in said
    assert "routes/firearms.yaml" in said
    assert "nobody-here" in said
    assert "broker.yaml: port:" in said
    assert "broker.yaml: colour:" in said
    assert "findings" in said.splitlines()[-1]


def test_a_file_that_is_no_text_is_a_finding(swb, config):
    """Bytes that are no UTF-8 are told like any other fault of a file."""
    (config / "views" / "wildlife-items.yaml").write_bytes(b"\xff\xfe\x00")
    (config / "broker.yaml").write_bytes(b"\xff\xfe\x00")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    assert "views/wildlife-items.yaml: file: is no YAML" in result.stdout
    assert "broker.yaml: it is no YAML" in result.stdout


def test_an_operator_may_not_have_a_senders_name(swb, config):
    """A name means one thing."""
    (config / "broker.yaml").write_text("operators: [customs]\n")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    assert "broker.yaml: operators: customs" in result.stdout


def test_nothing_starts_with_a_configuration_that_does_not_check(swb, config, tmp_path):
    """`swb serve` prints the findings and ends with 1; no data folder is made."""
    (config / "recipients" / "customs.yaml").unlink()
    result = swb("serve", "--config", config, "--data", tmp_path / "data", "--port", 0)
    assert result.exit_code == 1
    assert "the configuration has" in result.stderr
    assert "customs" in result.stderr
    assert not (tmp_path / "data").exists()
