"""The published workbooks: what is decided on each, cell by cell."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.maritime.kinds import family
from broker.adapter import Adapter, Profile
from broker.formats import choose
from broker.model.packages import PACKAGES
from broker.model.paths import leaves
from tests.adapters.conftest import load_profile

VERDICTS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "verdicts.yaml").read_text("utf-8")
)
PROFILES = {
    profile.format: profile
    for profile in (load_profile("uk-nmsw-fal1"), load_profile("uk-nmsw-fal5"))
}


def _chosen(payload: bytes) -> tuple[Adapter, Profile]:
    choice = choose(family().adapters, payload)
    assert choice is not None
    return choice[0], PROFILES[choice[0].format]


@pytest.fixture(scope="module")
def folder(corpus) -> Path:
    return corpus / "maritime" / "uk-nmsw"


@pytest.mark.parametrize("name", VERDICTS)
def test_every_published_workbook_has_its_reviewed_verdict(name, folder):
    """Format, verdict, references, number of crew and problems by cell are those of the table."""
    payload = (folder / name).read_bytes()
    adapter, profile = _chosen(payload)
    translation = adapter.translate(payload, profile)
    decided: dict[str, Any] = {"format": adapter.format}
    if translation.problems:
        decided["problems"] = [problem.code for problem in translation.problems]
    for message in translation.messages:
        (draft,) = message.events
        decided |= {"verdict": message.verdict, "part": draft.part}
        if draft.references:
            decided["references"] = {one.scheme: one.value for one in draft.references}
        if crew := draft.body.get("BorderTransportMeans", {}).get("Crew"):
            decided["crew"] = len(crew)
        if message.problems:
            decided["cells"] = [
                {"cell": one.where.cell, "code": one.code}
                | ({} if one.severity == "error" else {"severity": one.severity})
                for one in message.problems
            ]
    expected = {key: value for key, value in VERDICTS[name].items() if key != "published"}
    assert decided == expected


def test_the_table_names_every_workbook(folder):
    """No workbook of the folder is left without a verdict."""
    assert {file.relative_to(folder).as_posix() for file in folder.rglob("*.xlsx")} == set(VERDICTS)


@pytest.mark.parametrize("name", [name for name, one in VERDICTS.items() if "published" in one])
def test_what_the_state_finds_wrong_is_found_wrong(name):
    """Each cell that the state's own test suite names is an error here, and the file rejected."""
    verdict = VERDICTS[name]
    wrong = {one["cell"] for one in verdict["cells"] if "severity" not in one}
    assert set(verdict["published"]) <= wrong
    assert verdict["verdict"] == "rejected"


@pytest.mark.parametrize("name", [name for name in VERDICTS if "part" in VERDICTS[name]])
def test_bodies_are_of_their_package_and_each_value_has_its_cell(name, folder):
    """The body validates, and exactly its leaves have places."""
    payload = (folder / name).read_bytes()
    adapter, profile = _chosen(payload)
    for message in adapter.translate(payload, profile).messages:
        for draft in message.events:
            PACKAGES[draft.package].model_validate(draft.body)
            placed = dict(adapter.places(payload, message.number, profile))
            assert set(placed) == {path for path, _value in leaves(draft.body)}
            assert all(place.sheet and place.cell for place in placed.values())


def test_every_problem_says_where_what_and_what_to_do(folder):
    """Sheet, cell, canonical path, what was expected and what to do are always there."""
    count = 0
    for name in VERDICTS:
        payload = (folder / name).read_bytes()
        adapter, profile = _chosen(payload)
        for message in adapter.translate(payload, profile).messages:
            for problem in message.problems:
                count += 1
                assert problem.where.sheet
                assert problem.where.cell
                assert problem.path
                assert problem.expected
                assert problem.hint
    assert count > 90
