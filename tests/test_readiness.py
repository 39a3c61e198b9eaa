"""Readiness is true: on a full disk it is red and says why, and it is green again by itself."""

from broker.errors import NO_SPACE
from broker.state.tables import PROBES
from tests.broker_in_process import SENDER, XML, declaration, in_process, story


async def bounded(broker, pages):
    """Let the file have this many pages: SQLite's own full disk."""
    await broker.plumbing.log.write(
        lambda raw: raw.execute(f"PRAGMA max_page_count={pages}").fetchone()
    )


@story
async def test_a_full_disk_is_no_space_at_every_door_and_goes_away_without_a_restart(tmp_path):
    """Submissions get 503 with the reason, /readyz is red; with room everything goes on."""
    async with in_process(directory=tmp_path) as broker:
        await broker.lodge(declaration("QZ-BEFORE", "06031100"))
        pages = await broker.plumbing.log.read_with(
            lambda raw: raw.execute("PRAGMA page_count").fetchone()[0]
        )
        await bounded(broker, pages)
        for number in range(400):  # the free room of the pages that there are is used up first
            payload = declaration(f"QZ-{number}", *["06031100"] * 20)
            refused = await broker.call(
                "POST", "/v1/submissions", SENDER, content=payload, headers=XML
            )
            if refused.status_code != 202:
                break
        assert (refused.status_code, refused.json()["detail"]) == (503, NO_SPACE)
        ready = await broker.call("GET", "/readyz")
        assert ready.status_code == 503
        assert NO_SPACE in ready.json()["missing"].values()
        assert "restore" not in ready.text
        await bounded(broker, 1_000_000)
        assert (await broker.call("GET", "/readyz")).json()["missing"] == {}
        submission = await broker.lodge(declaration("QZ-AFTER", "06031100"))
        assert (await broker.status(submission))["messages"][0]["verdict"] == "accepted"


@story
async def test_a_row_is_written_once_a_second_however_often_it_is_asked(tmp_path):
    """Whoever asks all the time costs one commit a second."""
    async with in_process(directory=tmp_path) as broker:
        ticks = 1000.0
        broker.clock.ticks = lambda: ticks
        moments = []
        for seconds in (0.0, 0.5, 2.0):
            ticks = 1000.0 + seconds
            broker.clock.move(seconds=1)
            assert (await broker.call("GET", "/readyz")).status_code == 200
            (row,) = await broker.rows(PROBES)
            moments.append(row["at"])
        assert len(set(moments)) == 2
        assert moments[0] == moments[1]
