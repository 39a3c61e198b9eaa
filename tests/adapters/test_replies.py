"""What a reply about one message costs, of a submission of many."""

import sys

import pytest

from adapters.airline.kinds import family as airline
from adapters.postal.kinds import family as postal
from broker.adapter import Original, Outgoing, Stamp, choose
from tests.families import flight, item, itmatt, listed, paxlst, people, push
from tests.fuzz.seeds import configuration

MANY = 300
FORMS = {
    "postal-items": (postal, push(*[item(1)] * MANY)),
    "upu-itmatt": (postal, itmatt(*[item(1)] * MANY)),
    "paxlst-guide": (airline, paxlst(*[listed(flight(1), people(1, 1))] * MANY)),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_reply_does_not_read_the_neighbours_anew(name):
    """Whether one other message of the submission was answered, or all: it is the same work."""
    family, payload = FORMS[name]
    found = choose(family().adapters, payload)
    assert found
    profile = configuration().profile_of(name, found[0].format, "2026-11-01")
    out = Outgoing("rejected", (), Stamp("d_" + "0" * 32, "2026-11-01T08:00:00.000Z", 1), {})

    def work(message: int) -> int:
        count = 0

        def called(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event in {"call", "c_call"}

        sys.setprofile(called)
        try:
            found[0].reply(out, Original("s_1", payload, message), profile)
        finally:
            sys.setprofile(None)
        return count

    first = work(1)
    second = work(2)
    assert work(MANY) <= second * 1.2 < first
