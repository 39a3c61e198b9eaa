"""Customs corrects a declaration of its own accord: the next version, races, and what cannot be."""

from dataclasses import replace

import orjson

from broker.core.step import step
from broker.dossiers.folded import UNCORRECTED
from broker.model.dossier import Change
from broker.model.events import body_of
from tests.core.test_requested import (
    BOOKS,
    FLOWERS,
    PROFILE,
    WORDS,
    amend,
    decide,
    lodged,
    play,
    replies,
    withdraw,
    words_of,
)
from tests.sample_events import CUSTOMS, PLANTS, put, rules, said

ITEMS = "GoodsShipment.GovernmentAgencyGoodsItem"
MRN = [("MRN", "26QZ1")]


def correct(number, words="words of customs", who="customs", path=WORDS, **more):
    """Customs describes item 1 otherwise, natively."""
    item = {"SequenceNumeric": "1", "Commodity": {"Description": words}}
    made = said(number, who, "", [{"NativeCode": "07"}], references=MRN)
    amended = {"FunctionCode": "9", "GoodsShipment": {"GovernmentAgencyGoodsItem": [item]}}
    changes = (Change("amend", path, {}, {"line": 7, "block": 1}),)
    return replace(made, body={**made.body, "AmendedDeclaration": amended}, changes=changes, **more)


def remarks(effects):
    """What the declarant is told beside the board, with the message that the reply is about."""
    return [
        (one["code"], orjson.loads(row.context)["reply_to"])
        for row in effects.queue
        if (row.recipient, row.what) == ("lantern-forwarding", "reply")
        for one in orjson.loads(row.payload).get("problems", ())
    ]


def noted(effects, who="customs"):
    """The problems that the agency is told of its own answer."""
    return [
        one["code"]
        for row in effects.queue
        if (row.recipient, row.type) == (who, "message.noted")
        for one in orjson.loads(row.payload)["problems"]
    ]


def test_a_correction_is_the_next_version_by_customs_and_stays_the_declarants():
    """It is delivered like any other; replies go on to the message that lodged the declaration."""
    before = lodged(FLOWERS)
    after, (effects,) = play(correct(3), dossier=before)
    document, was = after.live[""], before.live[""]
    assert (document.version, document.by, words_of(after)) == (2, "customs", "words of customs")
    assert (document.party, document.sender) == (was.party, was.sender)
    assert (document.submission, document.message, document.named) == ("s_1", 1, was.named)
    assert effects.documents == (document,)
    given = {row.recipient: row for row in effects.queue if row.what == "document"}
    assert {"customs", "plant-health"} <= set(given)
    for row in given.values():
        assert row.type == "goods-declaration.changed"
        assert orjson.loads(row.payload)["by"] == "customs"
    assert remarks(effects) == [("event.corrected", "s_1")]
    assert after.asks[CUSTOMS].version == 2
    assert PLANTS in after.asks


def test_a_version_of_the_declarant_says_nothing_of_an_authority():
    """Only what an authority made of its own accord is `by` somebody."""
    _, (effects,) = play(put(1, FLOWERS, **PROFILE))
    documents = [orjson.loads(row.payload) for row in effects.queue if row.what == "document"]
    assert documents
    assert not any("by" in one for one in documents)


def test_a_correction_that_changes_nothing_merely_confirms():
    """After a grant customs says what is there: a notice, and no version."""
    dossier, _ = play(amend(), decide(4, "customs", "granted"), dossier=lodged())
    after, (effects,) = play(correct(5, "other books"), dossier=dossier)
    assert (effects.outcome, effects.documents, after.live) == ("applied", (), dossier.live)
    assert [one.status for one in effects.answers if one.event == "e_5"] == [None]
    assert (remarks(effects), noted(effects)) == ([], [])


def test_a_difference_to_what_was_granted_is_applied_and_reported():
    """Customs has granted other words than it has written: its own are in force."""
    dossier, _ = play(amend(), decide(4, "customs", "granted"), dossier=lodged())
    after, (effects,) = play(correct(5, "better books"), dossier=dossier)
    assert (after.live[""].version, words_of(after)) == (3, "better books")
    assert remarks(effects) == [("event.corrected", "s_3")]


def test_two_corrections_in_the_same_words_are_two():
    """The answers are alike, and what they correct is not."""
    dossier, _ = play(correct(3, "first"), dossier=lodged())
    after, (effects,) = play(correct(4, "second"), dossier=dossier)
    assert (effects.outcome, words_of(after)) == ("applied", "second")


def test_a_correction_overtakes_an_open_amendment_of_the_same_element():
    """The request is over, its sender hears of it, and the words are those of customs."""
    dossier, _ = play(amend(), dossier=lodged())
    after, (effects,) = play(correct(4), dossier=dossier)
    assert [request.state for request in effects.requests] == ["overtaken"]
    assert (after.requests, words_of(after)) == ({}, "words of customs")
    assert ("request.overtaken", "s_3") in replies(effects)
    assert remarks(effects) == [("event.corrected", "s_1")]
    _, (late,) = play(decide(5, "customs", "granted"), dossier=after)
    assert [problem.code for problem in late.problems] == ["request.unknown"]


def test_the_same_element_is_found_however_its_number_is_written():
    """A missing number is 1: the correction names what the open amendment names."""
    dossier, _ = play(amend(), dossier=lodged())
    path = f"{ITEMS}.Commodity.Description"
    _, (effects,) = play(correct(4, path=path), dossier=dossier)
    assert [request.state for request in effects.requests] == ["overtaken"]


def test_a_correction_of_something_else_leaves_the_request_open_and_both_live():
    """Granted afterwards, the amendment is applied to the corrected version."""
    dossier, _ = play(amend(), dossier=lodged())
    elsewhere = correct(4)
    body = {**elsewhere.body, "AmendedDeclaration": {"GoodsShipment": {
        "Consignee": {"Name": "Customs' Consignee"}}}}  # fmt: skip
    elsewhere = replace(elsewhere, body=body,
                        changes=(Change("amend", "GoodsShipment.Consignee.Name", {}),))  # fmt: skip
    dossier, (corrected,) = play(elsewhere, dossier=dossier)
    assert (corrected.requests, list(dossier.requests)) == ((), [1])
    after, (granted,) = play(decide(5, "customs", "granted"), dossier=dossier)
    assert [request.state for request in granted.requests] == ["granted"]
    assert (after.live[""].version, words_of(after)) == (3, "other books")
    body = body_of(after.live[""].payload)
    assert body["GoodsShipment"]["Consignee"]["Name"] == "Customs' Consignee"
    assert after.live[""].by == ""


def test_a_cancellation_that_is_open_outlives_a_correction():
    """Customs corrects, and decides about the cancellation all the same."""
    dossier, _ = play(withdraw(), dossier=lodged())
    dossier, (corrected,) = play(correct(4), dossier=dossier)
    assert (corrected.requests, words_of(dossier)) == ((), "words of customs")
    after, _ = play(decide(5, "customs", "granted"), dossier=dossier)
    assert after.state == "withdrawn"


def test_an_amendment_after_the_correction_is_of_the_corrected_version():
    """The other order: it is asked, granted and applied like any other."""
    dossier, _ = play(correct(3), dossier=lodged())
    after, (asked, _) = play(amend(4), decide(5, "customs", "granted"), dossier=dossier)
    assert asked.requests[0].version == 2
    assert (after.live[""].version, words_of(after)) == (3, "other books")


def test_a_correction_that_cannot_be_applied_is_kept_and_the_whole_is_lodged_next():
    """The agency is told why, the declarant what to do: one pointer leads nowhere."""
    dossier, _ = play(put(1, BOOKS, **PROFILE))
    dossier, (effects,) = play(correct(3, path="42A/67A/99Z"), dossier=dossier)
    assert (effects.outcome, effects.documents) == ("applied", ())
    assert [one.status for one in effects.answers] == [None]
    assert noted(effects)[0] == "amendment.path-unknown"
    assert effects.problems[0].where.line == 7
    assert remarks(effects) == [("event.correction-not-applied", "s_1")]
    assert dossier.facts[""] == ("code:07", UNCORRECTED)
    dossier, (refused,) = play(amend(4), dossier=dossier)
    assert [problem.code for problem in refused.problems] == ["request.lodge-whole"]
    dossier, (whole,) = play(put(5, FLOWERS, **PROFILE), dossier=dossier)
    assert (whole.outcome, dossier.facts[""]) == ("applied", ("code:07",))
    _, (asked,) = play(amend(6), dossier=dossier)
    assert asked.outcome == "requested"


def test_a_declarant_who_is_shown_no_board_hears_of_a_correction_too():
    """A remark on their message, without any status."""
    dossier = lodged(FLOWERS)
    known = rules()
    key = ("declaration", "board", "")
    book = replace(known.book, index={**known.book.index, key: tuple(
        row for row in known.book.index[key] if row.rule.recipient != "submitter"
    )})  # fmt: skip
    effects = step(dossier, correct(3), replace(known, book=book))
    (row,) = [row for row in effects.queue if row.recipient == "lantern-forwarding"]
    assert (row.type, orjson.loads(row.payload)["status"]) == ("message.noted", "noted")
    assert remarks(effects) == [("event.corrected", "s_1")]


def test_only_who_decides_by_the_table_corrects():
    """Plant health decides nothing by it, and a declaration without a table has no authority."""
    dossier = lodged(FLOWERS)
    native = replace(correct(3, who="plant-health"), references=())
    after, (effects,) = play(native, dossier=dossier)
    assert [problem.code for problem in effects.problems] == ["answer.correction-not-allowed"]
    assert (after.live, effects.answers) == (dossier.live, ())
    bare, _ = play(put(1, FLOWERS))
    _, (without,) = play(correct(2), dossier=bare)
    assert [problem.code for problem in without.problems] == ["answer.correction-not-allowed"]


def test_what_was_taken_back_or_has_ended_is_not_corrected():
    """The answer is kept as a notice, and makes no version."""
    ended, _ = play(said(3, "customs", lodged().shown[CUSTOMS].delivery,
                         [{"StatusCode": "ended"}]), dossier=lodged())  # fmt: skip
    gone, _ = play(put(1, BOOKS, **PROFILE), withdraw(2))
    for dossier in (ended, gone):
        after, (effects,) = play(correct(4), dossier=dossier)
        assert (effects.outcome, effects.documents) == ("applied", ())
        assert (after.state, after.live) == (dossier.state, dossier.live)


def test_what_no_block_names_stays_out_and_customs_hears_of_it():
    """The second declaration says more than its blocks: a warning, as of an amendment."""
    wide = correct(3)
    wide.body["AmendedDeclaration"]["InvoiceAmount"] = {"value": "7", "currency": "EUR"}
    after, (effects,) = play(wide, dossier=lodged())
    assert words_of(after) == "words of customs"
    assert set(noted(effects)) == {"amendment.difference-not-named"}
