"""The checker: each promise, broken by hand in a sound read-out, is told."""

import base64
import copy
from dataclasses import replace
from functools import cache

import pytest

from tests.simulation.checker import check
from tests.simulation.history import Given
from tests.simulation.messages import keep
from tests.simulation.world import SHORT, Told, simulate

SEED = 2
RICH = replace(SHORT, bounds=replace(SHORT.bounds, declarations=9))


@cache
def sound() -> Told:
    """A short story without a wrong."""
    return simulate(SEED, RICH)


def row(readout, table, **wanted):
    """The first row that has these values."""
    return next(
        one
        for one in readout.of(table)
        if all(one[name] == value for name, value in wanted.items())
    )


def lose_a_submission(history, readout):
    """A receipt without a row."""
    receipt = next(one.receipts[0] for one in history.attempts if one.receipts)
    readout.of("submissions").remove(row(readout, "submissions", id=receipt["submission"]))


def invent_a_submission(history, readout):
    """A row that nobody sent."""
    readout.of("submissions").append(dict(readout.of("submissions")[0], id="s_x", sha256="x"))


def change_a_receipt(history, readout):
    """A second receipt for one key that names another submission."""
    attempt = next(one for one in history.attempts if one.key and one.receipts)
    attempt.answers.append((200, dict(attempt.receipts[0], submission="s_other")))


def hide_a_status(history, readout):
    """A status that cannot be read."""
    history.statuses[next(iter(history.statuses))] = (404, {})


def drop_an_outcome(history, readout):
    """An accepted message whose event has no end."""
    readout.of("outcomes").remove(row(readout, "outcomes", does="put"))


def double_an_outcome(history, readout):
    """An event with ends in two dossiers."""
    readout.of("outcomes").append(dict(row(readout, "outcomes", does="put"), dossier="o_x"))


def drop_a_verdict(history, readout):
    """A submission that translation never judged."""
    submission = readout.of("messages")[0]["submission"]
    messages = readout.of("messages")
    messages[:] = [one for one in messages if one["submission"] != submission]


def double_a_version(history, readout):
    """A put that made two versions."""
    readout.of("documents").append(dict(readout.of("documents")[-1], version=99))


def drop_a_delivery(history, readout):
    """A decision whose delivery is not in the queue."""
    readout.of("queue").remove(row(readout, "queue", what="document"))


def deliver_without_decision(history, readout):
    """A delivery that no row entitles to."""
    row(readout, "queue", what="document")["id"] = "d_x"


def turn_back_a_version(history, readout):
    """A later version made from an earlier submission."""
    numbers = {one["id"]: one for one in readout.of("submissions")}
    documents = [one for one in readout.of("documents") if one["version"] == 2]
    numbers[documents[0]["submission"]]["number"] = 0


def chain_otherwise(history, readout):
    """A number whose chain does not follow from the one before it."""
    row(readout, "queue", seq=2)["chain"] = "0123456789abcdef"


def repeat_what_changed(history, readout):
    """A put with new content that was taken for a repeat."""
    row(readout, "outcomes", does="put", outcome="applied")["outcome"] = "repeated"


def tell_nobody(history, readout):
    """A rejection that its sender never read."""
    for number, page in enumerate(history.pages):
        kept = tuple(one for one in page.given if one.said.get("swbstatus") != "rejected")
        history.pages[number] = replace(page, given=kept)


def say_another_status(history, readout):
    """A dossier in another status than its sender heard last."""
    next(one for one in readout.of("dossiers") if one["board_version"])["overall"] = "lost"


def owe_a_record(history, readout):
    """Something left in the outbox."""
    readout.of("outbox").append({"number": 1})


def lag_behind(history, readout):
    """A station that did not read to the end."""
    next(one for one in readout.of("positions") if one["next"])["next"] -= 1


def forget_a_deadline(history, readout):
    """An ask that is open after its time without an answer."""
    readout.of("asks").append(
        {"dossier": "o_x", "part": "", "recipient": "r", "purpose": "p", "state": "open",
         "due_at": "2000", "showing": 1, "within_s": 60}
    )  # fmt: skip


def skip_a_number(history, readout):
    """A page that jumps over a number."""
    number = next(n for n, page in enumerate(history.pages) if len(page.given) > 2)
    page = history.pages[number]
    history.pages[number] = replace(page, given=(page.given[0], *page.given[2:]))


def change_bytes(history, readout):
    """A number that is given with other bytes than were kept."""
    number = next(n for n, page in enumerate(history.pages) if page.given)
    page = history.pages[number]
    first = page.given[0]
    changed = Given(first.seq, first.content + b" ", first.said)
    history.pages[number] = replace(page, given=(changed, *page.given[1:]))


def leave_a_number_out(history, readout):
    """A queue whose numbers have a gap."""
    row(readout, "subscriptions", name="customs")["next_seq"] += 1


def leave_it_waiting(history, readout):
    """A delivery that never got a number."""
    readout.of("queue")[0]["state"] = "waiting"


def deliver_twice(history, readout):
    """One delivery under two numbers."""
    number = max(n for n, page in enumerate(history.pages) if len(page.given) > 1)
    page = history.pages[number]
    again = Given(page.given[1].seq, page.given[1].content, page.given[0].said)
    history.pages[number] = replace(page, given=(page.given[0], again))


def swap_versions(history, readout):
    """A newer version numbered before an older one."""
    for one in readout.of("queue"):
        if one["what"] == "reply" and one["dossier"]:
            one["version"] = 1000 - one["version"]


def on_the_list(readout):
    """The newest version of a list that names somebody."""
    return next(
        one for one in reversed(readout.of("documents"))
        if one["persons"] and one["state"] == "live"
        and (one["dossier"], one["part"], one["version"] + 1)
        not in {(it["dossier"], it["part"], it["version"]) for it in readout.of("documents")}
    )  # fmt: skip


def lose_a_person(history, readout):
    """Somebody who came is not on the live list."""
    found = on_the_list(readout)
    found["persons"] = found["persons"][1:]


def double_a_person(history, readout):
    """Somebody is on the live list twice."""
    found = on_the_list(readout)
    found["persons"] = (*found["persons"], found["persons"][0])


def tell_the_police_of_another(history, readout):
    """The police was given somebody who is on no list."""
    for page in history.pages:
        for one in page.given:
            data = one.said.get("data", {})
            if page.who == "border-police" and data.get("package") == "persons-report":
                means = data["body"]["BorderTransportMeans"]
                for person in (*means.get("Passenger", ()), *means.get("Crew", ())):
                    person["CarrierReferenceID"] = "STOWAWAY"


def take_over_a_part(history, readout):
    """A version of a part by another party than lodged it first."""
    found = row(readout, "documents", part="FAL1", version=2)
    found["party"] = "somebody"


def let_the_bad_pass(history, readout):
    """A message that was wrong and was accepted."""
    wrong = [one for one in readout.of("messages") if one["verdict"] == "rejected"]
    max(wrong, key=lambda one: int(one["message"]))["verdict"] = "accepted"


def reject_the_neighbour(history, readout):
    """A message beside a bad one, rejected with it."""
    row(readout, "messages", verdict="accepted", message=2)["verdict"] = "rejected"


def forget_the_second_event(history, readout):
    """Of two events of one message only the first has an end."""
    gone = row(readout, "outcomes", does="close")
    readout.of("outcomes").remove(gone)


def park_a_record(history, readout):
    """A step that failed at what it was given."""
    readout.of("parked").append(
        {"id": "p_1", "station": "core", "reason": "KeyError", "state": "parked", "headers": {}}
    )


def whisper(history, readout):
    """A sender reads a person whom only another one has named."""
    person = next(
        said.who[0] for one in history.attempts for said in one.messages
        if said.who and one.who == "paperkite-airlines"
    )  # fmt: skip
    tell("marigold-post", history, person)


def whisper_a_condition(history, readout):
    """A sender reads the condition of an item that is another's."""
    given = row(readout, "queue", what="document", recipient="customs")
    tell("nettle-crewing", history, keep(given["id"]))


def tell(who, history, words):
    """One more delivery in a page that a sender read."""
    number = next(n for n, page in enumerate(history.pages) if page.who == who and page.given)
    page = history.pages[number]
    said = {**page.given[0].said, "data_base64": base64.b64encode(words.encode()).decode()}
    told = Given(page.given[0].seq, page.given[0].content, said)
    history.pages.append(replace(page, given=(told, *page.given[1:])))


def say_nothing_of_who_stays(history, readout):
    """Somebody was left out of a list, and no reply names them."""
    person = next(said.left[0] for one in history.attempts for said in one.messages
                  if said.left and said.says != "bad")  # fmt: skip
    for page in history.pages:
        for one in page.given:
            packed = base64.b64decode(one.said.get("data_base64", ""))
            hidden = packed.replace(person.encode(), b"X")
            if hidden != packed:
                one.said["data_base64"] = base64.b64encode(hidden).decode()


def forget_a_reply(history, readout):
    """A message that was applied and has no reply of its own."""
    replies = (one for one in readout.of("queue") if one["type"] == "board.changed")
    found = next(one for one in replies
                 if one["what"] == "reply" and "changes" not in one["context"])  # fmt: skip
    readout.of("queue").remove(found)


def release_what_is_open(history, readout):
    """A dossier is shown as released of which an ask was never answered."""
    answered = {one["dossier"] for one in readout.of("answers")}
    heads = {one["id"]: one for one in readout.of("dossiers")}
    asks = (one for one in readout.of("asks") if one["state"] in {"open", "overdue"})
    found = next(one for one in asks if one["dossier"] not in answered)
    heads[found["dossier"]]["overall"] = "released"


def lift_a_hold(history, readout):
    """A dossier is shown as waiting though the last word of an agency objects."""
    heads = {one["id"]: one for one in readout.of("dossiers")}
    last = max(readout.of("answers"), key=lambda one: one["status"] == "refused")
    heads[last["dossier"]]["overall"] = "waiting"


def count_silence_early(history, readout):
    """A release by silence of a delivery that was never acknowledged."""
    found = row(readout, "queue", what="document")
    readout.of("answers").append(
        {**{name: found[name] for name in ("dossier", "part", "recipient", "purpose", "showing")},
         "silent": 1, "status": "released", "subject": "", "check": "", "order_no": 1,
         "ordinal": 1, "event": "e_x", "at": "2000", "state": "counts"}
    )  # fmt: skip
    found["settled_at"] = None


def tell_of_what_was_not_there(history, readout):
    """A notice names an element that the answered delivery did not show."""
    for page in history.pages:
        for one in page.given:
            if one.said["type"] == "answer.superseded":
                one.said["data"]["changed"].append("GoodsShipment.GovernmentAgencyGoodsItem[99]")


BROKEN = {
    lose_a_submission: "lost",
    invent_a_submission: "phantom",
    change_a_receipt: "key twice",
    hide_a_status: "status",
    drop_an_outcome: "accounted",
    double_an_outcome: "accounted",
    drop_a_verdict: "accounted",
    double_a_version: "once",
    drop_a_delivery: "once",
    deliver_without_decision: "phantom",
    turn_back_a_version: "order",
    repeat_what_changed: "order",
    tell_nobody: "told",
    say_another_status: "told",
    owe_a_record: "finished",
    lag_behind: "finished",
    forget_a_deadline: "deadline",
    skip_a_number: "gap",
    chain_otherwise: "chain",
    change_bytes: "bytes",
    leave_a_number_out: "gap",
    leave_it_waiting: "settled",
    deliver_twice: "once",
    swap_versions: "order",
    lose_a_person: "aboard",
    double_a_person: "aboard",
    tell_the_police_of_another: "aboard",
    take_over_a_part: "whose",
    let_the_bad_pass: "partial",
    reject_the_neighbour: "partial",
    forget_the_second_event: "accounted",
    park_a_record: "parked",
    whisper: "private",
    whisper_a_condition: "private",
    say_nothing_of_who_stays: "told",
    forget_a_reply: "told",
    release_what_is_open: "clear",
    lift_a_hold: "hold",
    count_silence_early: "silence",
    tell_of_what_was_not_there: "superseded",
}


def test_a_sound_story_breaks_no_promise():
    """What is broken below was whole before."""
    assert sound().wrong == []


@pytest.mark.parametrize("break_it", BROKEN, ids=lambda one: one.__name__)
def test_a_broken_promise_is_told(break_it):
    """Each promise broken by hand gives a sentence that begins with its name."""
    told = sound()
    history, readout = copy.deepcopy((told.history, told.readout))
    break_it(history, readout)
    wrong = check(history, readout)
    assert any(one.startswith(BROKEN[break_it]) for one in wrong), wrong


def test_a_corrupted_page_is_not_read_over():
    """The bytes of each delivery are cut from the page as they stood there."""
    page = next(page for page in sound().history.pages if page.given)
    for one in page.given:
        assert one.content.startswith(b"{")
        assert one.content.endswith(b"}")
        assert b'"swbseq":%d' % one.seq in one.content
