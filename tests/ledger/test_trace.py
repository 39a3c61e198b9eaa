"""The trace leads from any name to the whole road, and tells who does not receive and why."""

import pytest

from broker.configuration import examine
from broker.errors import StateFault
from broker.serve import with_operators
from broker.settings import Settings
from broker.state import tables
from tests.broker_in_process import (
    CONFIG,
    OPERATOR,
    OTHER,
    SENDER,
    declaration,
    in_process,
    story,
    withdrawal,
)

MRN = "26QZ00000000000001"


async def traced(broker, name, **query):
    """The trace of a name."""
    said = await broker.call("GET", f"/v1/trace/{name}", OPERATOR, params=query)
    assert said.status_code == 200, said.text
    return said.json()


async def played(broker):
    """Roses are lodged; plant health and customs answer. The submission."""
    submission = await broker.lodge(declaration("QZ-TR-1", "06031100", "84713000"))
    for agency, status, more in (
        ("plant-health", "released", {"check": "PH-DOC"}),
        ("customs", "acknowledged", {"references": [["MRN", MRN]]}),
    ):
        event = await broker.newest(agency, "goods-declaration")
        await broker.decide(agency, event["id"], status, **more)
    return submission


@story
async def test_every_name_leads_to_the_same_dossier():
    """Submission, event, dossier, document, delivery, LRN and MRN: one road."""
    async with in_process() as broker:
        submission = await played(broker)
        (dossier,) = await broker.rows(tables.DOSSIERS)
        (document,) = await broker.rows(tables.DOCUMENTS)
        outcome = (await broker.rows(tables.OUTCOMES))[0]
        delivery = (await broker.rows(tables.QUEUE))[0]
        for name, what in (
            (submission, "submission"),
            (outcome["event"], "event"),
            (dossier["id"], "dossier"),
            (document["id"], "document"),
            (delivery["id"], "delivery"),
            ("QZ-TR-1", "reference"),
            ("LRN=QZ-TR-1", "reference"),
            (f"MRN={MRN}", "reference"),
        ):
            road = await traced(broker, name)
            assert road["found"] == what
            assert [one["dossier"] for one in road["dossiers"]] == [dossier["id"]], name
            assert road["submissions"][0]["submission"] == submission


@story
async def test_the_road_is_told_whole():
    """Verdict, event, version, entitlement with its law, answers, board, deliveries."""
    async with in_process() as broker:
        await played(broker)
        road = await traced(broker, "QZ-TR-1")
        first = road["submissions"][0]
        assert first["messages"][0]["verdict"] == "accepted"
        assert first["messages"][0]["events"][0]["outcome"] == "applied"
        assert len(road["submissions"]) == 3
        (dossier,) = road["dossiers"]
        assert dossier["references"] == [["LRN", "QZ-TR-1"], ["MRN", MRN]]
        assert [one["version"] for one in dossier["documents"]] == [1]
        plant = next(one for one in dossier["recipients"] if one["recipient"] == "plant-health")
        assert plant["rule"] == ["plants"]
        assert plant["elements"] == ["GoodsShipment.GovernmentAgencyGoodsItem[1]"]
        assert plant["legal_basis"]
        assert "InvoiceAmount" in plant["withheld"]
        said = [(one["recipient"], one["status"], one["check"]) for one in dossier["answers"]]
        assert said == [("plant-health", "released", "PH-DOC"), ("customs", "acknowledged", "")]
        assert dossier["board"]["overall"] == "waiting"
        assert {one["what"] for one in dossier["deliveries"]} == {"document", "board", "reply"}


@story
async def test_who_does_not_receive_is_told_with_the_condition_and_the_value():
    """Each row that did not match says which condition failed on which value."""
    async with in_process() as broker:
        await played(broker)
        (dossier,) = (await traced(broker, "QZ-TR-1"))["dossiers"]
        by_rule = {one["rule"]: one for one in dossier["not_matched"]}
        firearms = by_rule["firearms-and-ammunition"]
        assert firearms["recipient"] == "firearms"
        assert "begins with '93': failed; saw '06031100'" in " ".join(firearms["reasons"])
        assert "saw 'waiting'" in " ".join(by_rule["released-goods"]["reasons"])
        assert "plants" not in by_rule


@story
async def test_bodies_are_shown_only_when_asked_for_and_every_reading_is_noted():
    """Without `bodies` the document is not there; an action says who looked, and at how much."""
    async with in_process() as broker:
        await played(broker)
        plain = (await broker.call("GET", "/v1/trace/QZ-TR-1", OPERATOR)).text
        assert "INVENTED EXPORTER" not in plain
        (dossier,) = (await traced(broker, "QZ-TR-1", bodies="true"))["dossiers"]
        assert dossier["documents"][0]["body"]["TypeCode"] == "IMA"
        assert dossier["answers"][0]["content"]["StatusCode"] == "released"
        assert dossier["deliveries"][0]["content"]["specversion"] == "1.0"
        assert [(one["who"], one["what"], one["target"])
                for one in await broker.rows(tables.ACTIONS)] == [
            (OPERATOR, "trace.read", "QZ-TR-1"),
            (OPERATOR, "trace.bodies", "QZ-TR-1"),
        ]  # fmt: skip


@story
async def test_a_trace_that_cannot_be_noted_is_not_shown():
    """The row is on disk before the answer goes out; what names nothing leaves none."""
    async with in_process() as broker:
        await played(broker)
        assert (await broker.call("GET", "/v1/trace/nothing", OPERATOR)).status_code == 404
        assert await broker.rows(tables.ACTIONS) == []
        with pytest.MonkeyPatch.context() as patch:

            async def refuses(_work):
                raise StateFault("it does not commit")

            patch.setattr(broker.plumbing.database, "write", refuses)
            refused = await broker.call("GET", "/v1/trace/QZ-TR-1", OPERATOR)
        assert refused.status_code == 503
        assert "QZ-TR-1" not in refused.text


@story
async def test_a_rejected_message_is_found_by_its_reference():
    """What never became a dossier's is found too, with its problems and its reply."""
    async with in_process() as broker:
        submission = await broker.lodge(declaration("QZ-BAD", TypeCode="QQQ"))
        road = await traced(broker, "QZ-BAD")
        assert road["dossiers"] == []
        (shown,) = road["submissions"]
        assert shown["submission"] == submission
        assert shown["messages"][0]["problems"][0]["found"] == "QQQ"
        (reply,) = shown["replies"]
        assert (reply["recipient"], reply["status"]) == (SENDER, "rejected")


@story
async def test_an_event_that_waits_is_found_by_what_it_waits_for():
    """A withdrawal of an unknown MRN is shown waiting."""
    async with in_process() as broker:
        submission = await broker.lodge(withdrawal("26QZ00000000000099"))
        (waiting,) = await broker.rows(tables.UNRESOLVED)
        for name in ("MRN=26QZ00000000000099", waiting["event"], submission):
            road = await traced(broker, name)
            assert road["submissions"][0]["messages"][0]["unresolved"] == 1, name


@story
async def test_a_reference_of_two_parties_leads_to_both():
    """An LRN is its party's own: an operator sees every dossier it means."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-SAME"), SENDER)
        await broker.lodge(declaration("QZ-SAME"), OTHER)
        road = await traced(broker, "LRN=QZ-SAME")
        assert {one["party"] for one in road["dossiers"]} == {"lantern", "pebble"}


def test_a_decision_is_explained_under_the_rules_it_was_taken_by(tmp_path):
    """After the rules have changed, the old decision is explained by the old ones."""

    @story
    async def play():
        old = configured(CONFIG)
        async with in_process(old, tmp_path / "data") as broker:
            await broker.lodge(declaration("QZ-OLD"))
        changed = copied(tmp_path / "config", "firearms")
        assert changed.digest != old.digest
        async with in_process(changed, tmp_path / "data") as broker:
            (dossier,) = (await traced(broker, "QZ-OLD"))["dossiers"]
            rules = {one["rule"] for one in dossier["not_matched"]}
            assert "firearms-and-ammunition" in rules
            assert {one["configuration"] for one in dossier["not_matched"]} == {old.digest}
            broker.clock.fresh("s")  # the id that the first process gave
            await broker.lodge(declaration("QZ-NEW"))
            (dossier,) = (await traced(broker, "QZ-NEW"))["dossiers"]
            assert "firearms-and-ammunition" not in {one["rule"] for one in dossier["not_matched"]}

    play()


@pytest.mark.parametrize("name", ["s_absent", "e_x", "o_x", "v_x", "d_x", "p_x", "LRN=x", "x"])
def test_a_name_of_nothing_is_told_so(name):
    """What names nothing is 404, and the sentence says what a name may be."""

    @story
    async def play():
        async with in_process() as broker:
            said = await broker.call("GET", f"/v1/trace/{name}", OPERATOR)
            assert said.status_code == 404
            assert "SCHEME=VALUE" in said.json()["detail"]

    play()


def configured(folder):
    """A folder's configuration, with its operator."""
    configuration, findings = examine(folder)
    assert findings == ()
    return with_operators(configuration, Settings())


def copied(folder, without):
    """The sample configuration without an agency: its rows, its views and itself."""
    for path in sorted(CONFIG.rglob("*.yaml")):
        if not path.name.startswith(without):
            target = folder / path.relative_to(CONFIG)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return configured(folder)
