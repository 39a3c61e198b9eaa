"""The demo is what the README says it is, and ends well."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from broker.demo import play, stage

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent.parent

MASKS = (
    (r"\b([sevodp])_[0-9a-f]{32}\b", r"\1_ID"),
    (r"\b[0-9a-f]{64}\b", "SHA256"),
    (r"\b(c\d+)-[0-9a-f]{16}\b", r"\1-CHAIN"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\b\d{14}Z\b", "TIME"),
    (r"http://127\.0\.0\.1:\d+", "URL"),
    (r"\bVISIT([ =])[0-9A-Z]{17}\b", r"VISIT\1ID"),
)


def masked(text):
    """The lines of a text without what differs from run to run."""
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def shown():
    """What a run of the demo prints; each of its steps has a limit of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "broker.demo"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_demo_walks_the_road_in_order(shown):
    """Receipt, verdict, dossier, recipients, the others, answers, board, reply; then problems."""
    steps = (
        "listening on http", "== a trader lodges a declaration", "declaration.xml: s_",
        "message 1, SWB-E40-1: accepted", "put: applied",
        "plant-health answers inspection: the trader is told inspection",
        "customs answers released: the trader is told released",
        "statistics is given the released declaration",
        "== the whole road", "event e_", "references: LRN SWB-E40-1, MRN 26QZ00000000000001",
        "version 1, live", "recipients", "by row plants", "because living plants",
        "law: International Plant Protection Convention", "withheld: ",
        "not entitled", "failed; saw '06031100'", "answers", "board, version 7: released",
        "== the reply to the trader", "<FunctionCode>09</FunctionCode>",
        "<ID>26QZ00000000000001</ID>",
        "== a trader lodges a broken declaration", "rejected", "line", "xpath",
        "<FunctionCode>03</FunctionCode>",
        "== a postal operator sends an ITMATT", "customs answers released", "<DecisionCd>1<",
        "== an airline sends a passenger list", "border-police is given 3 passengers",
        "Passenger[2]: paperkite-airlines is told refused", "+CUSRES:D:05B", "BGM+132", "ERC+1Z'",
        "== a ship's agent files FAL 1", "VISIT ", "== a crewing firm files FAL 5",
        "saltbox-agents is notified that nettle-crewing has joined the visit",
        "held for BorderTransportMeans.Crew[2]: saltbox-agents is told held",
        "border-police answers released: saltbox-agents is told released",
        "== the reply to saltbox-agents", "[result.xlsx]", "== the reply to nettle-crewing",
        "== the broker has ended cleanly ==",
    )  # fmt: skip
    at = 0
    for step in steps:
        found = shown.find(step, at)
        assert found >= 0, f"{step!r} does not follow"
        at = found + len(step)


def test_the_broken_declaration_has_every_problem_that_was_put_in(shown):
    """All problems are told at once, each with its place."""
    broken = shown.partition("== a trader lodges a broken declaration")[2]
    broken = broken.partition("== a postal operator")[0]
    codes = re.findall(r"error ([a-z]+\.[a-z.-]+):", broken)
    assert set(codes) == {
        "wco.lrn.too-long", "sequence.repeated", "wco.net-mass.missing",
        "number.malformed", "element.unknown",
    }  # fmt: skip
    assert len(re.findall(r"^ +at line \d+, column \d+, xpath /", broken, re.MULTILINE)) == len(
        codes
    )


def test_the_readme_shows_what_the_demo_prints(shown):
    """Each line of the README's copy stands in a run, in order; `...` leaves lines out."""
    found = re.search(
        r"```\w*\n\$ make demo\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    if found is None:
        pytest.fail("the README holds no copy of the demo's output")
    lines = iter(masked(shown))
    for wanted in masked(found[1]):
        if wanted.strip() != "...":
            assert any(line == wanted for line in lines), f"{wanted!r} does not follow"


def test_a_step_that_does_not_happen_ends_it_with_a_sentence(monkeypatch, capsys):
    """No traceback, exit code 1, and no process left behind."""
    monkeypatch.setattr(stage, "SWB", Path("/bin/false"))
    assert play.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("demo: 'swb keys issue")
    assert said.count("\n") == 1


def test_a_broker_that_does_not_start_ends_it_at_once(monkeypatch, capsys):
    """It does not wait for one that has ended already."""
    monkeypatch.setattr(stage, "SWB", Path("/bin/true"))
    assert play.main() == 1
    assert "before it listened" in capsys.readouterr().err
