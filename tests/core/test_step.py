"""One event applied to one dossier: fold, then route, then tell."""

import orjson
import pytest

from broker.core.step import step
from broker.dossiers.board import deadline_name, silence_name
from broker.model.dossier import Change, Dossier, Target
from broker.model.events import event_of, headers_of
from tests.broker_in_process import body, items_of
from tests.sample_events import (
    CUSTOMS,
    DOSSIER,
    PLANTS,
    STATISTICS,
    after,
    event,
    opened,
    put,
    remembered,
    results,
    rows,
    rules,
    said,
)

NEW = Dossier(DOSSIER, "declaration")
FLOWERS, BOOKS, MEAT = "06031100", "49019900", "02013000"
ANSWER = {"StatusCode": "released"}


def delivery(dossier, target):
    """The id of what the target was last told."""
    return dossier.shown[target].delivery


def answered(dossier, target, status, number, **more):
    """The target's answer about the whole of its last delivery."""
    return said(number, target.recipient, delivery(dossier, target),
                [{"StatusCode": status, **more}])  # fmt: skip


def released(dossier, number=10):
    """The dossier after customs has released it."""
    return remembered(step(dossier, answered(dossier, CUSTOMS, "released", number), rules()))


def test_a_declaration_is_told_to_whom_the_rows_say_with_asks_and_boards():
    """Customs and plant health get the document and an ask each; the declarant hears it waits."""
    effects = step(NEW, put(1, FLOWERS, BOOKS), rules())
    assert results(effects) == {
        ("customs", "customs-control"): "new",
        ("customs", "release-coordination"): "new",
        ("plant-health", "phytosanitary-control"): "new",
        ("submitter", "decision"): "new",
    }
    assert {(one.target, one.state) for one in effects.asks} == {(CUSTOMS, "open"),
                                                                (PLANTS, "open")}  # fmt: skip
    assert {one.at for one in effects.due} == {"2026-11-23T09:30:00.000Z"}
    assert effects.dossier.overall == "waiting"
    assert rows(effects, "lantern-forwarding") == ["board.changed"]


def test_a_delivery_holds_the_matched_items_under_their_own_numbers():
    """Plant health sees item 2 as item 2, and not the others."""
    effects = step(NEW, put(1, BOOKS, FLOWERS, BOOKS), rules())
    (row,) = [one for one in effects.queue if one.recipient == "plant-health"]
    told = orjson.loads(row.payload)
    assert [one["SequenceNumeric"] for one in items_of(told["body"])] == ["2"]
    assert [one["path"] for one in told["elements"]] == [
        "GoodsShipment.GovernmentAgencyGoodsItem[2]"
    ]
    assert told["purpose"] == "phytosanitary-control"
    assert told["expects"]["answer_by"] == "2026-11-23T09:30:00.000Z"


CHANGES = (
    # first codes, second codes, result for plant health, what it gets
    ([FLOWERS], [FLOWERS, FLOWERS], "changed", ["goods-declaration.changed"]),
    ([FLOWERS, BOOKS], [FLOWERS, MEAT], "unchanged", []),
    ([FLOWERS, BOOKS], [MEAT, BOOKS], "withdrawn", []),
    ([BOOKS], [FLOWERS], "new", ["goods-declaration.new"]),
    ([BOOKS], [MEAT], None, []),
)


@pytest.mark.parametrize(("first", "second", "result", "told"), CHANGES)
def test_a_new_version_is_new_changed_unchanged_or_withdrawn(first, second, result, told):
    """Each recipient is compared with what it was last told, by what its view shows."""
    effects = step(opened(*first), put(2, *second), rules())
    assert results(effects).get(("plant-health", "phytosanitary-control")) == result
    assert rows(effects, "plant-health") == told
    assert [one.target for one in effects.withdrawals] == [PLANTS] * (result == "withdrawn")


def test_a_changed_delivery_supersedes_the_ask_and_names_the_version_before():
    """The old ask counts no more; the new one is about version 2."""
    effects = step(opened(FLOWERS), put(2, FLOWERS, FLOWERS), rules())
    mine = [(one.version, one.state) for one in effects.asks if one.target == PLANTS]
    assert mine == [(1, "superseded"), (2, "open")]
    (row,) = [one for one in effects.queue if one.recipient == "plant-health"]
    assert orjson.loads(row.payload)["previous_version"] == 1


def test_an_unchanged_delivery_keeps_its_ask_and_its_answer():
    """What plant health said about version 1 stands for version 2, which shows it nothing new."""
    dossier = opened(FLOWERS, BOOKS)
    dossier = remembered(step(dossier, answered(dossier, PLANTS, "held", 2), rules()))
    effects = step(dossier, put(3, FLOWERS, MEAT), rules())
    assert effects.dossier.asks[PLANTS].version == 1
    assert effects.dossier.overall == "held"


def test_a_withdrawal_closes_the_asks_of_those_not_concerned_any_more():
    """Plant health's ask is withdrawn with its entitlement, so nobody waits for it."""
    dossier = opened(FLOWERS, BOOKS)
    effects = step(dossier, put(2, BOOKS, BOOKS), rules())
    assert effects.dossier.asks[PLANTS].state == "withdrawn"
    assert released(remembered(effects)).overall == "released"


def test_a_declaration_taken_back_is_withdrawn_from_everybody():
    """All asks close, everyone told is in the withdrawals, the declarant hears of it."""
    dossier = opened(FLOWERS)
    effects = step(dossier, event("withdraw", 2, sender="lantern-two"), rules())
    assert {one.target for one in effects.withdrawals} == {CUSTOMS, PLANTS}
    assert {one.state for one in effects.asks} == {"withdrawn"}
    assert effects.dossier.overall == "withdrawn"
    (reply,) = [row for row in effects.queue if row.what == "reply"]
    assert reply.recipient == "lantern-two"
    assert orjson.loads(reply.context)["reply_to"] == "s_2"


def test_statistics_hears_of_a_release_and_of_its_end():
    """Released: sent. Held again: withdrawn. Released again: a new delivery with its own id."""
    dossier = released(opened(BOOKS))
    first = delivery(dossier, STATISTICS)
    held = step(dossier, answered(dossier, CUSTOMS, "held", 11), rules())
    assert [one.target for one in held.withdrawals] == [STATISTICS]
    assert rows(held, "statistics") == []
    dossier = remembered(held)
    again = step(dossier, answered(dossier, CUSTOMS, "released", 12), rules())
    assert rows(again, "statistics") == ["goods-declaration.new"]
    assert delivery(again.dossier, STATISTICS) != first


def test_a_new_version_of_released_goods_is_withdrawn_until_released_again():
    """Asks about version 2 are open, so statistics is not entitled to it yet."""
    effects = step(released(opened(BOOKS)), put(20, MEAT), rules())
    assert effects.dossier.overall == "waiting"
    assert effects.dossier.shown[STATISTICS].result == "withdrawn"
    assert [one.target for one in effects.withdrawals] == [STATISTICS]


def test_only_those_whose_view_of_the_board_changed_are_told():
    """The agency's own words change nothing that customs or the declarant see."""
    dossier = opened(FLOWERS)
    first = step(dossier, answered(dossier, PLANTS, "held", 2, NativeText="seen"), rules())
    assert rows(first, "customs") == ["board.changed"]
    assert rows(first, "lantern-forwarding") == ["board.changed"]
    dossier = remembered(first)
    second = step(dossier, answered(dossier, PLANTS, "held", 3, NativeText="again"), rules())
    assert second.outcome == "applied"
    assert second.queue == ()
    assert second.dossier.board_version == dossier.board_version


def test_one_event_gives_the_board_one_version():
    """What agencies are sent of it and the replies have the same number."""
    effects = after(NEW, put(1, FLOWERS))
    dossier = remembered(effects)
    answer = step(dossier, answered(dossier, PLANTS, "held", 2), rules())
    for version, one in enumerate((effects, answer), 1):
        assert {(row.what, row.version) for row in one.queue if row.part == "board"} == {
            ("board", version), ("reply", version)
        }  # fmt: skip
        assert one.dossier.board_version == version


def test_a_declined_event_leaves_the_dossier_and_tells_its_sender():
    """What identifies a declaration is not amended; a reply is queued that says why."""
    dossier = opened(BOOKS)
    fixed = event("patch", 2, changes=(Change("amend", "ID", {}),))
    effects = step(dossier, fixed, rules())
    assert effects.outcome == "declined"
    assert effects.dossier == dossier
    (row,) = effects.queue
    assert (row.recipient, row.type) == ("lantern-forwarding", "message.declined")
    assert [one["code"] for one in orjson.loads(row.payload)["problems"]] == ["amendment.fixed"]


def test_an_event_that_was_seen_does_nothing():
    """The same event once more: no version, no delivery, no reply."""
    effects = step(opened(BOOKS), put(1, BOOKS), rules())
    assert effects.outcome == "repeated"
    assert (effects.queue, effects.decisions, effects.document, effects.asks) == ((), (), None, ())


UNCHANGING = (
    # event, outcome, state of the version it makes
    (put(1, BOOKS, id="e_again", submission="s_again"), "repeated", None),
    (put(0, MEAT), "late", "late"),
    (event("note", 2), "applied", None),
)


@pytest.mark.parametrize(("one", "outcome", "state"), UNCHANGING)
def test_a_message_that_changes_nothing_has_its_reply(one, outcome, state):
    """Repeated, late, goods presented: no decision, no ask; the sender hears what is in force."""
    dossier = opened(BOOKS)
    dossier = remembered(step(dossier, answered(dossier, CUSTOMS, "held", 9), rules()))
    effects = step(dossier, one, rules())
    assert (effects.outcome, effects.document and effects.document.state) == (outcome, state)
    assert {row["recipient"] for row in effects.decisions} == {"submitter"}
    assert (effects.asks, effects.shown) == ((), ())
    (reply,) = effects.queue
    assert orjson.loads(reply.context)["reply_to"] == one.submission
    assert orjson.loads(reply.payload)["status"] == "held"


def test_a_deadline_that_passed_is_told_once():
    """Escalated silence changes the ask and not the board; the second time it is repeated."""
    dossier = opened(BOOKS)
    name = deadline_name(dossier.asks[CUSTOMS])
    at = dossier.asks[CUSTOMS].due_at
    effects = step(dossier, event("elapsed", 2, name=name, received_at=at), rules())
    assert [one.state for one in effects.asks] == ["overdue"]
    assert effects.queue == ()
    again = step(remembered(effects), event("elapsed", 2, name=name, received_at=at), rules())
    assert again.outcome == "repeated"


def test_silence_after_an_acknowledgement_releases_like_an_answer():
    """Wood packing is released 72 hours after it was acknowledged; customs' release does the rest.

    Its ask has no time of its own: nothing is due until the delivery is acknowledged.
    """
    tree = body("QZ-1", BOOKS)
    items_of(tree)[0]["Packaging"][0]["TypeCode"] = "8A"
    first = step(NEW, event("put", 1, body=tree), rules())
    assert {one.name for one in first.due} == {deadline_name(first.dossier.asks[CUSTOMS])}
    assert first.dossier.asks[PLANTS].due_at == ""
    dossier = released(remembered(first))
    assert dossier.overall == "waiting"
    name = silence_name(dossier.asks[PLANTS])
    effects = step(dossier, event("elapsed", 12, name=name), rules())
    assert effects.dossier.overall == "released"
    assert rows(effects, "statistics") == ["goods-declaration.new"]
    assert rows(effects, "lantern-forwarding") == ["board.changed"]


STORY = (
    put(1, FLOWERS, BOOKS),
    put(2, FLOWERS, MEAT),
    put(3, BOOKS),
    event("note", 4),
    event("patch", 5),
    event("withdraw", 6),
)


@pytest.mark.parametrize("length", range(1, len(STORY) + 1))
def test_the_same_events_give_the_same_effects(length):
    """A step is a function: ids, rows and decisions of a whole story are the same twice."""
    assert after(NEW, *STORY[:length]) == after(NEW, *STORY[:length])


@pytest.mark.parametrize("length", range(1, len(STORY) + 1))
def test_nothing_is_given_two_ids_or_one_id_twice(length):
    """Every row of a story has an id of its own, made of names alone."""
    ids = []
    for end in range(1, length + 1):
        effects = after(NEW, *STORY[:end])
        ids += [row.id for row in effects.queue]
        ids += [one.notice.id for one in effects.withdrawals]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("d_") and len(one) == 34 for one in ids)


@pytest.mark.parametrize("one", STORY)
def test_an_event_survives_the_log(one):
    """What a step is given after the log has had it is what was put on it."""
    assert event_of(headers_of(one), one.payload) == one


def test_rows_of_another_purpose_are_another_target():
    """Customs is told of the board under its own purpose, beside the declaration."""
    effects = step(NEW, put(1, BOOKS), rules())
    assert Target("board", "customs", "release-coordination") in effects.dossier.shown
    assert CUSTOMS in effects.dossier.shown
