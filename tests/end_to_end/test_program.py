"""The program as its users have it: a broker that runs, and every verb that talks to one."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import sleep

import pytest
from click.testing import CliRunner

from broker.cli.program import swb as program
from tests.broker_in_process import CONFIG, OPERATOR, SENDER, declaration
from tests.limits import HANG_S, tries
from tests.said import cursor_of

SWB = Path(sys.executable).parent / "swb"
MRN = "26QZ00000000000042"
WAIT = f"{HANG_S:g}"
"""For what comes: the verb ends as soon as it is there."""


def swb(*arguments, **environment):
    """Run a verb in this process; nothing of the environment leads to another broker."""
    given = {"SWB_URL": None, "SWB_KEY": None, **environment}
    result = CliRunner().invoke(program, [str(one) for one in arguments], env=given)
    assert "Traceback" not in result.output
    return result


class Running:
    """A process of `swb serve`, its URL, and everybody's keys."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.keys = {OPERATOR: swb("keys", "issue", OPERATOR, "--data", data).stdout.strip()}
        self.process = subprocess.Popen(
            [SWB, "serve", "--config", CONFIG, "--data", data, "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean(),
        )  # fmt: skip
        watch = threading.Timer(HANG_S, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        found = re.match(r"listening on (http://127\.0\.0\.1:\d+), data in ", line)
        assert found, (line, self.process.stderr.read() if not line else "")
        self.url = found[1]
        for name in (SENDER, "customs", "plant-health"):
            self.keys[name] = self.run("keys", "issue", name).stdout.strip()

    def run(self, *arguments, who=OPERATOR):
        """Run a verb with somebody's key."""
        return swb(*arguments, SWB_URL=self.url, SWB_KEY=self.keys[who])

    def events(self, who, wanted=1):
        """What somebody's feed gives, as soon as there is this much."""
        for _ in tries(f"{who} is given {wanted} events"):
            result = self.run("feed", "--json", "--wait", "5", who=who)
            assert result.exit_code == 0, result.output
            found = [json.loads(line) for line in result.stdout.splitlines()]
            if len(found) >= wanted:
                return found
        raise AssertionError

    def stop(self):
        """End it as an operator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(HANG_S)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.process.stderr.close()


def clean():
    """The environment without what would lead to another broker."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SWB_")}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One broker for all tests of this file, ended cleanly."""
    broker = Running(tmp_path_factory.mktemp("broker") / "data")
    yield broker
    assert broker.stop() == 0


@pytest.fixture
def lodged(tmp_path):
    """Write a declaration of roses under this LRN."""

    def write(lrn, **changes):
        file = tmp_path / f"{lrn}.xml"
        file.write_bytes(declaration(lrn, "06031100", **changes))
        return file

    return write


def test_a_terminal_that_goes_away_ends_nothing(tmp_path):
    """SIGHUP is a line in the log; the broker goes on, and ends on SIGTERM as ever."""
    broker = Running(tmp_path / "data")
    broker.process.send_signal(signal.SIGHUP)
    watch = threading.Timer(HANG_S, broker.process.kill)
    watch.start()
    events = (json.loads(line)["event"] for line in broker.process.stderr)
    assert "serve.hangup" in events
    watch.cancel()
    assert broker.run("keys", "list").exit_code == 0
    assert broker.stop() == 0


def test_submit_waits_for_the_verdict(running, lodged):
    """The receipt and, with --wait, verdict and outcome; exit 0."""
    result = running.run("submit", lodged("QZ-E2E-1"), "--wait", WAIT, who=SENDER)
    assert result.exit_code == 0, result.output
    assert re.search(r"QZ-E2E-1\.xml: s_\w+, received 20", result.stdout)
    assert "message 1, QZ-E2E-1: accepted" in result.stdout
    assert "put: applied" in result.stdout


def test_submit_of_a_rejected_file_ends_with_one(running, lodged):
    """The problems are shown with their places; exit 1."""
    file = lodged("QZ-E2E-2", TypeCode="QQQ")
    result = running.run("submit", file, "--wait", WAIT, who=SENDER)
    assert result.exit_code == 1
    assert "wco.declaration.type-unknown" in result.stdout
    assert "xpath /md:MetaData/Declaration/TypeCode" in result.stdout


def test_a_second_submission_with_the_same_key_is_the_first(running, lodged):
    """The receipt is given again; other bytes under the key are refused with 1."""
    first = running.run("submit", lodged("QZ-E2E-3"), "--json", "--idempotency-key", "once",
                        who=SENDER)  # fmt: skip
    again = running.run("submit", lodged("QZ-E2E-3"), "--json", "--idempotency-key", "once",
                        who=SENDER)  # fmt: skip
    other = running.run("submit", lodged("QZ-E2E-4"), "--idempotency-key", "once", who=SENDER)
    assert json.loads(first.stdout)["submission"] == json.loads(again.stdout)["submission"]
    assert other.exit_code == 1
    assert "use a new key" in other.stderr


def test_the_road_of_a_declaration(running, lodged, tmp_path):
    """Feed, raw bytes, the trace as text and as JSON: what a user sees of one declaration."""
    said = running.run("submit", lodged("QZ-E2E-5"), "--json", "--wait", WAIT, who=SENDER).stdout
    submission = json.loads(said)["submission"]
    given = [one for one in running.events("plant-health") if one.get("data", {}).get("body")]
    assert given[-1]["data"]["purpose"] == "phytosanitary-control"
    raw = tmp_path / "raw"
    read = running.run("feed", "--raw", raw, who=SENDER)
    assert read.exit_code == 0
    assert "<Response>" in read.stdout
    assert "acknowledges and reads on" in read.stderr
    assert any(path.read_bytes().startswith(b"<?xml") for path in raw.glob("*.xml"))
    text = running.run("trace", "LRN=QZ-E2E-5").stdout
    told = (
        "recipients", "law: International Plant Protection", "withheld: ", "not entitled",
        "failed; saw '06031100'", "board, version 1: waiting",
    )  # fmt: skip
    for words in told:
        assert words in text
    road = json.loads(running.run("trace", submission, "--json").stdout)
    assert road["found"] == "submission"
    assert "body" not in road["dossiers"][0]["documents"][0]
    road = json.loads(running.run("trace", submission, "--json", "--bodies").stdout)
    assert road["dossiers"][0]["documents"][0]["body"]["TypeCode"] == "IMA"


def test_a_cursor_acknowledges_what_came_before(running, lodged):
    """Reading without a cursor keeps everything; with one, it is settled."""
    running.run("submit", lodged("QZ-E2E-6"), "--wait", WAIT, who=SENDER)
    first = running.events("customs")
    assert running.events("customs")[0]["id"] == first[0]["id"]
    cursor = cursor_of(first[0])
    assert running.run("feed", "--cursor", cursor, who="customs").exit_code == 0
    assert first[0]["id"] not in {one["id"] for one in running.events("customs")}
    plain = running.run("feed", "--cursor", "c99999", who="customs")
    assert plain.exit_code == 2
    assert "does not say to which line" in plain.stderr
    other = running.run("feed", "--cursor", "c99999-0123456789abcdef", who="customs")
    assert other.exit_code == 1
    assert "belongs to another line" in other.stderr


def test_nothing_is_parked_where_nothing_fails(running):
    """An empty list is told in words; an unknown id is usage."""
    listed = running.run("parked", "list")
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "nothing is parked" in listed.stderr
    for verb in (("show",), ("resume", "--why", "x"), ("discard", "--why", "x")):
        result = running.run("parked", verb[0], "p_absent", *verb[1:])
        assert result.exit_code == 2
        assert "nothing is parked under 'p_absent'" in result.stderr


def test_keys_are_issued_listed_and_revoked(running):
    """A key is printed alone, so that a script can take it; revoked, it is unknown."""
    made = running.run("keys", "issue", "statistics")
    assert made.exit_code == 0
    assert re.fullmatch(r"swb_[\w-]{43}\n", made.stdout)
    assert "shown once" in made.stderr
    assert re.search(r"statistics +\w{12}  issued .*  in force", running.run("keys", "list").stdout)
    running.keys["statistics"] = made.stdout.strip()
    assert running.run("feed", who="statistics").exit_code == 0
    assert running.run("keys", "revoke", "statistics").exit_code == 0
    gone = running.run("feed", who="statistics")
    assert gone.exit_code == 2
    assert "the key is unknown" in gone.stderr
    assert "SWB_KEY" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "who", "code", "words"),
    [
        (("trace", "QZ-NOBODY"), OPERATOR, 2, "names no submission"),
        (("trace", "QZ-E2E-1"), SENDER, 2, "may not do this"),
        (("keys", "issue", "stranger"), OPERATOR, 2, "known: animal-health"),
        (("submit", "FILE", "--content-type", "text/plain"), SENDER, 1, "use one of"),
        (("submit", "FILE"), "customs", 2, "may not do this"),
        (("feed",), OPERATOR, 2, "may not do this"),
    ],
)
def test_what_a_broker_refuses_is_told_in_a_sentence(running, lodged, arguments, who, code, words):
    """The broker's own sentence, a hint, and the exit code."""
    file = str(lodged("QZ-E2E-9"))
    result = running.run(*(file if one == "FILE" else one for one in arguments), who=who)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stdout == ""


def test_a_data_folder_in_use_is_told_so(running):
    """Neither a second broker nor keys without an address get into a folder that is in use."""
    second = swb("serve", "--config", CONFIG, "--data", running.data, "--port", 0)
    assert second.exit_code == 3
    assert "in use by another broker" in second.stderr
    keys = swb("keys", "list", "--data", running.data)
    assert keys.exit_code == 3
    assert "--url" in keys.stderr


def test_a_port_in_use_is_told_so(tmp_path):
    """One sentence and exit 3, instead of a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = swb("serve", "--config", CONFIG, "--data", tmp_path / "data", "--port", port)
    assert result.exit_code == 3
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr


def test_following_a_feed_ends_with_the_user(running, lodged):
    """--follow prints what comes until Ctrl-C, which is no failure."""
    environment = {**clean(), "SWB_URL": running.url, "SWB_KEY": running.keys["plant-health"]}
    reader = subprocess.Popen(
        [SWB, "feed", "--follow", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment,
    )  # fmt: skip
    watch = threading.Timer(HANG_S, reader.kill)
    watch.start()
    try:
        running.run("submit", lodged("QZ-E2E-7"), "--wait", WAIT, who=SENDER)
        while "QZ-E2E-7" not in reader.stdout.readline():
            assert reader.poll() is None
        sleep(0.2)  # it reads on
        reader.send_signal(signal.SIGINT)
        said = reader.communicate(timeout=HANG_S)[1]
    finally:
        watch.cancel()
        reader.kill()
    assert reader.returncode == 0
    assert said == ""
