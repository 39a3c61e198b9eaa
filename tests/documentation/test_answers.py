"""Every door is asked, and what it answers is what is published of it."""

from dataclasses import replace

import orjson

from broker import readiness
from broker.core import station
from broker.errors import StateFault
from broker.model.kept import registry
from broker.state.tables import SUBMISSIONS
from tests.broker_in_process import (
    JSON,
    OPERATOR,
    SENDER,
    XML,
    declaration,
    in_process,
    request,
    story,
)
from tests.documentation.published import Published, operations_of
from tests.families import (
    EDIFACT,
    NDJSON,
    WORKBOOK,
    crewed,
    declared,
    flight,
    item,
    listed,
    paxlst,
    people,
    push,
    seafarers,
    ship,
)

FLOWERS = "06031100"
POST, AIRLINE, AGENT = "marigold-post", "paperkite-airlines", "saltbox-agents"
NOBODY = "s_none"
LODGE, ANSWER = "/v1/submissions", "/v1/responses"


async def traffic(broker):
    """Messages of every family, good and bad, with answers, questions and requests."""
    await broker.lodge(declaration("QZ-1", FLOWERS))
    given = await broker.newest("customs", "goods")
    await broker.decide("customs", given["id"], "acknowledged", references=[["MRN", "26QZ1"]])
    plants = await broker.newest("plant-health", "goods")
    wanted = [{"type": "N851", "until": "2026-11-23T12:00:00Z"}]
    await broker.decide("plant-health", plants["id"], "held", wanted=wanted, reasons=["rust"])
    await broker.lodge(declaration("QZ-1", FLOWERS, FLOWERS))
    await broker.decide("plant-health", plants["id"], "released")
    await broker.lodge(request("26QZ1", "INV"))
    await broker.lodge(b"<nothing/>")
    await broker.lodge(b"of no syntax")
    unknown = {"id": "A-9", "references": [["MRN", "26QZ9"]], "answers": [{"status": "held"}]}
    await broker.answer("customs", unknown)
    await broker.lodge(push(item(1), {"TypeCode": "?"}), POST, **NDJSON)
    await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2), total=2)), AIRLINE, **EDIFACT)
    await broker.lodge(declared(ship(1, crew=2)), AGENT, **WORKBOOK)
    await broker.lodge(crewed("SWB-1", seafarers(1, 1, 2)), AGENT, **WORKBOOK)
    await broker.lodge(declaration("QZ-2", FLOWERS))
    newest = await broker.newest("plant-health", "goods")
    until = {"valid_until": "2026-11-23T12:00:00Z"}
    await broker.decide("plant-health", newest["id"], "information_wanted", **until)
    form = {"request": "withdraw", "id": "R-1", "references": [["LRN", "QZ-7"]]}
    await broker.lodge(orjson.dumps(form), SENDER, **JSON)
    broker.clock.move(days=2)  # what was wanted is overdue
    await broker.settle()


FEEDS = ("/v1/feed", "/v1/deliveries")
HOLDERS = {**dict.fromkeys(FEEDS, SENDER), LODGE: SENDER, ANSWER: "customs"}
"""Whose key opens a door, where it is no operator's."""


async def reading(broker):
    """What senders, agencies and operators read."""
    for name in (*broker.configuration.senders, *broker.configuration.recipients):
        await broker.call("GET", "/v1/feed?cursor=c0&limit=500", name)
        await broker.call("GET", "/v1/deliveries?first=1&last=500", name)
    for row in await broker.rows(SUBMISSIONS):
        for key in (row["sender"], OPERATOR, "plant-health"):
            await broker.call("GET", f"{LODGE}/{row['id']}", key)
        await broker.call("GET", f"{LODGE}/{row['id']}/raw", OPERATOR)
        await broker.call("GET", f"/v1/trace/{row['id']}?bodies=true", OPERATOR)


async def operating(broker, monkeypatch):
    """Keys, and what waits for a person: one thing resumed, another discarded."""
    monkeypatch.setattr(station, "step", lambda *_given: 1 / 0)
    for number, decision in enumerate(("resume", "discard")):
        await broker.lodge(declaration(f"QZ-P{number}"))
        (parked,) = (await broker.call("GET", "/v1/parked", OPERATOR)).json()["parked"]
        path = f"/v1/parked/{parked['id']}"
        await broker.call("GET", path, OPERATOR)
        await broker.call("GET", f"/v1/trace/LRN=QZ-P{number}", OPERATOR)
        monkeypatch.undo()
        why = {"why": "it was a bug"}
        await broker.call("POST", f"{path}/{decision}", OPERATOR, json=why)
        await broker.settle()
        for again in ("resume", "discard"):
            await broker.call("POST", f"{path}/{again}", OPERATOR, json=why)
        await broker.call("GET", path, OPERATOR)
        monkeypatch.setattr(station, "step", lambda *_given: 1 / 0)
    monkeypatch.undo()
    await broker.call("GET", "/v1/parked?state=all", OPERATOR)
    await broker.call("POST", "/v1/keys", OPERATOR, json={"name": "customs"})
    await broker.call("DELETE", "/v1/keys/wildlife", OPERATOR)
    await broker.call("GET", "/v1/keys", OPERATOR)


async def registering(broker):
    """The whole read side of the registry."""
    schema = {"schema": orjson.dumps(registry().by_id[1].schema).decode()}
    subject = f"/registry/subjects/{registry().by_id[1].subject}"
    for tail in ("", "/schema", "/subjects", "/versions"):
        await broker.call("GET", f"/registry/schemas/ids/1{tail}?subject=any")
        await broker.call("GET", f"/registry/schemas/ids/99{tail}")
    for tail in ("schemas/types", "subjects", "config", "config/none", f"config/{subject[19:]}"):
        await broker.call("GET", f"/registry/{tail}")
    for tail in ("", "/latest", "/latest/schema", "/none", "/none/schema", "/99", "/99/schema"):
        await broker.call("GET", f"{subject}/versions{tail}")
    await broker.call("GET", "/registry/subjects/none/versions")
    for content in (orjson.dumps(schema), b'{"schema": "{}"}', b"?", b"", b" " * 300_000):
        await broker.call("POST", subject, content=content)
    await broker.call("POST", subject, content=b"x", headers={"Content-Encoding": "br"})


async def refused(broker):
    """Each door, in every way in which it refuses a whole request."""
    for method, template in operations_of(await _document(broker)):
        path = template.format(submission=NOBODY, name="p_none", schema_id="1",
                               subject="none", version="1")  # fmt: skip
        keyed = "/v1/" in path
        known = HOLDERS.get(path, OPERATOR)
        key = known if keyed else ""
        other = "customs" if known in {OPERATOR, SENDER} else SENDER
        why = orjson.dumps({"why": "it is so", "name": "wildlife"})
        for holder in {key, other if path not in FEEDS else OPERATOR, ""}:
            await broker.call(method, path, holder, content=why, headers=JSON)
        await broker.call(method, f"{path}?misspelt=1", key)
        for content, headers in ((b"", XML), (b"x", {**XML, "Content-Encoding": "br"}),
                                 (b"x", {"Content-Type": "image/png"}),
                                 (b" " * 99_999, XML)):  # fmt: skip
            if method == "POST":
                await broker.call(method, path, key, content=content, headers=headers)


async def _document(broker):
    return (await broker.call("GET", "/openapi.json")).json()


async def conflicting(broker):
    """Names that are used again: of a request, and of an answer."""
    lost = await broker.call("GET", "/v1/feed?cursor=c1-0123456789abcdef", SENDER)
    assert (lost.json()["code"], lost.json()["shared"]) == ("cursor.other-line", 0)
    named = {**XML, "Idempotency-Key": "K-1"}
    for content in (b"<one/>", b"<one/>", b"<other/>"):
        await broker.call("POST", LODGE, SENDER, content=content, headers=named)
    given = await broker.newest("customs", "goods")
    for key, status in (("K-1", "held"), ("K-1", "held"), ("", "released")):
        said = {"id": "A-1", "delivery": given["id"], "answers": [{"status": status}]}
        headers = {**JSON, **({"Idempotency-Key": key} if key else {})}
        await broker.call("POST", ANSWER, "customs", content=orjson.dumps(said), headers=headers)
        await broker.settle()
    said = {"id": "A-2", "delivery": "d_none", "answers": [{"status": "held"}]}
    await broker.respond("customs", said)


async def limited(broker, monkeypatch):
    """Each door with a key whose holder has made all the requests that it may."""
    gate = broker.stations.gate
    with monkeypatch.context() as while_limited:
        while_limited.setattr(broker.clock, "ticks", lambda: 1e9)  # the minute does not pass
        few = replace(gate._allowance, requests_per_minute=1)
        while_limited.setattr(gate, "_allowance", few)
        for method, template in operations_of(await _document(broker)):
            path = template.format(submission=NOBODY, name="p_none", schema_id="1",
                                   subject="none", version="1")  # fmt: skip
            if "/v1/" in path:
                for holder in (SENDER, SENDER):
                    told = await broker.call(method, path, holder)
                assert told.status_code == 429


async def broken(broker, monkeypatch):
    """What is answered when the database does not commit, and cannot be read."""

    async def refuses(_work):
        raise StateFault("the disk is full")

    for path in ("/livez", "/readyz", "/metrics"):
        await broker.call("GET", path)
    monkeypatch.setattr(readiness, "PROVEN_S", -1.0)  # a row is written each time
    broker.plumbing.database.write = broker.plumbing.database.read = refuses
    for method, template in operations_of(await _document(broker)):
        name = HOLDERS.get(template, OPERATOR)
        path = template.format(submission=NOBODY, name="p_none", schema_id="1", subject="none",
                               version="1")  # fmt: skip
        content = b'{"why": "it is so", "name": "wildlife"}'
        await broker.call(method, path, name, content=content, headers=JSON)


@story
async def test_every_answer_of_every_door_is_as_published(monkeypatch):
    """Each documented status but a bug's is seen, and each answer has its type, headers, schema."""
    async with in_process(body_bytes_max=90_000) as broker:
        published = await Published.of(broker)
        await traffic(broker)
        await reading(broker)
        await operating(broker, monkeypatch)
        await registering(broker)
        await conflicting(broker)
        await refused(broker)
        await limited(broker, monkeypatch)
        await broken(broker, monkeypatch)
        documented = {
            (method, path, int(status))
            for (method, path), operation in operations_of(published.document).items()
            for status in operation["responses"]
        }
        bugs = {one for one in documented if one[2] == 500}
        assert documented - bugs - published.seen == set()
        assert published.types >= {"goods-declaration.new", "postal-item.new",
                                   "persons-report.new", "conveyance-report.new",
                                   "board.changed", "answer.question-overdue",
                                   "declaration.withdrawn", "message.rejected"}  # fmt: skip
