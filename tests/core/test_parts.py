"""A dossier of several parts: who is told what of it, and what is noted besides the board."""

from datetime import timedelta
from functools import cache

import orjson

from broker.adapter import Kind, Scheme
from broker.core.routed import Rules
from broker.core.step import step
from broker.model.dossier import Change, Dossier
from broker.model.problem import Problem
from broker.routing.listing import ViewFile
from broker.routing.match import compile_book, overall_rows, wide_rows
from broker.routing.rules import RulesFile
from broker.routing.view import compile_view
from tests.sample_events import AT, DOSSIER, event, remembered

CREW = "BorderTransportMeans.Crew"
SHIP = {"package": "conveyance-report", "part": "FAL1", "party": "agent", "sender": "ship-agent"}
LIST = {"package": "persons-report", "part": "FAL5", "party": "crewing", "sender": "crew-firm"}


def _row(name, package, recipient, view, **more):
    return {
        "name": name, "kind": "visit", "package": package, "recipient": recipient,
        "purpose": "port-call", "view": view, "because": "it is so", "legal_basis": "a law",
        "expects": {"answer": {"within": "24h", "silence": "escalate"}}, **more,
    }  # fmt: skip


ROWS = (
    _row("ships-go-to-the-harbour", "conveyance-report", "harbour-master", "ship"),
    _row("persons-go-to-the-police", "persons-report", "border-police", "persons"),
    _row("declarants-hear", "board", "submitter", "told", expects="nothing"),
)
VIEWS = (
    ("ship", "conveyance-report", ["BorderTransportMeans.Name"]),
    ("persons", "persons-report", ["FunctionCode", f"{CREW}.**"]),
    ("told", "board", ["OverallStatusCode", "Answer.AgencyID", "Answer.Part", "Answer.Subject",
                       "Answer.StatusCode", "Answer.Reason.Code"]),
)  # fmt: skip


def crowded(parts):
    """Each declarant hears, of his own part, that the numbers differ."""
    ship, crew = parts.get("FAL1"), parts.get("FAL5")
    if ship and crew:
        told = int(ship.body["BorderTransportMeans"]["CrewQuantity"]["value"])
        if told != len(crew.body["BorderTransportMeans"]["Crew"]):
            yield "FAL1", Problem("toy.count", "the number differs", severity="warning")
            yield "FAL5", Problem("toy.list", "the list differs", severity="warning")


def lacking(part, tree):
    """Pieces of the list that have not come."""
    if part == "FAL5" and len(tree["BorderTransportMeans"]["Crew"]) < 2:
        yield Problem("toy.piece", "piece 2 has not come", severity="warning")


VISIT = Kind("visit", (Scheme("CALL", opens=True, binds=("sender",)),), lacks=lacking,
             across=crowded, complete_within=timedelta(hours=1))  # fmt: skip


def compiled(*rows):
    """These rows, three views, one kind."""
    trial = {"name": "nothing comes of nothing", "body": {}, "sends": {}}
    file = RulesFile.model_validate({"rules": list(rows), "tests": [trial]})
    book = compile_book({"rows.yaml": file})
    views = {
        name: compile_view(
            ViewFile.model_validate(
                {"name": name, "title": name, "package": package, "paths": paths}
            )
        )
        for name, package, paths in VIEWS
    }
    return Rules(book, overall_rows(book), views, "digest", {}, {"visit": VISIT}, wide_rows(book))


@cache
def rules():
    """The three rows."""
    return compiled(*ROWS)


def ship(number=1, crew="1", **more):
    """FAL 1, with the number of crew it states."""
    body = {"BorderTransportMeans": {"Name": "TEST SHIP", "CrewQuantity": {"value": crew}}}
    return event("put", number, kind="visit", body=body, **{**SHIP, **more})


def crew(number, *names, does="put", **more):
    """FAL 5, or a piece of it."""
    listed = [{"SequenceNumeric": str(at), "FamilyName": name, "GivenName": "IMA",
               "BirthDateTime": "1990-01-01"} for at, name in enumerate(names, 1)]  # fmt: skip
    body = {"BorderTransportMeans": {"Crew": listed}}
    return event(does, number, kind="visit", body=body, **{**LIST, **more})


def played(*happened, dossier=None, under=None):
    """The effects of each event, on what the one before left."""
    dossier, made = dossier or Dossier(DOSSIER, "visit"), []
    for one in happened:
        effects = step(dossier, one, under or rules())
        made.append(effects)
        dossier = remembered(effects)
    return dossier, made


def answer(number, recipient, delivery, status, subject="", reason=""):
    """What an agency says about its delivery."""
    said = {"StatusCode": status, "Subject": subject}
    if reason:
        said["Reason"] = [{"Code": reason}]
    body = {"DeliveryID": delivery, "Answer": [said]}
    return event("answer", number, kind="visit", body=body, recipient=recipient, party=recipient,
                 sender=recipient, package="answer")  # fmt: skip


def told(effects, sender):
    """The replies to this sender: overall status, (agency, part, status, reason), to what."""
    found = []
    for row in effects.queue:
        if row.subscription == sender and row.type == "board.changed":
            board = orjson.loads(row.payload)["board"]
            lines = [
                (one["AgencyID"], one["Part"], one["StatusCode"], one.get("Subject", ""),
                 [it["Code"] for it in one.get("Reason", ())])
                for one in board.get("Answer", ())
            ]  # fmt: skip
            found.append((board["OverallStatusCode"], lines, orjson.loads(row.context)["reply_to"]))
    return found


def notes(effects, kind="message.noted"):
    """What is noted to whom: sender, codes."""
    return [
        (row.subscription, [one["code"] for one in orjson.loads(row.payload).get("problems", ())])
        for row in effects.queue if row.type == kind and row.what == "reply"
    ]  # fmt: skip


def deliveries(effects, recipient):
    """Ids of the documents on their way to a recipient."""
    return [row.id for row in effects.queue if row.recipient == recipient]


def test_each_declarant_hears_of_both_agencies_and_of_the_others_part_the_status_alone():
    """The crew's declarant sees the person and the reason; the ship's agent only the decision."""
    dossier, (first, second) = played(ship(), crew(2, "ONE"))
    (harbour,) = deliveries(first, "harbour-master")
    (police,) = deliveries(second, "border-police")
    dossier, (held,) = played(
        answer(3, "border-police", police, "held", f"{CREW}[1]", "BP-7"), dossier=dossier
    )
    own = [("border-police", "FAL5", "held", f"{CREW}[1]", ["BP-7"])]
    assert told(held, "crew-firm") == [("held", own, "s_2")]
    assert told(held, "ship-agent") == [
        ("held", [("border-police", "FAL5", "held", "", [])], "s_1")
    ]
    dossier, (entered,) = played(answer(4, "harbour-master", harbour, "released"), dossier=dossier)
    (crewing,) = told(entered, "crew-firm")
    assert ("harbour-master", "FAL1", "released", "", []) in crewing[1]
    dossier, (changed,) = played(answer(5, "border-police", police, "released"), dossier=dossier)
    assert {status for sender in ("crew-firm", "ship-agent")
            for status, *_ in told(changed, sender)} == {"released"}  # fmt: skip


def test_what_all_parts_show_is_noted_to_each_about_their_own_part_and_once():
    """A difference goes to both, in their own words; the same again to none; its end to both.

    The list sent again names a person who matches none: the one it lacks stays on it.
    """
    dossier, (first, second) = played(ship(), crew(2, "ONE", "TWO"))
    assert notes(first) == []
    assert sorted(notes(second)) == [
        ("crew-firm", ["toy.list"]), ("ship-agent", ["event.joined"]), ("ship-agent", ["toy.count"])
    ]  # fmt: skip
    dossier, (again,) = played(crew(3, "ONE", "THREE"), dossier=dossier)
    assert notes(again) == []
    _, (right,) = played(ship(4, crew="3"), dossier=dossier)
    assert sorted(notes(right)) == [("crew-firm", []), ("ship-agent", [])]


def due_of(effects):
    """The moments that were set."""
    return [(one.name, one.at) for one in effects.due if one.name.startswith("complete/")]


def elapsed(name):
    """A moment has come."""
    return event("elapsed", 90, kind="visit", name=name, party="", sender="", submission="")


def test_missing_pieces_are_named_when_nothing_has_come_for_a_while():
    """Persons go on at once; the piece that lacks is told later, unless it has come meanwhile."""
    dossier, (first,) = played(crew(1, "ONE", does="merge"))
    assert deliveries(first, "border-police")
    ((name, at),) = due_of(first)
    assert (name, at) == ("complete/FAL5/1", "2026-11-22T10:30:00.000Z")
    _, (late,) = played(elapsed(name), dossier=dossier)
    assert notes(late) == [("crew-firm", ["toy.piece"])]
    _, (_, whole) = played(crew(2, "TWO", does="merge"), elapsed(name), dossier=dossier)
    assert (whole.outcome, notes(whole)) == ("repeated", [])


def test_a_merged_list_goes_out_whole():
    """What was said before and what is said now are one delivery; a piece alone never is."""
    _, (_, second) = played(crew(1, "ONE", does="merge"), crew(2, "TWO", does="merge"))
    (row,) = [row for row in second.queue if row.recipient == "border-police"]
    body = orjson.loads(row.payload)["body"]
    assert [one["FamilyName"] for one in body["BorderTransportMeans"]["Crew"]] == ["ONE", "TWO"]


def test_changes_that_matched_no_one_are_noted_in_the_reply_to_them():
    """The rest of the change list is applied; the reply to it warns of what matched no one."""
    changes = [Change("remove", CREW, {"FamilyName": name, "GivenName": "IMA",
                                       "BirthDateTime": "1990-01-01"})
               for name in ("ONE", "NEVER")]  # fmt: skip
    patch = crew(2, does="patch", changes=tuple(changes))
    _, (_, effects) = played(crew(1, "ONE", "TWO"), patch)
    assert effects.outcome == "applied"
    assert notes(effects, "board.changed") == [("crew-firm", ["event.element-unknown"])]


def test_a_part_that_is_taken_back_is_withdrawn_from_who_had_it_and_from_nobody_else():
    """The police are told that the list is gone, the harbour master keeps the ship."""
    back = event("withdraw", 3, kind="visit", body={}, **LIST)
    dossier, (_, _, gone) = played(ship(), crew(2, "ONE"), back)
    assert [(one.target.recipient, one.notice.type) for one in gone.withdrawals] == [
        ("border-police", "visit.withdrawn")
    ]
    assert set(dossier.live) == {"FAL1"}
    assert {ask.target.recipient for ask in dossier.asks.values() if ask.counts} == {
        "harbour-master"
    }


def test_every_version_has_its_time():
    """Moments and boards carry the time of the event that made them."""
    _, (first,) = played(ship())
    assert {row.created_at for row in first.queue} == {AT}


def test_who_took_a_part_back_is_told_what_is_answered_about_it_and_nothing_else():
    """A hold on the list outlives it: its sender hears when it ends, and nothing of the ship."""
    listed = (ship(), crew(2, "ONE"))
    dossier, (first, second) = played(*listed)
    (police,), (harbour,) = deliveries(second, "border-police"), deliveries(first, "harbour-master")
    back = event("withdraw", 4, kind="visit", body={}, **LIST)
    dossier, (_, gone) = played(answer(3, "border-police", police, "held"), back, dossier=dossier)
    assert [one[0] for one in told(gone, "crew-firm")] == ["held"]
    (notice,) = [one.notice.id for one in gone.withdrawals]
    dossier, (elsewhere, ended) = played(
        answer(5, "harbour-master", harbour, "inspection"),
        answer(6, "border-police", notice, "released"),
        dossier=dossier,
    )
    assert told(elsewhere, "crew-firm") == []
    assert [one[0] for one in told(elsewhere, "ship-agent")] == ["held"]
    assert [one[2] for one in told(ended, "crew-firm")] == [back.submission]
    assert [one[0] for one in told(ended, "ship-agent")] == ["inspection"]
    _, (again,) = played(crew(7, "ONE"), dossier=dossier)
    assert [one[2] for one in told(again, "crew-firm")] == [again.event.submission]


def test_who_answers_for_the_whole_visit_is_asked_again_when_a_part_goes():
    """The harbour master saw the crew list too: a release of ship and crew is none of the ship."""
    wide = compiled(
        {**ROWS[0], "answers": "dossier"}, ROWS[1],
        _row("lists-go-to-the-harbour", "persons-report", "harbour-master", "persons",
             purpose="crew-control"),
    )  # fmt: skip
    dossier, (_, second) = played(ship(), crew(2, "ONE"), under=wide)
    given = deliveries(second, "harbour-master")
    back = event("withdraw", 9, kind="visit", body={}, **LIST)
    dossier, (*_, gone) = played(
        *(answer(number, "harbour-master", one, "released") for number, one in enumerate(given, 3)),
        back, dossier=dossier, under=wide,
    )  # fmt: skip
    (again,) = [row for row in gone.queue if row.recipient == "harbour-master"]
    assert (again.what, again.part, again.purpose) == ("document", "FAL1", "port-call")
    asks = {target: ask for target, ask in dossier.asks.items() if ask.counts}
    assert [target.part for target in asks if target.recipient == "harbour-master"] == ["FAL1"]


def test_an_answer_about_a_part_settles_that_part_alone():
    """By the visit's reference both parts are meant; `part` says which; one that is none declines.

    The problem names the parts that the agency was given.
    """
    rows = compiled(*ROWS, _row("lists-go-to-the-harbour", "persons-report", "harbour-master",
                                "persons", purpose="crew-control"))  # fmt: skip
    dossier, _ = played(ship(), crew(2, "ONE"), under=rows)

    def about(number, part):
        said = {"StatusCode": "released", "Part": part}
        master = dict.fromkeys(("party", "recipient", "sender"), "harbour-master")
        body = {"Answer": [said]}
        return event("answer", number, kind="visit", body=body, package="answer", **master)

    after, (one,) = played(about(3, "FAL5"), dossier=dossier, under=rows)
    assert {(each.part, each.purpose) for each in after.answers} == {("FAL5", "crew-control")}
    _, (other,) = played(about(4, "FAL6"), dossier=dossier, under=rows)
    assert (one.outcome, other.outcome) == ("applied", "declined")
    assert [(it.code, it.found, it.expected) for it in other.problems] == [
        ("answer.subject-unknown", "FAL6", "FAL1, FAL5")
    ]
