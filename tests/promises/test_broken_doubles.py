"""A broker that breaks a promise in one of the ways that were measured is caught by the runs."""

from dataclasses import replace

import orjson
import pytest

from broker.core import answered, asking, binding, routed
from broker.core.asking import later
from broker.dossiers import merging, standing
from broker.model.vector import Mark, Vector
from broker.state.due import Due
from tests.promises.play import failure, seeds_of

RUNS, STEPS = 40, 30


def position_as_identity(patch):
    """Who stands first in the new list is who stood first in the old one."""

    def take_all(known, elements):
        return [at if at < len(known._elements) else None for at in range(len(elements))]

    patch.setattr(merging._Known, "take_all", take_all)


def any_version(patch):
    """An answer settles an element whatever has changed since."""
    real = standing._settle
    patch.setattr(standing, "_settle", lambda asked, _since, answers: real(asked, 0, answers))


def stored_digests(patch):
    """What was computed under the old view is compared with what the new one passes."""
    patch.setattr(routed, "restate", lambda old, _bases: old)


def adverse_opened_by_change(patch):
    """An objection is over when the data it was about have changed."""
    patch.setattr(standing, "_holds", lambda _vector, _ordered: ())


def checks_ignored(patch):
    """Whatever is released under one check is released under all."""
    real = standing._settle

    def settle(asked, since, answers):
        return real((), since, [replace(one, check="") for one in answers])

    patch.setattr(standing, "_settle", settle)


def newest_delivery(patch):
    """An answer that names no delivery is about the newest."""

    def newest_first(given, last):
        return sorted(given, key=lambda one: -one.seq)

    patch.setattr(binding, "_ordered", newest_first)


def silence_from_sending(patch):
    """Silence is counted from when a delivery is queued, whether anyone fetched it or not."""
    real = asking.restart

    def restart(making, target, shown, expects):
        ask = real(making, target, shown, expects)
        silence = asking.silence_of(ask, making.dossier.kind)
        if silence is not None:
            at = later(making.event.received_at, expects.within)
            name = orjson.loads(silence)["name"]
            making.due.append(Due(making.dossier.id, name, at, making.dossier.kind))
        return ask

    patch.setattr(routed, "restart", restart)


def notices_to_all(patch):
    """An agency hears of elements that its answer has settled."""

    def unpacked(packed):
        vector = standing.unpack(packed)
        late = {path: Mark(one.digest, one.since + 1, one.checks)
                for path, one in vector.elements.items()}  # fmt: skip
        return Vector(vector.rest, late)

    patch.setattr("broker.core.late.unpack", unpacked)


def lost_on_removal(patch):
    """An objection to what was removed, by whatever message, is forgotten."""
    patch.setattr(answered, "_changed_at", lambda *_about: 0)
    patch.setattr(routed, "moved_answers", lambda *_about: [])
    real = standing.standing_of

    def forgetful(shown, answers):
        found = real(shown, answers)
        kept = [one for one in found.holds if not one.subject]
        return standing.Standing(found.elements, found.rest, tuple(kept), found.remarks)

    patch.setattr("broker.dossiers.board.standing_of", forgetful)


DOUBLES = {
    position_as_identity: "flight-composed",
    any_version: "declaration-composed",
    stored_digests: "declaration-composed",
    adverse_opened_by_change: "declaration-composed",
    checks_ignored: "declaration-composed",
    newest_delivery: "declaration-composed",
    silence_from_sending: "flight-composed",
    notices_to_all: "declaration-composed",
    lost_on_removal: "flight-composed",
}


@pytest.mark.parametrize("double", DOUBLES, ids=lambda one: one.__name__)
def test_a_broken_broker_is_caught(double, monkeypatch):
    """Each double breaks a promise within the runs that the whole broker passes."""
    double(monkeypatch)
    setting = DOUBLES[double]
    found = (failure(setting, seeds_of(number, STEPS)) for number in range(RUNS))
    assert any(found)
