"""Every field planted with a value of its own: who can get hold of which, by any route.

The bytes an agency can get with its key hold exactly what the YAML of its view passes; what is
withheld stands nowhere: in no other answer of any door, no log line, no metric, no header or key.
"""

import base64
import itertools
import re

import orjson
import pytest
import yaml

from adapters.customs.wco_dec import WcoDec
from adapters.customs.writing import declaration_xml
from broker.model.packages import leaf_patterns
from tests.broker_in_process import (
    CONFIG,
    OTHER,
    SENDER,
    in_process,
    story,
)
from tests.canaries import ITEM, Plot, declaration_tree, items_for, leaves, passed, view_of
from tests.end_to_end.scene import Scene, found_in, logged
from tests.toy_format import HOUSE, TOY, toy, toy_configuration


def scene_of(broker, how, mode):
    """The scene with its bytes: in the UK's dialect, or the whole model as it is."""
    plot = Plot()
    tree = declaration_tree(plot, mode)
    if how == "model":
        hidden = [plot.draw("text", "an..35") for _ in range(3)]
        message = {"references": [["LRN", tree["FunctionalReferenceID"]]], "body": tree,
                   "unmapped": hidden}  # fmt: skip
        return Scene(broker, plot, tree, HOUSE, *_called(tree)), toy(message), TOY
    payload = declaration_xml(tree)
    profile = broker.configuration.profile_of("uk-cds", WcoDec.format, "2026-11-22")
    (message,) = WcoDec().translate(payload, profile).messages
    (draft,) = message.events
    kept = {value for _, _, value in leaves(draft.body)} & plot.planted
    assert len(kept) > 1000
    plot.planted &= kept
    return Scene(broker, plot, draft.body, SENDER, *_called(draft.body)), payload, {}


def _called(tree):
    """What a declaration is called, and an element of it."""
    references = [["LRN", tree["FunctionalReferenceID"]], ["MRN", tree["ID"]]]
    return references, f"{ITEM}[1].Commodity"


def expected(scene, recipient, mode):
    """What the recipient's view should pass of the declaration."""
    if not any(row == recipient for row in concerned(mode)):
        return set()
    return passed(view_of(recipient), scene.tree, items_for(recipient, mode))


def concerned(mode):
    """Who is told of the full declaration: everybody but who handles the other mode."""
    other = {"1": "aviation-security", "4": "harbour-master"}[mode]
    known = {path.stem for path in (CONFIG / "recipients").glob("*.yaml")}
    return known - {other, "border-police", "market-surveillance"}


@pytest.mark.parametrize(
    ("how", "mode"),
    [("uk", "1"), *(pytest.param("model", mode, marks=pytest.mark.long) for mode in ("1", "4"))],
)
@story
async def test_an_agency_gets_exactly_what_its_view_passes(how, mode, capsys):
    """By any door, with its key: these values and no other; the logs and metrics hold none."""
    with logged(capsys) as written:
        async with in_process(toy_configuration()) as broker:
            scene, payload, headers = scene_of(broker, how, mode)
            await scene.lodge(payload, headers)
            await scene.release()
            for recipient in scene.recipients:
                seen = expected(scene, recipient, mode)
                values = {value for _, _, value, how_shown in seen if how_shown == "pass"}
                content = await scene.everything(recipient)
                # What an agency says itself in its questions is no leak: LRN and MRN.
                asked = {scene.tree["FunctionalReferenceID"], scene.tree["ID"]}
                got = found_in(content, scene.plot.planted)
                assert got - asked == (values & scene.plot.planted) - asked, recipient
                await _same_paths(broker, recipient, seen)
            for stranger in {SENDER, OTHER, HOUSE} - {scene.sender}:
                content = await scene.everything(stranger)
                assert found_in(content, scene.plot.planted) <= asked
            log = scene.log()
    assert found_in(log, scene.plot.planted) == set()
    (lines,) = written
    assert found_in(lines.encode(), scene.plot.planted) == set()


async def _same_paths(broker, recipient, seen):
    """The delivered leaves are those the view lists, short fields too."""
    given = [
        one
        for one in await broker.feed(recipient, cursor="c0")
        if one["type"] == "goods-declaration.new"
    ]
    assert bool(given) == bool(seen), recipient
    if given:
        body = given[0]["data"]["body"]
        delivered = {(pattern, item) for pattern, item, _ in leaves(body)}
        assert delivered == {(pattern, item) for pattern, item, _, _ in seen}, recipient


def test_every_field_that_can_hold_a_canary_is_planted():
    """The full tree has a leaf at every pattern of the model; all long ones hold canaries."""
    plot = Plot()
    tree = declaration_tree(plot, "1")
    assert {pattern for pattern, _, _ in leaves(tree)} == set(leaf_patterns("goods-declaration"))
    values = [value for _, _, value in leaves(tree)]
    assert len(plot.planted) == len(set(plot.planted) & set(values)) > 1500
    assert all(values.count(one) == 1 for one in sorted(plot.planted)[::50])
    assert {len(items_for(name, "1") or ()) for name in ("plant-health", "harbour-master")} == {1}


@story
async def test_statistics_sees_no_name_and_no_party():
    """Nothing under a class that is a person or a firm reaches it, nor any description."""
    async with in_process(toy_configuration()) as broker:
        scene, payload, headers = scene_of(broker, "model", "1")
        await scene.lodge(payload, headers)
        await scene.release()
        content = await scene.everything("statistics")
        secret = {
            value for pattern, _, value in leaves(scene.tree)
            if re.search(r"\b(Name|Line|Description|Communication|Contact|Declarant|Agent|Importer|"
                         r"Exporter|Consignor|Consignee|Buyer|Seller|Payer|Surety)\b", pattern)
        }  # fmt: skip
        assert len(secret & scene.plot.planted) > 500
        assert found_in(content, secret & scene.plot.planted) == set()


ANSWER = {
    # field of the board, where it stands in the answer
    "Reason.Text": ("reasons", "text"),
    "Reason.Code": ("reasons", "code"),
    "Condition.Text": ("conditions", "text"),
    "WantedDocument.TypeCode": ("wanted", "type"),
    "WantedDocument.ID": ("wanted", "id"),
    "WantedDocument.Text": ("wanted", "text"),
    "NativeCode": ("native", ""),
    "CheckCode": ("check", ""),
}


@story
async def test_an_agencys_words_go_where_the_board_views_let_them():
    """Customs and the declarant get what their views list; no other agency gets any of it."""
    plot = Plot(itertools.count(40_000))
    planted = {path: plot.draw("text", "an..17") for path in ANSWER}
    said = {"status": "held", "native": planted["NativeCode"], "check": planted["CheckCode"]}
    for path, (member, name) in ANSWER.items():
        if name:
            said.setdefault(member, [{}])[0][name] = planted[path]
    async with in_process(toy_configuration()) as broker:
        scene, payload, headers = scene_of(broker, "model", "1")
        scene.submission = await broker.lodge(payload, HOUSE, **headers)
        given = await broker.newest("plant-health", "goods")
        answer = {"id": "A-1", "delivery": given["id"], "answers": [said]}
        await broker.answer("plant-health", answer)
        for name, view in (("customs", "customs-board"), (HOUSE, "declarant-board")):
            paths = yaml.safe_load((CONFIG / f"views/{view}.yaml").read_text())["paths"]
            listed = {
                value for path, value in planted.items()
                if any(f"Answer.{path}" == one or f"Answer.{path}".startswith(one[:-2])
                       for one in paths if one.endswith("**") or f"Answer.{path}" == one)
            }  # fmt: skip
            boards = [one for one in await broker.feed(name) if one["type"] == "board.changed"]
            content = b"\n".join(
                base64.b64decode(one["data_base64"]) if "data_base64" in one else orjson.dumps(one)
                for one in boards
            )
            shown = found_in(content, set(planted.values()))
            assert shown == (listed if name == "customs" else shown & listed), name
        for other in sorted(set(scene.recipients) - {"plant-health", "customs"}):
            content = await scene.everything(other)
            assert found_in(content, set(planted.values())) == set(), other
