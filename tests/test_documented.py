"""What the documents list, held to the code, in both directions where there are two."""

import ast
import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
import yaml

from adapters.airline.reading import PERSONS_MAX
from adapters.customs import telling
from adapters.postal import lines
from adapters.postal.member_reading import LIST_MAX
from adapters.wire import edifact_told, json, xml
from adapters.wire.xlsx_bounds import ROWS_MAX
from broker import errors, operators_http
from broker.cli.program import swb
from broker.core.late import EXPIRED, SUPERSEDED
from broker.intake import http
from broker.ledger import trace
from broker.metrics import Metrics
from broker.model.events import headers_of
from broker.model.records import RESUMED
from broker.settings import Settings
from broker.state.tables import METADATA
from broker.stations import event_topics, submission_topics
from tests.broker_in_process import configuration, in_process, story
from tests.documentation.reference import declared
from tests.documents import DOCUMENTS, ROOT, document, first, rows, section, ticked, trees

CODE = r"[a-z]+(?:\.[a-z0-9]+(?:-[a-z0-9]+)*){1,3}"
JUDGES = ("adapters", "broker/formats.py", "broker/translation", "broker/core",
          "broker/dossiers", "broker/ledger", "broker/replies")  # fmt: skip
"""Where problems are made."""


def given_codes(tree: ast.AST) -> Iterator[str]:
    """Codes that are handed to a problem by name or first."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        said = [one.value for one in node.keywords if one.arg == "code"]
        if ast.unparse(node.func).rpartition(".")[2] in {"Problem", "note", "Wrong"}:
            said += node.args[:1]
        for one in said:
            if isinstance(one, ast.Constant) and re.fullmatch(CODE, str(one.value)):
                yield str(one.value)


def problem_codes() -> set[str]:
    """Every code that an adapter, a profile or a decline can give.

    Besides those that a problem is given by name: any text that begins as a declared code does.
    """
    owners = {one.code.partition(".")[0] for one in declared()} - {"message"}  # replies' types
    found: set[str] = set()
    for _path, tree in trees(*JUDGES):
        found.update(given_codes(tree))
        logged = {
            id(node.args[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")
        }
        for node in ast.walk(tree):
            of_code = isinstance(node, ast.Constant) and id(node) not in logged
            if of_code and isinstance(node.value, str):
                owner = node.value.partition(".")[0]
                file = node.value.endswith((".csv", ".edi", ".json", ".yaml", ".xsd", ".xml"))
                if owner in owners and not file and re.fullmatch(CODE, node.value):
                    found.add(node.value)
    for file in sorted((ROOT / "config/profiles").glob("*.yaml")):
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        checks = said.get("settings", {}).get("checks", ())
        found.update(row["code"] for row in (*said.get("constraints", ()), *checks))
    return found


def test_every_problem_code_is_declared():
    """The files codes.csv declare the problem codes that can be given, and no other."""
    assert {one.code for one in declared()} == problem_codes() - {SUPERSEDED, EXPIRED}


def test_every_problem_code_is_written_whole():
    """No code is put together from pieces: whoever searches for one finds where it is given."""
    composed = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees(*JUDGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for one in node.keywords
        if one.arg == "code" and isinstance(one.value, ast.JoinedStr)
    ]
    assert composed == []


def test_every_problem_code_of_a_profile_is_one_that_can_be_given():
    """Severities and native codes of a profile are for codes that exist."""
    known = problem_codes() | {"*"}
    for file in sorted((ROOT / "config/profiles").glob("*.yaml")):
        said = yaml.safe_load(file.read_text(encoding="utf-8")).get("settings", {})
        named = {*said.get("severities", {}), *said.get("error_codes", {})}
        assert named <= known, file.name


def test_every_metric_is_in_the_table_with_its_question():
    """ARCHITECTURE.md lists each metric with its labels and the question it answers."""
    metrics = Metrics()
    known = {}
    for one in vars(metrics).values():
        if one is not metrics.registry:
            name = one._name + ("_total" if one._type == "counter" else "")
            known[name] = (", ".join(one._labelnames), one._documentation)
    listed = {
        ticked(row[0])[0]: (row[1], row[2])
        for row in rows(section("ARCHITECTURE", "Metrics"))
    }  # fmt: skip
    assert listed == known


def test_every_setting_is_in_the_table_with_its_default():
    """README.md lists each setting with its default and what it is."""
    listed = {ticked(row[0])[0]: (row[1], row[2]) for row in rows(section("README", "Settings"))}
    known = {
        name: (_shown(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }
    assert listed == known


def test_the_settings_file_shows_every_setting_with_its_default():
    """config/broker.yaml shows all settings and their defaults, each under its line of prose."""
    text = (ROOT / "config/broker.yaml").read_text(encoding="utf-8")
    assert Settings.model_validate(yaml.safe_load(text)) == Settings()
    lines = text.splitlines()
    for name, field in Settings.model_fields.items():
        number = next(at for at, line in enumerate(lines) if line.startswith(f"{name}:"))
        said = lines[number - 1].removeprefix("# ").rstrip(".").lower()
        assert said == str(field.description).rstrip(".").lower(), name


def _shown(default: Any) -> str:
    return f"[{', '.join(default)}]" if isinstance(default, tuple) else str(default)


def verbs(command: click.Command = swb, name: str = "") -> dict[str, click.Command]:
    """Every verb of the command line that does something, by its full name."""
    if not isinstance(command, click.Group):
        return {name: command}
    found = {}
    for below, one in command.commands.items():
        found |= verbs(one, f"{name} {below}".strip())
    return found


def commands() -> Iterator[tuple[str, str]]:
    """Every `swb ...` that a document shows, with the document's name."""
    for name in DOCUMENTS:
        text = document(name).replace("\\\n", " ")
        shown = re.findall(r"^\$ (?:.*\| )?(swb [^#|>&\n]*)", text, re.MULTILINE)
        shown += [one for one in ticked(text.replace("```", "")) if one.startswith("swb ")]
        yield from ((name, " ".join(one.split())) for one in shown)


def test_every_verb_is_in_the_readme():
    """README.md names every verb of `swb`, and no other."""
    text = section("README", "Five minutes with `swb`")
    sentence = re.search(r"The verbs are (.*?)\.", text, re.DOTALL)
    assert sentence
    assert sorted(ticked(sentence[1])) == sorted(verbs())


def test_every_command_that_is_shown_exists_with_its_options():
    """Each `swb ...` in a document is a verb with options that it has."""
    known = verbs()
    for name, line in commands():
        words = shlex.split(line.split("$(")[0])[1:]
        if not words or words[0].isupper():
            continue
        verb = next((one for one in (" ".join(words[:2]), words[0]) if one in known), None)
        group = words[0] in {one.split()[0] for one in known} and len(words) == 1
        assert verb or group, f"{name}.md: {line}"
        has = {option for one in known[verb].params for option in one.opts} if verb else set()
        for word in words:
            assert not word.startswith("--") or word in has, f"{name}.md: {line}"


def test_the_walk_names_what_the_samples_hold():
    """The item that README.md traces is the one that is composed; the slip it makes is possible."""
    text = section("README", "Five minutes with `swb`")
    families = configuration().families
    item = families["postal"].samples["itmatt"](items=1, number=1, seed=1).decode()
    traced = re.search(r"trace S10=([A-Z0-9]+)/", text)
    assert traced
    assert traced[1] in item
    listed = families["airline"].samples["passengers"](items=3, number=1, seed=1).decode()
    slip = re.search(r"sed s/([^/]+)/([^/]+)/", text)
    assert slip
    assert listed.count(slip[1]) == 1


@story
async def test_every_route_is_in_the_table():
    """README.md lists the routes of the doors, and no other."""
    async with in_process() as broker:
        said = (await broker.call("GET", "/openapi.json")).json()["paths"]
        docs = await broker.call("GET", "/docs")
    known = {f"{method.upper()} {path}" for path, methods in said.items() for method in methods}
    assert docs.status_code == 200
    assert set(first(section("README", "The doors"))) - {"board.changed"} >= known
    listed = {one for one in first(section("README", "The doors")) if "/" in one}
    assert listed == known


def test_every_log_event_is_in_the_table_with_its_level():
    """ARCHITECTURE.md lists each log event with its level, and no other."""
    known = set()
    for _path, tree in trees("broker"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and re.fullmatch(
                r"log\.(debug|info|warning|error)", ast.unparse(node.func)
            ):
                event = node.args[0]
                assert isinstance(event, ast.Constant)
                known.add((event.value, ast.unparse(node.func).removeprefix("log.")))
    listed = {
        (ticked(row[0])[0], row[1]) for row in rows(section("ARCHITECTURE", "Log events"))
    }  # fmt: skip
    assert listed == known


def test_every_fault_is_in_the_table():
    """ARCHITECTURE.md lists each fault: code, class, status, whether trying again can help."""
    known = {
        (one.code, one.__name__, str(one.http_status), "yes" if one.retriable else "no")
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.BrokerError)
    }
    limited = errors.BusyFault("too much", limit={})
    known.add((limited.code, "BusyFault", str(limited.http_status), "yes"))
    listed = {
        (ticked(row[0])[0], *row[1:4]) for row in rows(section("ARCHITECTURE", "Fault codes"))
    }
    assert listed == known


def test_every_table_is_in_the_table_of_tables():
    """ARCHITECTURE.md lists every table of the state, and no other."""
    assert sorted(first(section("ARCHITECTURE", "Tables"))) == sorted(METADATA.tables)


def test_topics_and_headers_are_listed():
    """ARCHITECTURE.md lists the topics and every header that a record may have."""
    text = section("ARCHITECTURE", "Topics and headers")
    listed = rows(text)
    topics = {*submission_topics(configuration()), *event_topics(configuration()),
              "agency.<recipient>"}  # fmt: skip
    assert {one for row in listed if "." in row[0] for one in ticked(row[0])} == topics
    said = {row[0]: set(ticked(row[1])) for row in listed if row[0] in {"submissions", "events"}}
    makers = (ROOT / "broker/intake/accept.py", ROOT / "broker/translation/turns.py")
    source = "".join(path.read_text(encoding="utf-8") for path in makers)
    lodged = set(re.findall(r'"((?:ce|swb)_[a-z]+|traceparent)":', source))
    assert said["submissions"] == {*lodged, RESUMED}
    assert said["events"] == set(headers_of(_event()))


def _event() -> Any:
    """An event in which nothing is empty; a later one of its message is replied to."""
    return type("Full", (), {"__getattr__": lambda _self, name: name, "replies": False})()


def test_limits_are_as_the_security_page_says():
    """The limits that SECURITY.md gives in numbers are those of the code."""
    said = section("SECURITY", "Limits")
    edifact = edifact_told.LIMITS
    for number in (
        f"{Settings().body_bytes_max:,} bytes",
        f"{operators_http.BODY_BYTES_MAX:,} bytes; `why` {operators_http.WHY_CHARACTERS_MAX} char",
        f"{http.KEY_CHARACTERS_MAX} visible ASCII",
        f"{xml.LIMITS.payload_bytes // 2**20} MiB, {xml.LIMITS.tags:,} tags",
        f"{xml.LIMITS.attributes} attributes on an element",
        f"{json.PAYLOAD_BYTES_MAX // 2**20} MiB, {json.DEPTH_MAX} levels",
        f"{edifact.payload_bytes // 2**20} MiB; {edifact.messages:,} messages",
        f"{edifact.interchanges:,} interchanges; {edifact.message_bytes // 2**20} MiB",
        f"{edifact.pieces:,} separators a message; {edifact.segment_characters:,} characters",
        f"{lines.PAYLOAD_BYTES_MAX // 2**20} MiB a request",
        f"{lines.LINES_MAX:,} lines",
        f"{LIST_MAX} instances of a repeated class",
        f"{PERSONS_MAX:,} a message of EDIFACT",
        f"up to row {ROWS_MAX:,}",
        f"| {telling.PROBLEMS_MAX}, then one",
        f"| {telling.UNMAPPED_MAX:,} a message",
        f"| {trace.DOSSIERS_MAX} dossiers, {trace.MESSAGES_MAX} messages",
    ):
        assert number in said, number
