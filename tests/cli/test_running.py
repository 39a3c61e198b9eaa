"""`swb check`, and how `swb serve` refuses to start."""

import pytest
import yaml

from broker.cli.running import announced
from broker.settings import Settings
from tests.broker_in_process import CONFIG
from tests.conformance.conftest import of_url


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


def test_a_broker_says_where_its_data_is_whoever_reads_it(tmp_path, monkeypatch):
    """The path is absolute: the line is read elsewhere; on a cluster the servers are named."""
    monkeypatch.chdir(tmp_path)
    said = announced("http://127.0.0.1:1", Settings(data_directory="kept/data"), "all")
    assert said == f"listening on http://127.0.0.1:1, data in {tmp_path}/kept/data; Ctrl-C ends it"
    cluster = Settings(kafka_bootstrap="kafka:9092", database_url="postgresql://swb@db/swb")
    assert ", role core on kafka:9092;" in announced("http://127.0.0.1:1", cluster, "core")


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


def test_a_role_needs_a_cluster(swb, config):
    """On the embedded log everything is one process; the sentence says what to set."""
    result = swb("serve", "core", "--config", config, "--port", 0)
    assert result.exit_code != 0
    assert "role 'core' needs a cluster: set kafka_bootstrap and database_url" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "'nobody' is not one of"),
        (["core", "--family", "customs"], "--family is for the role translation"),
        (["translation", "--recipient", "customs"], "--recipient is for the role delivery"),
    ],
)
def test_a_role_that_is_none_or_is_given_what_is_not_its_own_is_usage(swb, config, arguments, said):
    """Refused before anything is opened."""
    result = swb("serve", *arguments, "--config", config)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("variable", "value"), [("SWB_KAFKA_BOOTSTRAP", "nowhere:1"), ("SWB_DATABASE_URL", "x")]
)
def test_half_a_cluster_does_not_start(swb, config, monkeypatch, variable, value):
    """The log's server without the state's, or the other way round."""
    monkeypatch.setenv(variable, value)
    result = swb("serve", "--config", config, "--port", 0)
    assert result.exit_code != 0
    assert "kafka_bootstrap and database_url go together" in result.stderr


def test_the_tables_are_upgraded_once(swb, config, postgres, monkeypatch):
    """The first time it says so, the second time that there was nothing to do."""
    settings, told = of_url(postgres.create())
    monkeypatch.setenv("SWB_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SWB_DATABASE_PASSWORD", told.database_password)
    said = [swb("database", "upgrade", "--config", config) for _ in range(2)]
    assert [one.exit_code for one in said] == [0, 0], said
    assert [one.stdout for one in said] == [
        "the tables are up to date now\n", "the tables were up to date\n"
    ]  # fmt: skip


def test_passwords_come_from_files_or_the_environment(swb, config, postgres, monkeypatch, tmp_path):
    """A file with a line end will do; one that cannot be read is named."""
    settings, told = of_url(postgres.create())
    file = tmp_path / "password"
    file.write_text(f"{told.database_password}\n")
    monkeypatch.setenv("SWB_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SWB_DATABASE_PASSWORD_FILE", str(file))
    assert swb("database", "upgrade", "--config", config).exit_code == 0
    file.unlink()
    result = swb("database", "upgrade", "--config", config)
    assert result.exit_code != 0
    assert f"the password file {str(file)!r} cannot be read" in result.stderr


def test_the_embedded_tables_need_no_upgrade(swb, config):
    """There is no server; the state brings itself up to date."""
    result = swb("database", "upgrade", "--config", config)
    assert result.exit_code == 2
    assert "database_url is empty" in result.stderr
