"""Every field planted with a value of its own: who can get hold of which, by any route.

The bytes an agency can get with its key hold exactly what the YAML of its view passes; what is
withheld stands nowhere: in no other answer of any door, no log line, no metric, no header or key.
"""

import base64
import itertools
import re
from contextlib import contextmanager

import orjson
import pytest
import structlog
import yaml

from adapters.customs.wco_dec import WcoDec
from adapters.customs.writing import declaration_xml
from broker import logs
from broker.model.packages import leaf_patterns
from tests.broker_in_process import (
    CONFIG,
    JSON,
    OTHER,
    SENDER,
    XML,
    declaration,
    in_process,
    story,
)
from tests.canaries import ITEM, Plot, declaration_tree, items_for, leaves, passed, view_of
from tests.toy_format import HOUSE, TOY, toy, toy_configuration

MARK = re.compile(rb"ZQ[0-9A-Z]{4}|2087-03-[0-9]{2}T[0-9:]{8}Z|[0-9]{6,9}")
"""What a canary looks like: text, moment, number."""


class Scene:
    """A broker with one full declaration in it, released by everybody."""

    def __init__(self, broker, plot, tree, sender):
        self.broker, self.plot, self.tree, self.sender = broker, plot, tree, sender
        self.submission = ""
        self.recipients = sorted(broker.configuration.recipients)

    async def play(self, payload, headers):
        """Lodge it, let everybody who is asked release it, say something wrong besides."""
        self.submission = await self.broker.lodge(payload, self.sender, **headers)
        shown = await self.broker.status(self.submission)
        assert shown["messages"][0]["verdict"] == "accepted", shown["messages"][0]["problems"]
        for ask in shown["messages"][0]["board"]["asks"]:
            given = await self.broker.newest(ask["recipient"], "goods")
            await self.broker.decide(ask["recipient"], given["id"], "released")
        assert (await self.broker.status(self.submission))["overall"] == "released"

    async def everything(self, key):
        """Every byte that a key gets out of any door."""
        dossier = (await self.broker.status(self.submission))["messages"][0]["dossier"]
        lrn = self.tree["FunctionalReferenceID"]
        gets = [
            "/v1/feed", "/v1/feed?cursor=c0", "/v1/feed?cursor=c1", "/v1/feed?cursor=c999",
            f"/v1/submissions/{self.submission}", f"/v1/submissions/{self.submission}/raw",
            f"/v1/submissions/{dossier}", "/v1/parked", "/v1/parked?state=all", "/v1/keys",
            f"/v1/trace/{dossier}", f"/v1/trace/LRN={lrn}?bodies=true", "/metrics", "/docs",
            "/openapi.json", "/livez", "/readyz", "/v1/nothing", "/",
        ]  # fmt: skip
        told = [await self.broker.call("GET", path, key) for path in gets]
        answers = [
            {"id": "A-1", "references": [["LRN", lrn]], "answers": [{"status": "held"}]},
            {"id": "A-2", "delivery": dossier, "answers": [{"status": "held"}]},
            {"id": "A-3", "references": [["MRN", self.tree["ID"]]],
             "answers": [{"status": "held", "subject": {"path": f"{ITEM}[1].Commodity"}}]},
        ]  # fmt: skip
        told += [await self.broker.respond(key, said) for said in answers]
        told.append(
            await self.broker.call("POST", "/v1/responses", key, content=b"{", headers=JSON)
        )
        told.append(await self.broker.call("POST", "/v1/submissions", key, headers=XML,
                                           content=declaration("QZ-9")))  # fmt: skip
        await self.broker.settle()
        told.append(await self.broker.call("GET", "/v1/feed?cursor=c0&limit=500", key))
        for one in list(told):
            if one.status_code == 202:
                url = one.json()["status_url"]
                told += [await self.broker.call("GET", f"{url}{end}", key) for end in ("", "/raw")]
        return b"\n".join(_bytes_of(one) for one in told)


def _bytes_of(told):
    """Head and body of an answer, with what it holds in base64 besides."""
    head = b"\n".join(b": ".join(pair) for pair in told.headers.raw)
    packed = re.findall(rb'"data_base64":"([^"]*)"', told.content)
    return b"\n".join([head, told.content, *map(base64.b64decode, packed)])


def found_in(content, planted):
    """The canaries that stand in these bytes."""
    return {one.decode() for one in MARK.findall(content)} & planted


@contextmanager
def logged(capsys):
    """What is logged meanwhile, all levels, as a process writes it."""
    capsys.readouterr()
    logs.set_up("DEBUG")
    written = []
    try:
        yield written
    finally:
        written.append("".join(capsys.readouterr()))
        structlog.reset_defaults()


def scene_of(broker, how, mode):
    """The scene with its bytes: in the UK's dialect, or the whole model as it is."""
    plot = Plot()
    tree = declaration_tree(plot, mode)
    if how == "model":
        hidden = [plot.draw("text", "an..35") for _ in range(3)]
        message = {"references": [["LRN", tree["FunctionalReferenceID"]]], "body": tree,
                   "unmapped": hidden}  # fmt: skip
        return Scene(broker, plot, tree, HOUSE), toy(message), TOY
    payload = declaration_xml(tree)
    profile = broker.configuration.profile_of("uk-cds", WcoDec.format, "2026-11-22")
    (message,) = WcoDec().translate(payload, profile).messages
    (draft,) = message.events
    kept = {value for _, _, value in leaves(draft.body)} & plot.planted
    assert len(kept) > 1000
    plot.planted &= kept
    return Scene(broker, plot, draft.body, SENDER), payload, {}


def expected(scene, recipient, mode):
    """What the recipient's view should pass of the declaration."""
    if not any(row == recipient for row in concerned(mode)):
        return set()
    return passed(view_of(recipient), scene.tree, items_for(recipient, mode))


def concerned(mode):
    """Who is told of the full declaration: everybody but who handles the other mode."""
    other = {"1": "aviation-security", "4": "harbour-master"}[mode]
    known = {path.stem for path in (CONFIG / "recipients").glob("*.yaml")}
    return known - {other, "border-police"}


@pytest.mark.parametrize(("how", "mode"), [("uk", "1"), ("model", "1"), ("model", "4")])
@story
async def test_an_agency_gets_exactly_what_its_view_passes(how, mode, capsys):
    """By any door, with its key: these values and no other; the logs and metrics hold none."""
    with logged(capsys) as written:
        async with in_process(toy_configuration()) as broker:
            scene, payload, headers = scene_of(broker, how, mode)
            await scene.play(payload, headers)
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
            log = _log_of(broker)
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


def _log_of(broker):
    """Keys and headers of everything on the log, and the names of its topics."""
    return b"\n".join(
        orjson.dumps([topic, entry.key, dict(entry.headers)])
        for (topic, _), entries in broker.plumbing.log._entries.items()
        for entry in entries
    )


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
        await scene.play(payload, headers)
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
