"""Names lead to dossiers and submissions, whatever they are of."""

from broker.core import station as core_station
from broker.state import names, tables
from tests.broker_in_process import SENDER, declaration, in_process, story


async def named(broker, name):
    """What a name names."""
    return await broker.plumbing.database.read(lambda connection: names.named(connection, name))


@story
async def test_each_id_says_what_it_is_of():
    """A submission leads to itself; everything that was made of it leads to the dossier."""
    async with in_process() as broker:
        submission = await broker.lodge(declaration("QZ-N"))
        (dossier,) = await broker.rows(tables.DOSSIERS)
        (document,) = await broker.rows(tables.DOCUMENTS)
        (outcome,) = await broker.rows(tables.OUTCOMES)
        delivery = (await broker.rows(tables.QUEUE))[0]
        assert await named(broker, submission) == ("submission", (), (submission,))
        assert await named(broker, dossier["id"]) == ("dossier", (dossier["id"],), ())
        assert await named(broker, document["id"]) == ("document", (dossier["id"],), ())
        found = await named(broker, outcome["event"])
        assert found == ("event", (dossier["id"],), (submission,))
        assert (await named(broker, delivery["id"])).dossiers == (dossier["id"],)
        assert await named(broker, "LRN=QZ-N") == ("reference", (dossier["id"],), (submission,))
        assert await named(broker, "MRN=QZ-N") == ("reference", (), (submission,))
        assert await named(broker, "QZ-OTHER") is None


@story
async def test_a_parked_record_leads_to_its_dossier_and_submission(monkeypatch):
    """What was parked before there was a dossier leads to the submission all the same."""

    def step(*_given):
        raise ZeroDivisionError

    monkeypatch.setattr(core_station, "step", step)
    async with in_process() as broker:
        submission = await broker.lodge(declaration("QZ-N"))
        (parked,) = await broker.rows(tables.PARKED)
        found = await named(broker, parked["id"])
        assert (found.what, found.submissions) == ("parked", (submission,))
        assert found.dossiers == (parked["dossier"],)


@story
async def test_a_reply_to_a_rejection_leads_to_its_submission():
    """It is of no dossier: what it answers is named instead."""
    async with in_process() as broker:
        submission = await broker.lodge(declaration("QZ-N", TypeCode="QQQ"))
        (row,) = await broker.rows(tables.QUEUE)
        assert row["recipient"] == SENDER
        assert await named(broker, row["id"]) == ("delivery", (), (submission,))


@story
async def test_dossiers_and_submissions_lead_to_each_other():
    """Every submission that said anything about a dossier, in order of acceptance."""
    async with in_process() as broker:
        first = await broker.lodge(declaration("QZ-N"))
        second = await broker.lodge(declaration("QZ-N", "06031100"))
        (dossier,) = await broker.rows(tables.DOSSIERS)
        read = broker.plumbing.database.read
        found = await read(lambda connection: names.submissions_of(connection, [dossier["id"]]))
        assert found == [first, second]
        found = await read(lambda connection: names.dossiers_of(connection, [second]))
        assert found == [dossier["id"]]
