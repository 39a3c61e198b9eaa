"""A postal item, a passenger list, a ship's visit: each lodged, given, answered, replied to."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from broker.demo.stage import Stage, cursor_before, say, show, title, until

POST, CARRIER, AGENT, CREWING = (
    "marigold-post", "paperkite-airlines", "saltbox-agents", "nettle-crewing",
)  # fmt: skip
NAMES = (POST, CARRIER, AGENT, CREWING, "customs", "aviation-security", "border-police",
         "harbour-master", "port-health")  # fmt: skip


def post(stage: Stage) -> None:
    """An item by air, assessed before it is loaded, then released; the post reads a CUSRSP."""
    title("a postal operator sends an ITMATT: one item, two pieces")
    _lodged(stage, POST, _sample(stage, POST, "postal", "itmatt", ("--items", "1", "--seed", "5")))
    item = stage.given("customs", "postal-item")
    pieces = item["data"]["body"]["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    say(f"  customs is given the item, with {len(pieces)} piece(s)")
    loading = stage.given("aviation-security", "postal-item")
    say("  aviation-security is given it before it is loaded, without values")
    _answered(stage, POST, "aviation-security", loading, [{"status": "released"}])
    _answered(stage, POST, "customs", item, [{"status": "released"}])
    _replies(stage, POST)


def flight(stage: Stage) -> None:
    """Three passengers; the border police refuse one of them and let the others come."""
    title("an airline sends a passenger list: PAXLST, three passengers")
    file = _sample(stage, CARRIER, "airline", "passengers", ("--items", "3", "--seed", "5"))
    _lodged(stage, CARRIER, file)
    listed = stage.given("border-police", "persons-report")
    people = listed["data"]["body"]["BorderTransportMeans"]["Passenger"]
    say(f"  border-police is given {len(people)} passengers")
    refused = {"subject": {"path": "BorderTransportMeans.Passenger[2]"}, "status": "refused"}
    _answered(stage, CARRIER, "border-police", listed, [{"status": "released"}, refused])
    _replies(stage, CARRIER)


def visit(stage: Stage) -> None:
    """A ship's agent declares her, a crewing firm her crew; three agencies answer on one visit."""
    title("a ship's agent files FAL 1 and is told the visit's id")
    told = _lodged(stage, AGENT, _sample(stage, AGENT, "maritime", "fal1", ("--items", "3")))
    (visit_id,) = re.findall("VISIT ([A-Z0-9]+)", told)
    title("a crewing firm files FAL 5 for the same visit")
    crew = _sample(stage, CREWING, "maritime", "fal5", ("--items", "3"))
    _lodged(stage, CREWING, crew, "--reference", f"VISIT={visit_id}")
    until(f"{AGENT} is notified of who joins", lambda: _notes(stage, AGENT))
    say(f"  {AGENT} is notified that {CREWING} has joined the visit")
    ship = stage.given("harbour-master", "conveyance-report")
    health = stage.given("port-health", "conveyance-report")
    persons = stage.given("border-police", "persons-report")
    say("  harbour-master and port-health are given the ship, border-police her crew")
    held = {"subject": {"path": "BorderTransportMeans.Crew[2]"}, "status": "held"}
    _answered(stage, AGENT, "border-police", persons, [held])
    for who, event in (("harbour-master", ship), ("port-health", health)):
        _answered(stage, AGENT, who, event, [{"status": "released"}])
    _answered(stage, AGENT, "border-police", persons, [{"status": "released"}])
    for who in (AGENT, CREWING):
        _replies(stage, who)


def _sample(stage: Stage, who: str, family: str, kind: str, more: Sequence[str]) -> str:
    """Compose a message into a folder of its own; its file."""
    stage.swb("sample", family, "--kind", kind, *more, "--out", kind, who=who)
    (file,) = (stage.folder / kind).iterdir()
    return str(Path(kind) / file.name)


def _lodged(stage: Stage, who: str, file: str, *more: str) -> str:
    told = stage.swb("submit", file, "--wait", "60", *more, who=who)
    show(told)
    return told


def _answered(
    stage: Stage, sender: str, who: str, event: dict[str, Any], answers: Sequence[dict[str, Any]]
) -> None:
    """The agency answers; what the sender is told thereupon."""
    before = len(stage.feed(sender))
    stage.answer(who, event, answers)
    told = until(f"{sender} is told of {who}", lambda: stage.feed(sender)[before:])
    words = ", ".join(
        f"{one['status']} for {one['subject']['path']}" if "subject" in one else one["status"]
        for one in answers
    )
    say(f"  {who} answers {words}: {sender} is told {told[-1]['swbstatus']}")


def _notes(stage: Stage, who: str) -> list[dict[str, Any]]:
    """What a sender is notified of besides its replies."""
    return [one for one in stage.feed(who) if one["type"] == "message.noted"]


def _replies(stage: Stage, who: str) -> None:
    """The newest reply, in the syntax of what it answers."""
    title(f"the reply to {who}, in its own syntax")
    show(stage.swb("feed", "--cursor", cursor_before(stage.feed(who)), who=who))
