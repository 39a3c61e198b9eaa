"""The published files: what is decided on each, and that nothing of them is lost."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.customs.kinds import family
from broker.adapter import Adapter, Profile
from broker.formats import choose
from broker.model.packages import PACKAGES
from broker.model.paths import leaves, pattern_of
from broker.model.problem import Problem

HERE = Path(__file__).parent
VERDICTS: dict[str, Any] = yaml.safe_load((HERE / "verdicts.yaml").read_text("utf-8"))
UNMAPPED: dict[str, str] = yaml.safe_load((HERE / "unmapped.yaml").read_text("utf-8"))
FOLDERS = ("wco-dec", "wco-res", "malformed", "dk")


def _chosen(payload: bytes) -> Adapter:
    choice = choose(family().adapters, payload)
    assert choice is not None
    return choice[0]


@pytest.fixture
def profiles(uk_cds: Profile, uk_responses: Profile) -> dict[str, Profile]:
    return {"customs": uk_cds, "agency": uk_responses}


def _shown(problem: Problem) -> dict[str, Any]:
    where = problem.where
    places = {"xpath": where.xpath, "line": where.line, "column": where.column}
    shown = {"code": problem.code, "severity": problem.severity, **places}
    return {name: value for name, value in shown.items() if value is not None}


@pytest.mark.parametrize("name", VERDICTS)
def test_every_published_file_has_its_reviewed_verdict(name, corpus, profiles):
    """Family, verdicts, effects, problem codes and places are those of the reviewed table."""
    payload = (corpus / "customs" / name).read_bytes()
    adapter = _chosen(payload)
    translation = adapter.translate(payload, profiles[adapter.family])
    decided: dict[str, Any] = {"family": adapter.family}
    if translation.problems:
        decided["problems"] = [_shown(problem) for problem in translation.problems]
    messages = []
    for message in translation.messages:
        entry: dict[str, Any] = {
            "verdict": message.verdict,
            "does": [draft.does for draft in message.events],
        }
        if message.problems:
            entry["problems"] = [_shown(problem) for problem in message.problems]
        messages.append(entry)
    if messages:
        decided["messages"] = messages
    assert decided == VERDICTS[name]


def test_the_table_names_every_published_file(corpus):
    """No declaration, response or broken file of the corpus is left without a verdict."""
    files = {
        f"{folder}/{file.name}"
        for folder in FOLDERS
        for file in (corpus / "customs" / folder).iterdir()
    }
    assert files == set(VERDICTS)


@pytest.mark.parametrize("name", [name for name in VERDICTS if "messages" in VERDICTS[name]])
def test_bodies_validate_and_only_reviewed_paths_are_unmapped(name, corpus, profiles):
    """Each body is of its package, each value has a place, and what is unmapped has a reason."""
    payload = (corpus / "customs" / name).read_bytes()
    adapter = _chosen(payload)
    profile = profiles[adapter.family]
    for message in adapter.translate(payload, profile).messages:
        for draft in message.events:
            PACKAGES[draft.package].model_validate(draft.body)
            said = {key: value for key, value in draft.body.items() if key != "Answer"}
            placed = {path for path, _place in adapter.places(payload, message.number, profile)}
            assert placed == {path for path, _value in leaves(said)}
            if message.verdict == "accepted":
                assert {pattern_of(one.path) for one in draft.unmapped} <= set(UNMAPPED)


def test_every_problem_of_a_message_says_where_and_what(corpus, profiles):
    """XPath, line, canonical path, pointer, what was expected and what to do are always there."""
    told = 0
    for name in VERDICTS:
        payload = (corpus / "customs" / name).read_bytes()
        adapter = _chosen(payload)
        for message in adapter.translate(payload, profiles[adapter.family]).messages:
            for problem in message.problems:
                told += 1
                assert problem.where.xpath
                assert problem.where.line
                assert problem.path
                assert problem.pointer
                assert problem.expected
                assert problem.hint
    assert told > 15
