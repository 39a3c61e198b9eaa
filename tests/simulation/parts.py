"""What is promised of parts that belong to several parties, and of lists that come in pieces.

Promises
    whose     a part has one owner, who lodged it first; nobody else changes it; who does not own
              the code of a public name lodges beside its owner, or not at all
    aboard    whoever was named on an accepted piece and not taken off again is on the live list,
              once, and on the list that the border police was given last; nobody else is
    private   of another party's part a sender hears the status: no person, no condition; and a
              reply names no person whom the message that it is about did not name
The list is worked out here from what was said, without the broker's own merging.
"""

import base64
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from broker.dossiers.owning import base_of, is_beside
from broker.model.records import digest
from tests.families import FIRST_CODE, SECOND_CODE, SECOND_COUNTRY, token_of
from tests.simulation.history import History, Said, meant
from tests.simulation.messages import keep
from tests.simulation.readout import Readout

POLICE = "border-police"
TAKEN = {"applied", "repeated"}
_PERSON = re.compile(r"(?:ZZ|YY)[0-9]{4}X[0-9]+[PC][0-9]{3}|S[0-9]+D[0-9]{3}")
_KEPT = re.compile(keep("d_") + "[0-9A-F]{32}")

Part = tuple[str, str]
"""A dossier and the name of its part."""


def owners(readout: Readout) -> dict[Part, str]:
    """The party that lodged each part first."""
    found: dict[Part, str] = {}
    for row in readout.of("documents"):
        found.setdefault((row["dossier"], row["part"]), row["party"])
    return found


def own_parts(readout: Readout) -> dict[tuple[str, str, str], str]:
    """The part in which each party lodged, by dossier, party and the name that it said."""
    return {
        (row["dossier"], row["party"], base_of(row["part"])): row["part"]
        for row in readout.of("documents")
    }


def whose(history: History, readout: Readout) -> Iterator[str]:
    """Every version of a part is its owner's."""
    del history
    found = owners(readout)
    for row in readout.of("documents"):
        owner = found[row["dossier"], row["part"]]
        if row["party"] != owner:
            yield f"whose: version {row['version']} of {owner}'s {row['part']} is {row['party']}'s"
    public = {row["value"]: row["dossier"] for row in readout.of("aliases")
              if row["scheme"] in {"FLIGHT", "S10"}}  # fmt: skip
    about = {dossier: value for value, dossier in public.items()}
    for row in readout.of("documents"):
        value, party = about.get(row["dossier"], ""), _owner_of(about.get(row["dossier"], ""))
        if value and (row["party"] == party) == is_beside(row["part"]):
            yield f"whose: {row['party']} has {row['part']!r} of {value}, which is {party}'s"


def _owner_of(value: str) -> str:
    """Whose a flight or an item is in these stories."""
    number = value.partition("/")[0]
    if number[:2] in {FIRST_CODE, SECOND_CODE}:
        return "paperkite" if number[:2] == FIRST_CODE else "thistledown"
    return "sorrel" if number.endswith(SECOND_COUNTRY) else "marigold"


def aboard(history: History, readout: Readout) -> Iterator[str]:
    """The live lists name those who should be on them, each once."""
    wanted = _wanted(history, readout)
    live = {
        (row["dossier"], row["part"]): sorted(row["persons"])
        for row in readout.of("documents")
        if row["state"] == "live" and row["package"] == "persons-report"
    }
    newest = {(row["dossier"], row["part"]): row["state"] for row in readout.of("documents")
              if row["state"] != "late"}  # fmt: skip
    yielded = {part for part, state in newest.items()
               if state == "withdrawn" and is_beside(part[1])}  # fmt: skip
    for dossier, part in yielded:
        if newest.get((dossier, base_of(part))) != "live":
            yield f"whose: {part} of {dossier} is gone, and its owner has lodged none"
    for part in (wanted.keys() | live.keys()) - yielded:
        if sorted(wanted.get(part, ())) != live.get(part, []):
            yield f"aboard: on {part} are {live.get(part)}, not {sorted(wanted.get(part, ()))}"
    for part, persons in _seen_by_police(history).items():
        if part not in yielded and persons != live.get(part):
            yield f"aboard: the police was told of {persons} on {part}, not {live.get(part)}"


def _wanted(history: History, readout: Readout) -> dict[Part, set[str]]:
    """Those on each list, by all that was accepted about it, in the order of acceptance."""
    outcomes = {row["event"]: row for row in readout.of("outcomes")}
    parties = {row["id"]: row["party"] for row in readout.of("submissions")}
    mine = own_parts(readout)
    found: dict[Part, set[str]] = defaultdict(set)
    for (submission, message), one in meant(history, readout.of("submissions")).items():
        row = outcomes.get("e_" + digest(submission, message, 0))
        if one.who and row and row["outcome"] in TAKEN:
            name = mine.get((row["dossier"], parties[submission], one.part), one.part)
            part = (row["dossier"], name)
            found[part] = after(found[part], one)
    return found


def after(persons: set[str], said: Said) -> set[str]:
    """A list that lacks somebody, or names somebody new, removes nobody; a closing one neither."""
    named = set(said.who)
    match said.says:
        case "put":
            return persons | named if said.left or not named <= persons else named
        case "merge":
            return persons | named
        case "keep" | "absent":
            return persons
        case "remove":
            return persons - named
    raise AssertionError(said)


def _seen_by_police(history: History) -> dict[Part, list[str]]:
    """The persons of each list as they stood in the newest delivery."""
    newest: dict[Part, tuple[int, list[str]]] = {}
    for one in history.given().get(POLICE, ()):
        data = one.said.get("data", {})
        if data.get("package") == "persons-report" and "body" in data:
            means = data["body"].get("BorderTransportMeans", {})
            persons = [*means.get("Passenger", ()), *means.get("Crew", ())]
            part = (data["dossier"], data["part"])
            told = (data["version"], sorted(token_of(person) for person in persons))
            newest[part] = max(newest.get(part, (0, [])), told)
    return {part: persons for part, (_version, persons) in newest.items()}


def private(history: History, readout: Readout) -> Iterator[str]:
    """No sender reads a person it did not name, nor a condition about what it did not lodge."""
    parties = {row["sender"]: row["party"] for row in readout.of("submissions")}
    named: dict[str, set[str]] = defaultdict(set)
    for attempt in history.attempts:
        for said in attempt.messages:
            named[attempt.who].update(said.who, said.left)
    found = owners(readout)
    kept = {
        keep(row["id"]): found.get((row["dossier"], row["part"])) for row in readout.of("queue")
    }
    for who, given in history.given().items():
        if who not in named:
            continue
        for said in {one.seq: one.said for one in given}.values():
            text = " ".join(texts(said))
            for person in set(_PERSON.findall(text)) - named[who]:
                yield f"private: {who} was told of {person} in {said['id']}"
            for condition in set(_KEPT.findall(text)):
                if kept.get(condition) != parties[who]:
                    yield f"private: {who} was told of {condition} in {said['id']}"


def addressed(history: History, readout: Readout) -> Iterator[str]:
    """A reply names persons of the message that it is about, and of no other one."""
    known = meant(history, readout.of("submissions"))
    for given in history.given().values():
        for said in {one.seq: one.said for one in given}.values():
            about = known.get((said.get("swbsubmission", ""), said.get("swbmessage", 0)))
            if about is None:
                continue
            others = set(_PERSON.findall(" ".join(texts(said)))) - {*about.who, *about.left}
            for person in sorted(others):
                yield f"private: {said['id']} tells of {person}, whom its message did not name"


def texts(said: Mapping[str, Any]) -> Iterator[str]:
    """Everything a delivery says, unpacked: a reply, its artifacts, the sheets of a workbook."""
    data = said.get("data", {})
    artifacts = data.get("artifacts", ())
    packed = [one.get("content_base64") for one in artifacts]
    # Packed bytes are text that says anything, now and then a person's number too.
    plain = [{**one, "content_base64": ""} for one in artifacts]
    yield str({**data, "artifacts": plain})
    for content in map(base64.b64decode, filter(None, [said.get("data_base64"), *packed])):
        if not content.startswith(b"PK"):
            yield content.decode(errors="replace")
            continue
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for name in book.namelist():
                yield book.read(name).decode(errors="replace")


RULES = (whose, aboard, private, addressed)
