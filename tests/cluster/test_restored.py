"""The drill after a restore: a PostgreSQL brought back beside a Kafka that went on."""

from broker.delivery.topic import RESTARTED, topic_of
from tests.broker_in_process import SENDER, XML, declaration, story
from tests.cluster.site import site
from tests.limits import tries

AGENCY, ON_TOPIC = "medicines", "customs"
"""Both are sent every declaration here: the agency polls its feed, the other reads a topic."""
TABLETS = "30049000"
BEFORE, LOST = range(3), range(3, 15)


class Reader:
    """One of several that read the agency's feed, each with a cursor of its own."""

    def __init__(self, at):
        self._at = at
        self.cursor = "c0"
        self.deliveries = []

    async def page(self, role):
        """The next page: its deliveries are noted, and the next one acknowledges them."""
        path = f"/v1/feed?limit=5&wait=1&cursor={self.cursor}"
        answer = await self._at.ask(role, "GET", path, {"Authorization": f"Bearer key-{AGENCY}"})
        if answer.status_code == 200:
            self.cursor = answer.json()["cursor"]
            self.deliveries += answer.json()["deliveries"]
        return answer

    async def read(self, role, count):
        """Read until this many deliveries are known."""
        for _ in tries(f"the feed gives {count} deliveries"):
            if len(self.deliveries) >= count:
                return
            assert (await self.page(role)).status_code == 200

    def ids(self):
        """Of the deliveries, in the order of their numbers."""
        return [one["id"] for one in self.deliveries]


async def lodged(at, role, name):
    """Lodge a declaration of medicines; the id of the submission."""
    headers = {**XML, "Authorization": f"Bearer key-{SENDER}"}
    answer = await at.ask(role, "POST", "/v1/submissions", headers, declaration(name, TABLETS))
    assert answer.status_code == 202, answer.text
    return answer.json()["submission"]


async def state_of(at, role, submission):
    """What its sender is shown of it."""
    headers = {"Authorization": f"Bearer key-{SENDER}"}
    answer = await at.ask(role, "GET", f"/v1/submissions/{submission}", headers)
    return answer.json().get("state")


def by_number(entries):
    """Of a partition's records: what a reader has who starts again at each notice of a restart."""
    held = {}
    for entry in entries:
        number = int(entry.headers["ce_swbseq"])
        if entry.headers["ce_type"] == RESTARTED:
            held = {known: one for known, one in held.items() if known <= number}
        else:
            held[number] = entry.headers["ce_id"]
    return held


@story
async def test_nothing_is_lost_and_each_reader_learns_of_the_other_line(
    tmp_path, kafka_bootstrap, postgres
):
    """What the restored database lacks comes again from the log, under the ids that were given.

    The reader who has read what was lost is refused and acknowledges nothing; the one who has not
    goes on; the reader of a topic is notified on it.
    """
    url = postgres.create()
    database = url.rpartition("/")[2]
    async with site(tmp_path, kafka_bootstrap, url) as at:
        role = await at.start("all")
        receipts = [await lodged(at, role, f"QZ-{number}") for number in BEFORE]
        behind, ahead = Reader(at), Reader(at)
        await behind.read(role, len(BEFORE))
        await ahead.read(role, len(BEFORE))
        shared = ahead.cursor
        await at.rest()
        await role.stop()
        copy = postgres.create(like=database).rpartition("/")[2]

        await at.start("all")
        for number in LOST:  # in turn, so that their numbers are in the order of their lodging
            receipts.append(await lodged(at, role, f"QZ-{number}"))
            await ahead.read(role, number + 1)
        await ahead.page(role)
        await at.rest()
        await role.stop()
        before = ahead.ids()
        postgres.drop(database)
        postgres.create(database, like=copy)

        await at.start("all")
        await at.rest()
        refused = await ahead.page(role)
        assert (refused.status_code, refused.json()["code"]) == (409, "cursor.other-line")
        assert refused.json()["shared"] >= len(BEFORE)
        await behind.read(role, len(before))
        assert behind.ids()[: len(BEFORE)] == before[: len(BEFORE)]
        assert behind.ids() != before
        assert sorted(behind.ids()) == sorted(before)
        ahead.cursor, ahead.deliveries = shared, ahead.deliveries[: len(BEFORE)]
        await ahead.read(role, len(before))
        assert ahead.ids() == behind.ids()
        assert {await state_of(at, role, one) for one in receipts} == {"translated"}
        assert '"wrong": ""' in (await at.verb("positions", "list", "--json"))
        await role.stop()
        partitions = (await at.standing())[topic_of(ON_TOPIC)]
        notices = [
            entry for one in partitions for entry in one
            if entry.headers["ce_type"] == RESTARTED
        ]  # fmt: skip
        assert notices
        held = [found for one in partitions for found in by_number(one).items()]
        assert sorted(number for number, _ in held) == list(range(1, len(held) + 1))
        assert len({delivery for _, delivery in held}) == len(held) >= len(receipts)
