"""What became of a submission: verdicts, dossiers, who received what and why, board, replies."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from broker.access import Principal
from broker.dossiers.board import NOT_REQUIRED, board_of, concerns
from broker.dossiers.owning import base_of, is_beside
from broker.dossiers.standing import gravest
from broker.errors import NotFoundFault
from broker.model.dossier import BOARD, Dossier, Target
from broker.state import aliases, continuations, dossiers, queue, requests, submissions, unresolved

NOTHING = "none"
NO_TITLES: Mapping[str, str] = {}


PAGE_MAX = 500


class Page(NamedTuple):
    """Which messages of a submission are shown: `limit` at most, behind the one numbered so."""

    after: int = -1
    limit: int = 100


FIRST = Page()


def status(
    connection: Connection,
    submission: str,
    who: Principal,
    page: Page = FIRST,
    titles: Mapping[str, str] = NO_TITLES,
) -> dict[str, Any]:
    """Message by message, and the overall status. NotFoundFault: not there, or not yours.

    `next` is what to ask for behind the last message shown, where there are more. `titles`: the
    public names of senders.
    """
    row = visible(connection, submission, who)
    tally = submissions.tally(connection, submission)
    verdicts = submissions.messages(connection, submission, page.after, page.limit + 1)
    more, verdicts = len(verdicts) > page.limit, verdicts[: page.limit]
    outcomes = dossiers.outcomes_of_submission(connection, submission)
    numbers = {one["message"] for one in verdicts}
    outcomes = [one for one in outcomes if one["message"] in numbers]
    known = {one["dossier"]: dossiers.one(connection, one["dossier"]) for one in outcomes}
    waiting = unresolved.of_submission(connection, submission)
    shown = [
        _seen_by(who, _message(connection, one, outcomes, known, waiting.get(one["message"], [])))
        for one in verdicts
    ]
    for message in shown:
        if dossier := known.get(message.get("dossier", "")):
            message["joined"] = joined(dossier, who, titles)
    return {
        "submission": row["id"],
        "received_at": row["received_at"],
        "sha256": row["sha256"],
        "format": row["format"],
        "profile": row["profile"],
        "state": "translated" if tally.whole else "translating" if tally.messages else "received",
        "continues": continued(connection, submission),
        "messages_total": tally.messages,
        "messages_rejected": tally.rejected,
        "messages": shown,
        "next": verdicts[-1]["message"] if more else None,
        "overall": _overall(shown),
    }


def continued(connection: Connection, submission: str) -> dict[str, Any] | None:
    """After which message a submission goes on that is translated in part, and what it waits for.

    None: it waits for nothing, or its translation has not begun.
    """
    row = continuations.of_submission(connection, submission)
    return {"after": row["message"], "state": row["state"]} if row else None


def joined(dossier: Dossier, who: Principal, titles: Mapping[str, str]) -> list[dict[str, str]]:
    """The parts of other parties in a dossier, for its owner: which part, and whose; no content."""
    owns = who.role == "sender" and any(
        one.party == who.party == dossier.party and not is_beside(part)
        for part, one in dossier.live.items()
    )
    if not owns and who.role != "operator":
        return []
    return [
        {"part": base_of(part), "name": titles.get(one.sender, "")}
        for part, one in sorted(dossier.live.items())
        if one.party != dossier.party
    ]


def visible(connection: Connection, submission: str, who: Principal) -> dict[str, Any]:
    """The submission's row, if its sender's party or an operator asks."""
    row = submissions.one(connection, submission)
    if row is None or (who.role != "operator" and row["party"] != who.party):
        raise NotFoundFault(f"there is no submission {submission[:60]!r} of yours")
    return row


def _message(
    connection: Connection,
    verdict: Mapping[str, Any],
    outcomes: list[dict[str, Any]],
    known: Mapping[str, Dossier | None],
    waiting: list[dict[str, Any]],
) -> dict[str, Any]:
    mine = [one for one in outcomes if one["message"] == verdict["message"]]
    shown: dict[str, Any] = {
        "number": verdict["message"],
        "reference": verdict["reference"],
        "verdict": verdict["verdict"],
        "format": verdict["format"],
        "profile": verdict["profile"],
        "problems": orjson.loads(verdict["problems"]),
        "outcomes": [
            {
                "does": one["does"],
                "outcome": one["outcome"],
                "problems": orjson.loads(one["problems"]),
            }
            for one in mine
        ],
        "unresolved": len(waiting),
        "waits_for": waiting,
    }
    dossier = next((known[one["dossier"]] for one in mine if known.get(one["dossier"])), None)
    if dossier is not None:
        shown |= {
            "dossier": dossier.id,
            "documents": _documents(connection, dossier),
            "recipients": recipients(connection, dossier),
            "board": board(dossier),
            "replies": _replies(connection, dossier),
            "references": _references(connection, dossier),
            "requests": requests.of_dossier(connection, dossier.id),
        }
    return shown


def _seen_by(who: Principal, shown: dict[str, Any]) -> dict[str, Any]:
    """What this one may know of a message's dossier.

    What was withheld is for operators. A sender sees the parts that its own party lodged, who
    receives them, and of the other parts the status alone. An agency sees what it is told itself:
    its own rows and asks, nothing of other agencies and nothing of the overall status.
    """
    if who.role == "operator" or "dossier" not in shown:
        return shown
    told = [
        {name: value for name, value in row.items() if name != "withheld"}
        for row in shown["recipients"]
    ]
    if who.role == "sender":
        return {**shown, "recipients": told, **_own(who.party, shown, told)}
    rest = {name: shown[name] for name in shown if name not in {"documents", "replies"}}
    held = [
        {**request, "party": "", "holders": own}
        for request in shown["requests"]
        if (own := [holder for holder in request["holders"] if holder[0] == who.name])
    ]
    return {
        **rest,
        "requests": held,
        "references": [],
        "recipients": [row for row in told if row["recipient"] == who.name],
        "board": {"asks": [a for a in shown["board"]["asks"] if a["recipient"] == who.name]},
    }


def _own(party: str, shown: dict[str, Any], told: list[dict[str, Any]]) -> dict[str, Any]:
    """The parts of one party, where several have lodged parts of the same dossier.

    Of a dossier in which nothing is its own it sees nothing.
    """
    documents = [one for one in shown["documents"] if one["party"] == party]
    parts = {one["part"] for one in documents}
    if not parts:
        nothing = ("documents", "recipients", "references", "replies", "requests")
        return {**{name: [] for name in nothing}, "board": {}}
    about = {*parts, *(f"{BOARD}/{part}" for part in parts), BOARD}
    asks = [
        ask
        if ask["part"] in parts
        else {name: ask[name] for name in ("recipient", "part", "status")}
        for ask in shown["board"]["asks"]
        if ask["part"] in parts or any(concerns(own, ask["part"]) for own in parts)
    ]
    board = {**shown["board"], "asks": asks}
    if len(asks) < len(shown["board"]["asks"]):
        board["overall"] = gravest(ask["status"] for ask in asks) or NOT_REQUIRED
    return {
        "documents": documents,
        "recipients": [row for row in told if row["part"] in about],
        "references": [one for one in shown["references"] if one["scope"] in {"", party}],
        "board": board,
        "replies": [one for one in shown["replies"] if one["party"] == party],
        "requests": [one for one in shown["requests"] if one["party"] == party],
    }


def _documents(connection: Connection, dossier: Dossier) -> list[dict[str, Any]]:
    history = dossiers.history(connection, dossier.id)["documents"]
    states = document_states(history, dossier)
    kept = ("id", "part", "version", "package", "submission", "party")
    return [
        {**{name: row[name] for name in kept}, "state": state}
        for row, state in zip(history, states, strict=True)
    ]


def document_states(history: list[dict[str, Any]], dossier: Dossier) -> list[str]:
    """What each version is now: live, superseded, late, or withdrawn with its dossier.

    A row is written once: that a later one has replaced it is seen here.
    """
    newest: dict[str, int] = {}
    for row in history:
        if row["state"] != "late":
            newest[row["part"]] = max(row["version"], newest.get(row["part"], 0))
    ended = "withdrawn" if dossier.state == "withdrawn" else "live"
    return [
        row["state"] if row["state"] != "live"
        else ended if row["version"] == newest[row["part"]]
        else "superseded"
        for row in history
    ]  # fmt: skip


def recipients(connection: Connection, dossier: Dossier) -> list[dict[str, Any]]:
    """Who was decided to receive what, by which rows and why, and how far it got."""
    states = {row["id"]: row["state"] for row in queue.of_dossier(connection, dossier.id)}
    newest: dict[Target, dict[str, Any]] = {}
    for row in dossiers.history(connection, dossier.id)["decisions"]:
        newest[Target(row["part"], row["recipient"], row["purpose"])] = row
    found = []
    for row in newest.values():
        because, legal_basis = orjson.loads(row["because"])
        found.append(
            {
                "recipient": row["recipient"],
                "purpose": row["purpose"],
                "part": row["part"],
                "version": row["version"],
                "result": row["result"],
                "rule": orjson.loads(row["rules"]),
                "because": because,
                "legal_basis": legal_basis,
                "elements": orjson.loads(row["elements"]) or "whole",
                "withheld": orjson.loads(row["withheld"]),
                "delivery": row["delivery"],
                "state": states.get(row["delivery"], NOTHING),
            }
        )
    return found


def board(dossier: Dossier) -> dict[str, Any]:
    """Asks and answers in force with their status, and the overall status; never a reason."""
    found = board_of(dossier)
    statuses = {target: found.status(target) for target in found.targets}
    return {
        "version": dossier.board_version,
        "overall": dossier.overall,
        "asks": [_ask(dossier, target, status) for target, status in statuses.items() if status],
    }


def _ask(dossier: Dossier, target: Target, status: str) -> dict[str, Any]:
    """What an agency is asked, or has answered without being asked any more."""
    shown, newest = dossier.shown.get(target), dossier.asks.get(target)
    ask = newest if newest is not None and newest.counts else None
    return {
        "recipient": target.recipient,
        "purpose": target.purpose,
        "part": target.part,
        "version": ask.version if ask else shown.version if shown else 0,
        "due_at": ask.due_at if ask else "",
        "state": ask.state if ask else "not_asked",
        "status": status,
    }


def _references(connection: Connection, dossier: Dossier) -> list[dict[str, str]]:
    found = aliases.of_dossiers(connection, [dossier.id]).get(dossier.id, ())
    return [{"scheme": scheme, "value": value, "scope": scope} for scheme, value, scope in found]


def _replies(connection: Connection, dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "delivery": row["id"],
            "type": row["type"],
            "version": row["version"],
            "state": row["state"],
            "party": orjson.loads(row["context"]).get("party", ""),
        }
        for row in queue.of_dossier(connection, dossier.id)
        if row["what"] == "reply"
    ]


def _overall(messages: list[dict[str, Any]]) -> str:
    """The submission's own: rejected, declined, unresolved, or the status of its dossier."""
    if not messages:
        return "received"
    if all(one["verdict"] == "rejected" for one in messages):
        return "rejected"
    for one in messages:
        if any(outcome["outcome"] == "declined" for outcome in one["outcomes"]):
            return "declined"
        if one["unresolved"]:
            return "unresolved"
        if "overall" in one.get("board", {}):
            return str(one["board"]["overall"])
    return "translated"
