"""The published scenarios of the UK, from lodging to the final state, with our own references."""

import pytest
from lxml import etree

from broker.dossiers.amending import differences
from broker.model.events import body_of
from broker.state import dossiers
from broker.state.tables import DOCUMENTS, DOSSIERS, REQUESTS
from tests.broker_in_process import SENDER, XML, in_process, story

LRN, MRN = "QZ-SCENARIO-1", "26QZ00000000000077"


def _named(content: bytes, number: int, *, mrn: bool) -> bytes:
    """A published file with references of our own; each notification gets a number."""
    root = etree.fromstring(content)
    about = next(root.iter("{*}Declaration"))
    lrn = next(about.iterchildren("{*}FunctionalReferenceID"), None)
    if lrn is not None:
        lrn.text = LRN
    if mrn:
        next(about.iterchildren("{*}ID")).text = MRN
    response = next(root.iter("{*}Response"), None)
    if response is not None:
        next(response.iterchildren("{*}FunctionalReferenceID")).text = f"N-{number}"
    return etree.tostring(root)


class Scenario:
    """Files of one scenario, sent in a given order."""

    def __init__(self, broker, corpus) -> None:
        self._broker, self._folder, self._number = broker, corpus / "customs", 0

    async def send(self, *names) -> None:
        """Each by whom it is from: requests and originals by the trader, the rest by customs."""
        for name in names:
            self._number += 1
            folder = (
                "wco-dec"
                if "_decl_" in name or "_amend" in name or "_cancel" in name
                else ("wco-res")
            )
            content = (self._folder / folder / f"{name}.xml").read_bytes()
            payload = _named(content, self._number, mrn="_decl_" not in name)
            if folder == "wco-dec":
                await self._broker.lodge(payload, SENDER)
                await self._broker.feed("customs")
            else:
                taken = await self._broker.call(
                    "POST", "/v1/responses", "customs", content=payload, headers=XML
                )
                assert taken.status_code == 202, taken.text
                await self._broker.settle()

    async def requests(self):
        """What was asked, and how it ended."""
        return [(row["does"], row["state"]) for row in await self._broker.rows(REQUESTS)]

    async def head(self):
        """The dossier."""
        (row,) = await self._broker.rows(DOSSIERS)
        return row

    async def versions(self):
        """Every version: number, state, and which authority corrected it."""
        return [(row["version"], row["state"], row["by"])
                for row in await self._broker.rows(DOCUMENTS)]  # fmt: skip

    async def body(self):
        """The version in force."""
        head = await self.head()
        found = await self._broker.plumbing.database.read(lambda c: dossiers.one(c, head["id"]))
        return body_of(found.live[""].payload)


BEFORE = ("IM016a_decl_IMA", "IM016a_01_DMSACC", "IM016a_02_DMSTAX", "IM016a_03_DMSDOC",
          "IM016a_amend_COR_big")  # fmt: skip
DECIDED = ("IM016a_04_DMSRCV", "IM016a_05_DMSREQ", "IM016a_06_DMSTAX", "IM016a_07_DMSTAX",
           "IM016a_08_DMSRES", "IM016a_09_DMSCLE")  # fmt: skip


@story
async def test_an_amendment_under_control_is_granted_confirmed_and_cleared(corpus):
    """Nine notifications: the version changes once, when customs grants it; 07 changes nothing."""
    async with in_process() as broker:
        scenario = Scenario(broker, corpus)
        await scenario.send(*BEFORE)
        assert await scenario.requests() == [("amend", "open")]
        assert await scenario.versions() == [(1, "live", "")]
        await scenario.send(*DECIDED[:1])
        assert await scenario.requests() == [("amend", "open")]
        await scenario.send(*DECIDED[1:2])
        assert await scenario.requests() == [("amend", "granted")]
        await scenario.send(*DECIDED[2:])
        assert await scenario.versions() == [(1, "live", ""), (2, "live", "")]
        assert (await scenario.head())["state"] == "open"


OUT_OF_ORDER = (
    # how the notifications after the amendment arrive, how the request ends
    ((1, 0, 2, 3, 4, 5), "granted"),
    ((1, 4, 0, 2, 3, 5), "granted"),
    ((4, 1, 0, 2, 3, 5), "overtaken"),
    ((5, 4, 0, 1, 2, 3), "overtaken"),
)


@pytest.mark.parametrize(("order", "state"), OUT_OF_ORDER)
def test_the_same_notifications_in_another_order_come_to_the_same_declaration(order, state, corpus):
    """A result that comes before the decision is customs' own correction, and overtakes it."""
    bodies = []

    @story
    async def play(names):
        async with in_process() as broker:
            scenario = Scenario(broker, corpus)
            await scenario.send(*BEFORE, *names)
            bodies.append((await scenario.requests(), await scenario.body()))

    play(DECIDED)
    play([DECIDED[at] for at in order])
    (usual, wanted), (ended, found) = bodies
    assert usual == [("amend", "granted")]
    assert ended == [("amend", state)]
    assert differences(found, wanted) == ()  # 111.110000 is 111.11


@story
async def test_a_cancellation_is_registered_granted_and_takes_effect_once(corpus):
    """02 registers, 11/39 grants, 10 of the same cancellation ends nothing more."""
    async with in_process() as broker:
        scenario = Scenario(broker, corpus)
        await scenario.send("EX010a_decl_EXA", "EX010a_01_DMSACC", "EX010a_cancel_INV")
        assert await scenario.requests() == [("withdraw", "open")]
        await scenario.send("EX010a_03_DMSRCV")
        assert (await scenario.head())["state"] == "open"
        await scenario.send("EX010a_04_DMSREQ")
        assert await scenario.requests() == [("withdraw", "granted")]
        assert (await scenario.head())["state"] == "withdrawn"
        await scenario.send("EX010a_05_DMSINV")
        head = await scenario.head()
        assert (head["state"], head["overall"]) == ("withdrawn", "withdrawn")
        assert [state for _, state, _ in await scenario.versions()] == ["live", "withdrawn"]


@story
async def test_a_cancellation_is_granted_by_its_result_alone(corpus):
    """10 arrives first: it grants what is open, and the decision changes nothing."""
    async with in_process() as broker:
        scenario = Scenario(broker, corpus)
        await scenario.send("EX010a_decl_EXA", "EX010a_01_DMSACC", "EX010a_cancel_INV",
                            "EX010a_05_DMSINV", "EX010a_04_DMSREQ")  # fmt: skip
        assert await scenario.requests() == [("withdraw", "granted")]
        assert (await scenario.head())["overall"] == "withdrawn"
