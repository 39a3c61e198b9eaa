"""Mutations: a broker with one deliberately broken double is caught, or the checker is blind."""

import random
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import update

from broker.clock import parse_stamp, stamp
from broker.core import rules as core_rules
from broker.core import told as core_told
from broker.delivery.feed import Feed
from broker.dossiers import fold, merging, standing
from broker.dossiers.board import board_tree, overall
from broker.errors import LogFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Hop, Piece
from broker.model.request_table import AT_ONCE
from broker.model.vector import Vector
from broker.state import due, outbox, positions, queue
from broker.state.database import MemoryDatabase
from broker.state.positions import Position
from broker.translation.station import TranslationStation
from tests.simulation import messages
from tests.simulation.ships import AGENT, FIRM
from tests.simulation.trades import AIRLINES
from tests.simulation.world import SHORT, simulate

pytestmark = pytest.mark.long

TRIES = 6
GOODS = replace(SHORT, senders=("lantern-forwarding", "pebble-imports"))
BOUNDS = replace(SHORT.bounds, declarations=9)
FLIGHTS = replace(SHORT, senders=tuple(AIRLINES), bounds=BOUNDS)
CORRECTED = replace(GOODS, bounds=replace(SHORT.bounds, changes=8))
SILENT = replace(GOODS, calm_s=80 * 3600.0, bounds=replace(SHORT.bounds, declarations=9))
BURSTS = replace(SHORT, bounds=replace(SHORT.bounds, pace=0.05, declarations=12))
HURRIED = replace(FLIGHTS, bounds=replace(BOUNDS, pace=0.05, declarations=12, changes=8))
VISITS = replace(SHORT, senders=(AGENT, FIRM), bounds=BOUNDS)


def caught(prepare=None, story=GOODS, tries=TRIES):
    """Every sentence of the first of a few seeds that is caught."""
    for seed in range(tries):
        told = simulate(seed, story, prepare)
        if told.wrong:
            return told.wrong
    return []


def begins(wrong, *words):
    """Whether a sentence begins with one of these words."""
    return any(one.startswith(words) for one in wrong)


class _Sieve(MemoryLog):
    """A log that says it has appended and sometimes has not."""

    def __init__(self) -> None:
        super().__init__(partitions=2)
        self._random = random.Random(1)  # noqa: S311  chance by seed

    async def append(self, records):
        await super().append([one for one in records if self._random.random() > 0.05])


class _Forgetful(MemoryDatabase):
    """A database that says it has committed and sometimes rolls back."""

    def __init__(self) -> None:
        super().__init__()
        self._random = random.Random(1)  # noqa: S311  chance by seed
        self._writes = 0

    async def write(self, work):
        self._writes += 1
        with self._engine.connect() as connection:
            result = work(connection)
            if self._writes < 100 or self._random.random() > 0.03:
                connection.commit()
            return result


def test_a_log_that_drops_is_caught():
    """Records that are acknowledged and not kept leave messages without an end."""
    wrong = caught(lambda world: setattr(world, "log", _Sieve()))
    assert begins(wrong, "accounted", "status")


def test_a_database_that_forgets_is_caught():
    """Receipts for what was rolled back are lost submissions, or numbers with gaps."""
    wrong = caught(lambda world: setattr(world, "database", _Forgetful()))
    assert begins(wrong, "lost", "gap", "accounted", "crash", "refused")


def test_a_compare_and_set_that_always_succeeds_is_caught(monkeypatch):
    """Without its fence two owners do each other's work: twice, or over each other."""

    def move(connection, reader, begin, end, *, number):
        del begin, number
        connection.execute(
            update(positions.POSITIONS)
            .where(*positions._is(reader))
            .values(next=end.next, message=end.message, starts=0)
        )

    monkeypatch.setattr(positions, "move", move)
    assert begins(caught(), "once", "crash", "accounted", "order")


def test_a_hop_that_believes_a_failed_append_is_caught(monkeypatch):
    """Records that are forgotten although the log refused them never arrive."""
    append = Hop._append

    async def believe(self, owed):
        try:
            await append(self, owed)
        except LogFault:
            database, last = self.plumbing.database, owed[-1][0]
            await database.write(lambda connection: outbox.forget(connection, self.owner, last))

    monkeypatch.setattr(Hop, "_append", believe)
    assert begins(caught(), "accounted")


def test_a_feed_that_skips_is_caught(monkeypatch):
    """A reader that is not given a number finds a gap."""
    whole = Feed._cut
    monkeypatch.setattr(Feed, "_cut", lambda self, found: whole(self, found)[len(found) > 1 :])
    assert begins(caught(), "gap")


def test_a_feed_that_changes_its_bytes_is_caught(monkeypatch):
    """What was given once must be given again byte for byte."""
    kept = queue.read

    def read(connection, name, after, limit):
        found = kept(connection, name, after, limit)
        spaces = b" " * (after % 2)
        return [
            one._replace(rendered=one.rendered.replace(b",", spaces + b",", 1)) for one in found
        ]

    monkeypatch.setattr(queue, "read", read)
    wrong = caught()
    assert begins(wrong, "bytes")


def test_a_queue_that_queues_twice_is_caught(monkeypatch):
    """A second row for the same decision is a second delivery."""
    once = queue.put

    def put(connection, rows, configuration=""):
        once(connection, rows, configuration)
        again = [row for row in rows if row.what == "document" and row.id.endswith("7")]
        once(connection, [row._replace(id=f"{row.id}x") for row in again])

    monkeypatch.setattr(queue, "put", put)
    assert begins(caught(), "phantom", "once")


def test_pieces_that_are_taken_as_they_arrive_are_caught(monkeypatch):
    """A later record that is committed before an earlier one moves the position past that one."""
    in_order = TranslationStation.work
    taken = set()

    def work(self, entry, loaded, skip):
        if (id(loaded), entry.position) in taken:
            return
        for made in in_order(self, entry, loaded, skip):
            yield made
            if isinstance(made, Piece):
                continue
            for later in [one for one in loaded.entries if one.position > entry.position]:
                job = loaded.jobs.get(later.position)
                for one in job._made if job is not None and job.over else ():
                    taken.add((id(loaded), later.position))
                    yield Piece(later, Position(later.position + 1), one, 1_000_000)

    monkeypatch.setattr(TranslationStation, "work", work)
    assert begins(caught(story=BURSTS), "accounted", "status", "crash", "order")


def test_a_change_that_does_not_wait_for_what_is_unfinished_is_caught(monkeypatch):
    """It is applied to the list before, and the list that it is about comes late and is lost."""
    monkeypatch.setattr("broker.translation.station.waits_its_turn", lambda *_: False)
    assert begins(caught(story=HURRIED), "order:", "aboard:")


def test_a_change_that_is_applied_to_what_has_overtaken_it_is_caught(monkeypatch):
    """A change of an unfinished submission is applied to a list that was lodged after it."""
    for module in ("fold", "withdrawing"):
        name = f"broker.dossiers.{module}.is_newer"
        monkeypatch.setattr(name, lambda *_: False)
    for module in ("broker.dossiers.fold", "broker.core.step"):
        monkeypatch.setattr(f"{module}.find_newer", lambda *_: None)
    assert begins(caught(story=HURRIED), "order:", "aboard:")


def test_a_merge_that_loses_a_piece_is_caught(monkeypatch):
    """Whoever came with a piece and is not on the list is missed."""
    sound = fold.merged

    def merged(live, said, package, numbers):
        means = {**said["BorderTransportMeans"], "Passenger": [], "Crew": []}
        return sound(live, {**said, "BorderTransportMeans": means}, package, numbers)

    monkeypatch.setattr(fold, "merged", merged)
    assert begins(caught(story=FLIGHTS), "aboard")


def test_a_merge_that_matches_nobody_is_caught(monkeypatch):
    """Whoever comes again must not be on the list twice."""
    monkeypatch.setattr(merging._Known, "take_all", lambda _known, found: [None] * len(found))
    assert begins(caught(story=FLIGHTS), "aboard")


def test_a_board_that_says_all_to_everybody_is_caught(monkeypatch):
    """What was said of one declarant's part is not for the other one."""
    monkeypatch.setattr(
        core_told, "declarant_tree", lambda board, _reader: board_tree(board, overall(board))
    )
    assert begins(caught(story=VISITS), "private")


@pytest.fixture
def generous(monkeypatch):
    """Agencies release whatever they are asked about."""
    monkeypatch.setattr(messages, "STATUSES", ("released",))
    monkeypatch.setattr(messages, "FUNCTIONS", ("09",))


@pytest.mark.usefixtures("generous")
def test_answers_that_are_accepted_on_any_version_are_caught(monkeypatch):
    """What was released before a correction does not release what the correction says."""
    sound = standing.unpack

    def unpack(packed):
        vector = sound(packed)
        marks = {path: mark._replace(since=0) for path, mark in vector.elements.items()}
        return Vector(vector.rest and vector.rest._replace(since=0), marks)

    monkeypatch.setattr(standing, "unpack", unpack)
    assert begins(caught(story=SILENT), "clear")


@pytest.mark.usefixtures("generous")
def test_silence_that_is_counted_from_sending_is_caught(monkeypatch):
    """A delivery that nobody had yet is not released by the silence about it."""
    sound = queue.put

    def put(connection, rows, configuration=""):
        sound(connection, rows, configuration)
        for row in rows:
            if row.silence:
                wanted = orjson.loads(row.silence)
                at = stamp(parse_stamp(row.created_at) + timedelta(seconds=wanted["within_s"]))
                due.put(connection, [due.Due(row.dossier, wanted["name"], at, wanted["kind"])])

    monkeypatch.setattr(queue, "put", put)
    monkeypatch.setattr(core_rules, "tables_in_force", lambda *_: AT_ONCE)  # nothing is asked
    assert begins(caught(story=SILENT, tries=2 * TRIES), "silence")  # few stories have it


def test_an_objection_that_a_change_lifts_is_caught(monkeypatch):
    """Recoding, renumbering or removing what was objected to does not release it."""
    monkeypatch.setattr(standing, "_holds", lambda *_: ())
    assert begins(caught(story=CORRECTED), "hold")


@pytest.mark.usefixtures("generous")
def test_a_broker_that_opens_everything_is_caught(monkeypatch):
    """Nobody is asked again about what they have released as it is."""
    monkeypatch.setattr(standing, "FAVOURABLE", frozenset())
    assert begins(caught(story=SILENT), "needless")


@pytest.mark.usefixtures("generous")
def test_agencies_that_release_everything_are_heard_right():
    """The same story with a sound broker breaks no promise, and something is released."""
    told = simulate(0, SILENT)
    assert told.wrong == []
    assert "released" in {row["overall"] for row in told.readout.of("dossiers")}


@pytest.mark.parametrize(
    "story", [GOODS, FLIGHTS, HURRIED, VISITS], ids=["goods", "flights", "hurried", "visits"]
)
def test_without_a_mutation_nothing_is_wrong(story):
    """The short stories themselves are sound: what is caught above is the mutation."""
    assert simulate(0, story).wrong == []
