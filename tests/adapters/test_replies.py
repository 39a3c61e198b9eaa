"""What a reply about one message costs, of a submission of many, and what it is made of."""

import sys

import pytest

from adapters.airline.cusres_answer import CusresAnswers
from adapters.airline.kinds import family as airline
from adapters.postal.kinds import family as postal
from adapters.wire.edifact import read
from adapters.wire.edifact_excerpt import SIGN_MAX, Excerpts, message_in
from broker.adapter import Original, Outgoing, Stamp
from broker.formats import choose
from broker.model.extent import Extent
from tests import hostile
from tests.families import flight, item, itmatt, listed, paxlst, people, push
from tests.fuzz.seeds import configuration
from tests.read_by import read_by

MANY = 300
FORMS = {
    "postal-items": (postal, lambda many: push(*[item(1)] * many)),
    "upu-itmatt": (postal, lambda many: itmatt(*[item(1)] * many)),
    "paxlst-guide": (airline, lambda many: paxlst(*[listed(flight(1), people(1, 1))] * many)),
}
STAMP = Stamp("d_" + "0" * 32, "2026-11-01T08:00:00.000Z", 1)


def translated(family, name, payload):
    """Adapter, profile and messages of a submission."""
    found = choose(family().adapters, payload)
    assert found
    profile = configuration().profile_of(name, found[0].format, "2026-11-01")
    return found[0], profile, list(read_by(found[0], payload, profile).messages)


def calls(work):
    """How many functions a work calls."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    work()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", FORMS)
def test_a_reply_costs_what_its_own_message_costs(name):
    """Of a file of 300 messages the last, without the file, takes the work of one of two."""
    family, compose = FORMS[name]
    work = []
    for many in (2, MANY):
        adapter, profile, messages = translated(family, name, compose(many))
        out = Outgoing("rejected", (), STAMP, {}, problems=messages[-1].problems)
        asked = Original("s_1", b"", many, messages[-1].asked)
        work.append(calls(lambda a=adapter, o=out, k=asked, p=profile: a.reply(o, k, p)))
    assert work[0] == work[1] > 0


def wrong(number):
    """An item with a content piece that is wrong among others."""
    made = item(number)
    pieces = made["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    return {**made, "GoodsShipment": {**made["GoodsShipment"], "Consignment": {
        **made["GoodsShipment"]["Consignment"],
        "ConsignmentItem": [{**pieces[0], "Commodity": {"Description": "x" * 900}}, *pieces],
    }}}  # fmt: skip


LISTS = paxlst(*[listed(flight(at), people(at, 1, 2)) for at in (1, 2, 3)])
PERSONS = b"NAD+FL+++EXAMPLE:ALPHA'ATT+2++Q'DTM+329:999999'NAT+2+QQQ'"
FILES = {
    "lines": ("postal-items", postal, push(item(1), wrong(2), item(3)) + b'{"a":\n\n{"x":1}\n'),
    "items": ("upu-itmatt", postal, itmatt(item(1), wrong(2), item(3))),
    "odd items": ("upu-itmatt", postal, hostile.postal_items(3, 1)),
    "lists": ("paxlst-guide", airline, LISTS),
    "odd lists": ("paxlst-guide", airline, LISTS.replace(b"UNT+", PERSONS + b"ZZQ+1'UNT+")),
    "lists cut short": ("paxlst-guide", airline, LISTS[: len(LISTS) * 9 // 10]),
    "empty lists": ("paxlst-guide", airline, hostile.messages_many(3, 1)),
    "lists without UNB": ("paxlst-guide", airline, LISTS[LISTS.index(b"UNH") :]),
    "lists of wide characters": (
        "paxlst-guide", airline,
        LISTS.decode("ascii").replace("UNOA", "UNOY").encode("utf-16"),
    ),
    "wide characters undeclared": (
        "paxlst-guide", airline, LISTS.decode("ascii").encode("utf-16-be"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("status", ["rejected", "noted", "released"])
def test_a_reply_is_the_same_as_one_that_reads_the_file(name, status):
    """What is kept of a message is all that a reply to it needs, whatever was wrong with it."""
    profile_name, family, payload = FILES[name]
    adapter, profile, messages = translated(family, profile_name, payload)
    assert len(messages) > 2
    for message in messages:
        assert message.asked
        drafts = list(message.events)
        extents = [None, *(draft.extent for draft in drafts), Extent(3, 2, ("nowhere",))]
        for extent in extents:
            out = Outgoing(status, (), STAMP, {}, problems=message.problems, extent=extent)
            kept = Original("s_1", b"", message.number, message.asked)
            whole = Original("s_1", payload, message.number)
            assert adapter.reply(out, kept, profile) == adapter.reply(out, whole, profile)


def test_an_authority_s_answers_are_replied_to_one_by_one():
    """A problem stands at the person it is about, though the file is not read again."""
    profile = configuration().profile_of("cusres-answers", CusresAnswers.format, "2026-11-01")
    one = (
        "UNH+{0}+CUSRES:D:05B:UN:IATA'BGM+962+N{0}'RFF+TN:T{0}'ERP+2'RFF+ABO:A{0}'ERC+9Q'UNT+7+{0}'"
    )
    head = "UNB+UNOA:4+SENDER+RECEIVER+261102:0900+1'"
    payload = f"{head}{one.format(1)}{one.format(2)}UNZ+2+1'".encode()
    adapter = CusresAnswers()
    for message in read_by(adapter, payload, profile).messages:
        out = Outgoing("rejected", (), STAMP, {}, problems=message.problems)
        kept = Original("s_1", b"", message.number, message.asked)
        whole = Original("s_1", payload, message.number)
        made = adapter.reply(out, kept, profile)
        assert made == adapter.reply(out, whole, profile)
        assert b"T%d" % message.number in made[0].content


def test_an_envelope_is_kept_in_bounds_with_each_message():
    """A sign of 4,000 characters is kept, and repeated, up to 70 of them."""
    payload = hostile.messages_many(2, 1).replace(b"SENDER", b"S" * 4_000)
    kept = Excerpts(read(payload)).of(1)
    assert kept is not None
    assert len(kept) < 1_000
    assert message_in(kept).interchange.sender == "S" * SIGN_MAX


def test_a_single_message_is_not_kept_twice():
    """The submission itself is all that a reply to its only message reads."""
    payload = paxlst(listed(flight(1), people(1, 1)))
    _adapter, _profile, (message,) = translated(airline, "paxlst-guide", payload)
    assert message.asked is None
