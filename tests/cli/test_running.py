"""`swb check`, and how `swb serve` refuses to start."""

import json
import shutil
from contextlib import closing

import pytest
import yaml

from broker.cli.running import announced
from broker.eventlog.embedded import SqliteFile
from broker.settings import Settings
from broker.state.database import EmbeddedDatabase
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
    assert f"{config}/senders/pebble-imports.yaml:1:8: syntax: cannot be read as YAML" in said
    assert "routes/firearms.yaml" in said
    assert "nobody-here" in said
    assert "broker.yaml:1: port:" in said
    assert "broker.yaml:2: colour:" in said
    assert "findings" in said.splitlines()[-1]


def test_a_file_that_is_no_text_is_a_finding(swb, config):
    """Bytes that are no UTF-8 are told like any other fault of a file."""
    (config / "views" / "wildlife-items.yaml").write_bytes(b"\xff\xfe\x00")
    (config / "broker.yaml").write_bytes(b"\xff\xfe\x00")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    for name in ("views/wildlife-items.yaml", "broker.yaml"):
        assert f"{config}/{name}:1:1: encoding: is written in UTF-16; save it as" in result.stdout


def test_an_operator_may_not_have_a_senders_name(swb, config):
    """A name means one thing."""
    (config / "broker.yaml").write_text("operators: [customs]\n")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    assert "broker.yaml:1: operators: customs" in result.stdout


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


CANNOT_WORK = (
    # what is written into which file, and what is then told, after the folder's name
    ("broker.yaml", "operators: []\n", "broker.yaml:1: operators: no operator is named"),
    ("broker.yaml", "port: 1\nkafka_bootstrap: k:9092\n",
     "broker.yaml:2: kafka_bootstrap: database_url is empty; kafka_bootstrap and database_url go"),
    ("broker.yaml", "port: 1\nport: 2\n",
     "broker.yaml:2:1: key: the key 'port' occurs twice, on lines 1 and 2; remove one"),
    ("broker.yml", "port: 1\n", "broker.yml: file: is not read; files here are broker.yaml"),
    ("senders/new.yaml", "name: new-one\ntitle: t\nparty: p-new\nfamilies: [rail]\n",
     "senders/new.yaml:4: families[0]: family 'rail' is not installed; install it, or take it"),
    ("recipients/new.yaml", "title: t\nname: new-one\n",
     "recipients/new.yaml:2: name: no row of routes/ names 'new-one'; write one"),
    ("codelists/new.yaml", "name: a\ncodes:\n  0603: cut flowers\n",
     "codelists/new.yaml:3:3: unquoted: 0603 is read as the number 387; write '0603' in quotes"),
    ("views/new.yaml", "name: a\n  title: b\n",
     "views/new.yaml:2:8: syntax: cannot be read as YAML: mapping values are not allowed"),
)  # fmt: skip


@pytest.mark.parametrize(("file", "text", "said"), CANNOT_WORK)
def test_what_cannot_work_is_told_with_file_and_line(swb, config, file, text, said):
    """Each is a finding that says where it is, what was found and what to do; exit 1."""
    (config / file).write_text(text)
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    assert f"{config}/{said}" in result.stdout
    assert swb("keys", "issue", "duty-desk", "--config", config).exit_code == 1


def test_a_folder_that_is_not_a_configuration_is_one_finding(swb, tmp_path):
    """Neither all is well, nor a finding for each of its files."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "letter.yaml").write_text("dear: all")
    result = swb("check", "--config", tmp_path)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{tmp_path}/.: folder: is not a configuration, which has senders")
    assert len(lines) == 2


def test_a_variable_of_the_environment_is_told_as_such(swb, config, monkeypatch):
    """It stands in no file of the folder."""
    monkeypatch.setenv("SWB_OPERATORS", " , ")
    result = swb("check", "--config", config)
    assert result.exit_code == 1
    assert result.stdout.startswith("the environment: operators: no operator is named")


def test_a_backup_is_restored_by_putting_it_into_an_empty_folder(swb, config, tmp_path):
    """Made beside a process that works on the folder; what was in force is in force again."""
    data, copy, restored = tmp_path / "data", tmp_path / "copy.sqlite", tmp_path / "restored"
    place = ("--config", config, "--data", data)
    assert swb("keys", "issue", "customs", *place).exit_code == 0
    with closing(SqliteFile(data)):
        result = swb("backup", copy, *place)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{copy}: 0 submissions, {copy.stat().st_size:,} bytes\n"
    restored.mkdir()
    copy.rename(restored / "broker.sqlite")
    shown = swb("keys", "list", "--json", "--config", config, "--data", restored)
    assert [row["name"] for row in json.loads(shown.stdout)] == ["customs"]


def test_a_backup_that_cannot_be_made_is_told_in_a_sentence(swb, config, tmp_path, monkeypatch):
    """No data there; a file that is there; a cluster, whose database has its own tools."""
    place = ("--config", config, "--data", tmp_path)
    result = swb("backup", tmp_path / "copy", *place)
    assert result.exit_code == 3
    assert "holds no broker's data; name it with --data" in result.stderr
    monkeypatch.setenv("SWB_DATABASE_URL", "postgresql://swb@db/swb")
    result = swb("backup", tmp_path / "copy", *place)
    assert result.exit_code == 2
    assert "pg_dump" in result.stderr
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_without_its_log_does_not_start(swb, config, tmp_path):
    """`swb serve` says what it holds, and which option goes on in spite of that."""
    copy = tmp_path / "copy"
    copy.mkdir()
    with closing(SqliteFile(tmp_path / "data")) as file:
        EmbeddedDatabase(file)
        shutil.copy(tmp_path / "data" / "broker.sqlite", copy)
    result = swb("serve", "--config", config, "--data", copy, "--port", 0)
    assert result.exit_code == 3
    assert "holds 0 submissions" in result.stderr
    assert "--accept-loss" in result.stderr


def test_what_a_start_may_do_is_asked_for_by_options(swb, config, tmp_path, monkeypatch):
    """Neither is permitted unless it is given, and each is one thing; the account is named."""
    begun = []

    async def run(process, listening):
        del listening
        begun.append(process.permitted)

    monkeypatch.setattr("broker.serve.serve", run)
    for options in ((), ("--force-config",), ("--roll-back",)):
        result = swb("serve", "--config", config, "--data", tmp_path, *options)
        assert result.exit_code == 0, result.output
    found = [(one.leaves_out, one.rolls_back) for one in begun]
    assert found == [(False, False), (True, False), (False, True)]
    assert all(one.who for one in begun)
