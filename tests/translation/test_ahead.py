"""Records whose translation is begun elsewhere before their turn."""

import pytest

from adapters.syntaxes import FileSyntax
from broker.adapter import Profile, Translation
from broker.errors import ConfigFault
from broker.hop import Piece
from broker.model.records import Entry
from broker.state.positions import Position
from broker.translation.batch import Batch, Means
from broker.translation.station import Basis, TranslationStation
from broker.translation.step import submission_of, too_costly

USABLE = Basis(lambda *_: {"FORM": Profile("", "", "FORM")})


class Elsewhere:
    """An executor of jobs that arrive when the test says so; it has room for `room` of them."""

    def __init__(self, room):
        self.room, self.begun, self.dropped = room, [], []

    def takes(self, payload):
        """Not the small ones."""
        return payload != b"small"

    def has_room(self, payload):
        """As many as there is room for."""
        return bool(payload) and len(self.begun) - len(self.dropped) < self.room

    def begin(self, headers, payload, usable, skip):
        """A job that has its only message at once."""
        assert usable["FORM"].name == headers["swb_profile"]
        self.begun.append((headers["ce_id"], skip))
        return One(self, submission_of(headers, payload))


class Unread:
    """An adapter whose files cannot be read."""

    format, syntax = "FORM", FileSyntax("trial", lambda _payload: None)

    def translate(self, _payload, _profile):
        """Nothing."""
        return Translation((), iter(()))


class One:
    """A job with one message, which is the last."""

    cpu_s = 0.0

    def __init__(self, elsewhere, submission):
        self.elsewhere, self.submission = elsewhere, submission
        self.messages = [too_costly(submission, 0, "took long")]

    def take(self):
        """The message, then nothing."""
        made, self.messages = self.messages, []
        return made

    def drop(self):
        """Let go."""
        self.elsewhere.dropped.append(self.submission.id)


def profile_of(name, form, received_at):
    """Every profile but one is there."""
    if name == "removed":
        raise ConfigFault(f"no profile of this name: {form} {received_at}")
    return Profile(name=name, family="customs", format=form)


def entry(position, payload=b"large", profile="p"):
    """The record of a submission."""
    headers = {"ce_id": f"s_{position}", "swb_number": "1", "swb_sender": "lantern",
               "swb_party": "lantern", "swb_family": "customs", "swb_format": "FORM",
               "swb_profile": profile,
               "ce_time": "2026-11-22T09:30:00.000Z"}  # fmt: skip
    return Entry("submissions.customs", 0, position, "lantern", headers, payload)


def batch(*entries, room=2):
    """A station, what it has loaded, and where it sends what is costly."""
    elsewhere = Elsewhere(room)
    station = TranslationStation({"FORM": Unread()}, profile_of, {}, USABLE, Means(elsewhere))
    return station, Batch(entries, {}), elsewhere


def test_as_many_are_begun_ahead_as_there_is_room_for():
    """The record whose turn it is begins in any case, after its first messages; others at 0."""
    station, loaded, elsewhere = batch(*map(entry, range(5)), room=2)
    assert len(list(station.work(loaded.entries[0], loaded, 3))) == 1
    assert elsewhere.begun == [("s_0", 3), ("s_1", 0)]
    assert elsewhere.dropped == ["s_0"]
    list(station.work(loaded.entries[1], loaded, 0))
    assert elsewhere.begun[2:] == [("s_2", 0)]
    station.end(loaded)
    assert sorted(elsewhere.dropped) == ["s_0", "s_1", "s_2"]


def test_small_records_are_translated_here_between_the_others():
    """They wait for their turn like all others, and need no room."""
    station, loaded, elsewhere = batch(entry(0), entry(1, b"small"), entry(2), room=9)
    pieces = [list(station.work(one, loaded, 0)) for one in loaded.entries]
    assert [[piece.value.submission.id for piece in made] for made in pieces] == [
        ["s_0"], ["s_1"], ["s_2"]
    ]  # fmt: skip
    assert [name for name, _ in elsewhere.begun] == ["s_0", "s_2"]
    assert all(isinstance(piece, Piece) for made in pieces for piece in made)


def test_a_profile_that_is_gone_is_the_fault_of_its_own_record():
    """The record before it is worked; its own turn raises; the one after it is worked."""
    station, loaded, elsewhere = batch(entry(0), entry(1, profile="removed"), entry(2), room=9)
    assert len(list(station.work(loaded.entries[0], loaded, 0))) == 1
    with pytest.raises(ConfigFault):
        list(station.work(loaded.entries[1], loaded, 0))
    assert len(list(station.work(loaded.entries[2], loaded, 0))) == 1
    assert [name for name, _ in elsewhere.begun] == ["s_0", "s_2"]


def test_a_repetition_stays_one_when_its_submission_is_finished_in_the_batch():
    """Its bytes were not loaded, since it was one: it is passed over, and nothing is unknown."""
    station, _, elsewhere = batch()
    again = entry(7, payload=b"")
    loaded = Batch([again], {}, stale=frozenset({7}))
    (left,) = station.work(again, loaded, 0)
    assert (left.value.why, left.end, elsewhere.begun) == ("stale", Position(8), [])
