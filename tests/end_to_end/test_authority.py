"""What is not yours behaves, in every answer and in time, as if it were not there.

Each story is played in two worlds: in one the other party's declaration exists, is delivered to
customs and plant health, and has its MRN; in the other it does not. Whoever has no right to it
names it by every id and reference it has. Both worlds must say the same, word for word but for
ids and moments, at once and when the deadlines have passed; and nothing is bound.
"""

import base64
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
import pytest

from adapters.customs.writing import response_document
from broker.state.tables import (
    ALIASES,
    ANSWERS,
    ASKS,
    DECISIONS,
    DOCUMENTS,
    DOSSIERS,
    OUTCOMES,
    QUEUE,
    SUBMISSIONS,
    UNRESOLVED,
)
from tests.broker_in_process import (
    JSON,
    OPERATOR,
    OTHER,
    SENDER,
    XML,
    declaration,
    in_process,
    request,
    story,
    withdrawal,
)
from tests.toy_format import HOUSE, TOY, put, toy, toy_configuration

FLOWERS, IVORY = "06031100", "96011000"
LRN, MRN = "QZ-THEIRS", "26QZTHEIRS"
THEIRS = declaration(LRN, FLOWERS)
ID = re.compile(r"\b[a-z]_[0-9a-f]{32}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+)?Z?")
CHAIN = re.compile(r'(?<="swbchain":")[0-9a-f]{16}|(?<=c\d-)[0-9a-f]{16}|(?<=c\d\d-)[0-9a-f]{16}')
"""What a numbered row proves by the ids of all deliveries before it."""
TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
TABLES = (ALIASES, DOSSIERS, DOCUMENTS, OUTCOMES, DECISIONS, ASKS, ANSWERS)


@dataclass
class Foreign:
    """What the other party's declaration is called."""

    submission: str
    dossier: str
    document: str
    deliveries: tuple[str, ...]


async def theirs(broker):
    """The other party's declaration: lodged, delivered, with its MRN."""
    lodged = await broker.lodge(THEIRS, OTHER)
    given = await broker.newest("customs", "goods")
    await broker.decide("customs", given["id"], "acknowledged", references=[["MRN", MRN]])
    queued = [row["id"] for row in await broker.rows(QUEUE) if row["what"] == "document"]
    data = given["data"]
    return Foreign(lodged, data["dossier"], data["document"], tuple(queued))


class World:
    """A broker, and all that was said in it."""

    def __init__(self, broker, foreign):
        self.broker, self.foreign, self.said = broker, foreign, []

    async def tell(self, method, path, key, **more):
        """One request; what is answered, and all that comes of it."""
        told = await self.broker.call(method, path, key, **more)
        said = (_masked(path.encode()), told.status_code, _masked(told.content), _heads(told))
        self.said.append(said)
        await self.broker.settle()

    async def look(self, key):
        """The feed, and the status of everything one has lodged."""
        await self.tell("GET", "/v1/feed", key)
        for row in await self.broker.rows(UNRESOLVED):
            self.said.append(("waits", row["sender"], row["refs"], row["until"]))

    async def statuses(self, key, party):
        """Every submission of the party, as it is shown to it."""
        for row in await self.broker.rows(SUBMISSIONS):
            if row["party"] == party:
                await self.tell("GET", f"/v1/submissions/{row['id']}", key)


def _masked(content):
    """The words without ids and moments; what is packed is unpacked."""
    text = content.decode()
    for packed in re.findall(r'"data_base64":"([^"]*)"', text):
        text = text.replace(packed, base64.b64decode(packed).decode())
    for pattern, mask in ((TRACE, "TRACE"), (CHAIN, "CHAIN"), (ID, "ID"), (MOMENT, "MOMENT")):
        text = pattern.sub(mask, text)
    return text


def _heads(told):
    lengths = {"content-length", "content-disposition"}
    return sorted(pair for pair in told.headers.items() if pair[0] not in lengths)


@asynccontextmanager
async def world(*, exists, foreign=None):
    """One of the two worlds; in the empty one the other's names are known all the same."""
    config = toy_configuration()
    async with in_process(config) as broker:
        if exists:
            foreign = await theirs(broker)
        yield World(broker, foreign)


async def both(play):
    """What the same story says in both worlds, after its deadlines; and what it left behind."""
    said, foreign = [], None
    for exists in (True, False):
        async with world(exists=exists, foreign=foreign) as here:
            foreign = here.foreign
            before = await _rows_of(here)
            await play(here)
            here.broker.clock.move(hours=72)
            await here.broker.settle()
            await here.look(SENDER)
            await here.look("wildlife")
            await here.look(HOUSE)
            await here.statuses(SENDER, "lantern")
            await here.statuses("wildlife", "wildlife")
            await here.statuses(HOUSE, "toys")
            assert _without_silence(await _rows_of(here)) == _without_silence(before)
            assert await here.broker.rows(UNRESOLVED) == []
            said.append(here.said)
    return said


async def _rows_of(here):
    """Everything the tables know of the other party's dossier."""
    found = {}
    for table in TABLES:
        column = "id" if table is DOSSIERS else "dossier"
        found[table.name] = [
            row for row in await here.broker.rows(table) if row[column] == here.foreign.dossier
        ]
    return found


def _without_silence(rows):
    """Deadlines pass in every world: asks become overdue, by events of the broker's own."""
    asks = [{**row, "state": row["state"].replace("overdue", "open")} for row in rows["asks"]]
    outcomes = [row for row in rows["outcomes"] if row["does"] != "elapsed"]
    return {**rows, "asks": asks, "outcomes": outcomes}


async def looks(here):
    """A sender asks for the other's submission, dossier, document, originals and trace."""
    foreign = here.foreign
    names = [foreign.submission, foreign.dossier, foreign.document, *foreign.deliveries]
    for key in (SENDER, "wildlife", "customs-not", ""):
        for name in names:
            await here.tell("GET", f"/v1/submissions/{name}", key)
            await here.tell("GET", f"/v1/submissions/{name}/raw", key)
            await here.tell("GET", f"/v1/trace/{name}", key)
            await here.tell("GET", f"/v1/parked/{name}", key)
        await here.tell("GET", f"/v1/trace/MRN={MRN}", key)
        await here.tell("GET", f"/v1/trace/LRN={LRN}?bodies=true", key)


async def names_the_mrn(here):
    """A sender withdraws, presents and corrects what is the other's."""
    for content in (withdrawal(MRN), request(MRN, "GPR", "R-2"), request(MRN, "COR", "R-3")):
        await here.tell("POST", "/v1/submissions", SENDER, content=content, headers=XML)


async def lodges_the_same(here):
    """A sender lodges the other's very bytes, and another content under the same LRN."""
    for content in (THEIRS, declaration(LRN, IVORY), declaration(LRN, FLOWERS, ID=MRN)):
        await here.tell("POST", "/v1/submissions", SENDER, content=content, headers=XML)


async def names_it_beside_its_own(here):
    """References in the request's header: with a declaration of one's own, and with none."""
    for reference in (f"MRN={MRN}", f"LRN={LRN}"):
        for content, key, kind in (
            (declaration(f"QZ-OWN-{reference[:3]}", IVORY), SENDER, XML),
            (withdrawal("26QZNOBODYS"), SENDER, XML),
            (toy(put(f"TOY-{reference[:3]}"), {"does": "withdraw"}), HOUSE, TOY),
            (toy({"does": "note", "references": [["LRN", LRN], ["MRN", MRN]]}), HOUSE, TOY),
        ):
            headers = {**kind, "Swb-Reference": reference}
            await here.tell("POST", "/v1/submissions", key, content=content, headers=headers)


async def answers_what_it_was_not_sent(here):
    """An agency that was sent nothing answers by delivery, by LRN, by MRN, in JSON and in XML."""
    held = [{"status": "refused", "subject": {"item": 1}}]
    deliveries = enumerate((*here.foreign.deliveries, here.foreign.dossier))
    answers = [{"id": f"A-{n}", "delivery": one, "answers": held} for n, one in deliveries]
    mrn, lrn, other = ["MRN", MRN], ["LRN", LRN], ["MRN", "26QZOTHER"]
    answers += [
        {"id": "A-R", "references": references, "answers": held}
        for references in ([mrn], [lrn], [lrn, mrn], [lrn, other])
    ]
    for said in answers:
        await here.tell(
            "POST", "/v1/responses", "wildlife", content=orjson.dumps(said), headers=JSON
        )
    lrn_alone = {"FunctionalReferenceID": LRN}
    for named in ({"ID": MRN}, lrn_alone, {**lrn_alone, "ID": "26QZOTHER"}):
        tree = {"FunctionCode": "09", "FunctionalReferenceID": "A-X", "Declaration": named}
        xml = response_document({**tree, "IssueDateTime": "2026-11-22T09:30:00Z"})
        await here.tell("POST", "/v1/responses", "wildlife", content=xml, headers=XML)


async def answers_its_own_naming_theirs(here):
    """An agency with a delivery of its own names the other's number, or its elements, in it."""
    await here.broker.lodge(declaration("QZ-IVORY", IVORY))
    given = await here.broker.newest("wildlife", "goods")
    said = {"id": "A-1", "delivery": given["id"], "references": [["MRN", MRN], ["LRN", LRN]],
            "answers": [{"status": "held"}]}  # fmt: skip
    await here.tell("POST", "/v1/responses", "wildlife", content=orjson.dumps(said), headers=JSON)
    for reference in (f"MRN={MRN}", f"LRN={LRN}"):
        said |= {"id": f"A-{reference}", "references": []}
        await here.tell("POST", "/v1/responses", "wildlife", content=orjson.dumps(said),
                        headers={**JSON, "Swb-Reference": reference})  # fmt: skip


PLAYS = (
    looks,
    names_the_mrn,
    lodges_the_same,
    names_it_beside_its_own,
    answers_what_it_was_not_sent,
    answers_its_own_naming_theirs,
)


@pytest.mark.parametrize("play", PLAYS)
@story
async def test_what_is_not_yours_behaves_as_if_absent(play):
    """The same codes, words, replies and deadlines in both worlds; nothing of theirs moves."""
    there, nowhere = await both(play)
    for with_it, without_it in zip(there, nowhere, strict=True):
        assert with_it == without_it


@story
async def test_the_owner_finds_what_the_others_do_not():
    """The stories above are told of something that is there: its party and customs reach it."""
    async with world(exists=True) as here:
        broker, foreign = here.broker, here.foreign
        told = await broker.call("GET", f"/v1/submissions/{foreign.submission}", OTHER)
        assert told.status_code == 200
        told = await broker.call("GET", f"/v1/trace/MRN={MRN}", OPERATOR)
        assert told.status_code == 200
        lodged = await broker.lodge(withdrawal(MRN), OTHER)
        assert (await broker.status(lodged, OTHER))["overall"] == "withdrawn"


@pytest.mark.parametrize("references", [[["MRN", MRN]], [["LRN", "QZ-MINE"], ["MRN", MRN]]])
@story
async def test_customs_cannot_give_one_number_to_two_declarations(references):
    """The MRN keeps meaning the first; customs is told that the references contradict."""
    async with world(exists=True) as here:
        broker = here.broker
        await broker.lodge(declaration("QZ-MINE"))
        before = await broker.rows(ALIASES)
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "acknowledged", references=references)
        assert await broker.rows(ALIASES) == before
        told = await broker.newest("customs", "message.declined")
        assert orjson.loads(base64.b64decode(told["data_base64"]))["problems"][0]["code"] == (
            "reference.ambiguous"
        )


@story
async def test_an_agency_that_may_not_bind_binds_nothing():
    """Plant health gives its delivery a new MRN: the answer counts, the number is nobody's."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        given = await broker.newest("plant-health", "goods")
        before = await broker.rows(ALIASES)
        await broker.decide("plant-health", given["id"], "held", references=[["MRN", "26QZNEW"]])
        assert await broker.rows(ALIASES) == before
        assert len(await broker.rows(ANSWERS)) == 1
        lodged = await broker.lodge(withdrawal("26QZNEW"))
        assert (await broker.status(lodged))["overall"] == "unresolved"


@story
async def test_an_lrn_that_two_declarants_use_does_not_mix_their_dossiers():
    """Customs names the LRN alone: it is told to say which, and neither dossier has an answer."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        await broker.lodge(declaration("QZ-1", FLOWERS), OTHER)
        said = {"id": "A-1", "references": [["LRN", "QZ-1"]], "answers": [{"status": "released"}]}
        lodged = await broker.answer("customs", said)
        assert (await broker.status(lodged))["overall"] == "declined"
        assert await broker.rows(ANSWERS) == []


@story
async def test_an_agency_sees_of_a_dossier_only_what_it_is_told_itself():
    """The status of its answer shows its own row and ask: no other agency, no overall status."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1", FLOWERS, "02013000"))
        given = await broker.newest("plant-health", "goods")
        answer = await broker.decide("plant-health", given["id"], "held")
        told = await broker.call("GET", f"/v1/submissions/{answer}", "plant-health")
        text = told.text
        assert told.json()["messages"][0]["outcomes"][0]["outcome"] == "applied"
        for hidden in ("customs", "animal-health", "lantern", "waiting", lodged, "withheld"):
            assert hidden not in text, hidden
        for other in ("customs", "animal-health", SENDER):
            told = await broker.call("GET", f"/v1/submissions/{answer}", other)
            assert told.status_code == 404
