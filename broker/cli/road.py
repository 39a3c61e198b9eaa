"""A trace as text: the road of a message in the order it was walked.

receipt; verdict and events; dossier and versions; who receives it, by which row and because of
what law, and what the view withholds; who does not, and which condition failed on which value;
answers; the board; deliveries and replies
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
import orjson

from broker.cli.shown import clean, message_line, problems_lines, waiting_lines, wrapped

Tree = Mapping[str, Any]
DIGEST_SHOWN = 16
"""Characters of a configuration's digest: as many as `swb_book_info` has."""


def road_lines(trace: Tree) -> Iterator[str]:
    """The trace, a line at a time; submissions that only answered stand with their answers."""
    sent_in: dict[str, str] = {}
    for submission in trace["submissions"]:
        events = [event for message in submission["messages"] for event in message["events"]]
        sent_in |= {event["event"]: submission["submission"] for event in events}
        if not events or not all(_only_answered(event) for event in events):
            yield from _submission(submission)
    for dossier in trace["dossiers"]:
        yield ""
        yield from _dossier(dossier, sent_in)
    if trace["left_out"]:
        yield f"and {trace['left_out']} more dossiers: trace one of them by its id"


def _only_answered(event: Tree) -> bool:
    return bool(event["does"] == "answer" and event["outcome"] == "applied")


def _submission(one: Tree) -> Iterator[str]:
    yield _bold(f"submission {one['submission']}")
    if "sender" in one:
        yield f"  received {one['received_at']} from {one['sender']} (party {one['party']})"
        yield f"  {one['format'] or 'no known format'}, {one['bytes']:,} bytes"
        yield f"  sha256 {one['sha256']}"
        if one["same_bytes_as"]:
            yield f"  the same bytes as {one['same_bytes_as']}"
        if one["delivery"]:
            yield f"  answers delivery {one['delivery']}"
    for message in one["messages"]:
        yield from _message(message)
    if one.get("left_out"):
        yield f"  and {one['left_out']} more messages"
    yield from _parked(one.get("parked", ()))
    for reply in one["replies"]:
        yield f"  reply {_sent(reply)}"


def _message(one: Tree) -> Iterator[str]:
    yield f"  {message_line(one['number'], one['reference'], one['verdict'])}"
    if one["format"]:
        dialect = f"profile {one['profile']}" if one["profile"] else "without a profile"
        yield f"    read as {one['format']}, {dialect}"
    yield from _under("judged", [one])
    yield from problems_lines(one["problems"], "    ")
    for event in one["events"]:
        dossier = f", dossier {event['dossier']}" if event["dossier"] else ""
        yield f"    event {event['event']}: {event['does']}, {event['outcome']}{dossier}"
        yield from problems_lines(event["problems"], "      ")
    yield from waiting_lines(one)


def _under(what: str, rows: Iterable[Tree]) -> Iterator[str]:
    """The configurations that these rows name, in their order, by the beginning of the digest."""
    digests = dict.fromkeys(row["configuration"][:DIGEST_SHOWN] for row in rows)
    if named := ", ".join(filter(None, digests)):
        yield f"    {what} under configuration {named}"


def _dossier(one: Tree, sent_in: Tree) -> Iterator[str]:
    yield _bold(f"dossier {one['dossier']}: {one['state']}")
    if "kind" in one:
        yield f"  {one['kind']} of party {one['party']}, opened {one['opened_at']}"
        named = ", ".join(f"{scheme} {clean(value)}" for scheme, value in one["references"])
        yield f"  references: {named or 'none'}"
        for document in one["documents"]:
            yield from _document(document)
        yield from _section("recipients", one["recipients"], _recipient)
        yield from _under("decided", one["decisions"])
        if one["not_matched"]:
            yield from _section("not entitled", one["not_matched"], _not_matched)
        answers = [{**answer, "sent_in": sent_in.get(answer["event"])} for answer in one["answers"]]
        yield from _section("answers", answers, _answer)
        if one["requests"]:
            yield from _section("requests", one["requests"], _request)
        if one["reported"]:
            yield from _section("reported", one["reported"], _report)
        yield from _board(one["board"])
        yield from _section("deliveries", one["deliveries"], _delivery)
    yield from _parked(one["parked"])


def _document(one: Tree) -> Iterator[str]:
    part = f" part {one['part']}" if one["part"] else ""
    yield (
        f"  document {one['id']}: {one['package']}{part}, version {one['version']}, "
        f"{one['state']}, from {one['submission']} message {one['message']}"
    )
    yield from _body(one.get("body"))


def _section(title: str, rows: Iterable[Tree], shown_as: Any) -> Iterator[str]:
    found = [line for row in rows for line in shown_as(row)]
    yield f"  {_bold(title)}{'' if found else ': none'}"
    for line in found:
        text = line.lstrip()
        yield from wrapped(text, " " * (4 + len(line) - len(text)))


def _recipient(one: Tree) -> Iterator[str]:
    name = click.style(one["recipient"], fg="cyan")
    if one["result"] == "withdrawn":
        yield f"{name} for {one['purpose']}: withdrawn with version {one['version']}"
        return
    elements = one["elements"]
    what = "the whole" if elements == "whole" else ", ".join(map(_short, elements))
    part = f"{one['part']} " if one["part"] else ""
    of = "board" if one["part"] == "board" else f"{part}version {one['version']}"
    yield f"{name} for {one['purpose']}: {what} ({of}, {one['result']}, {one['state']})"
    if one["rule"]:
        yield f"    by row {', '.join(one['rule'])}"
        yield f"    because {'; '.join(one['because'])}"
        yield f"    law: {'; '.join(one['legal_basis'])}"
    else:  # a declarant needs no row to see their own part
        yield "    by no row: it is about what this recipient sent"
    if one["part"] != "board" and one["rule"]:
        yield f"    withheld: {', '.join(map(_short, one['withheld'])) or 'nothing'}"


def _not_matched(one: Tree) -> Iterator[str]:
    name = click.style(one["recipient"], fg="cyan")
    verdict = "" if one["verdict"] == "no match" else f", {one['verdict']}"
    yield f"{name} for {one['purpose']} by row {one['rule']}{verdict}"
    yield from (f"    {clean(reason)}" for reason in one["reasons"])


def _answer(one: Tree) -> Iterator[str]:
    about = f" about {_short(one['subject'])}" if one["subject"] else ""
    check = f", check {one['check']}" if one["check"] else ""
    status = one["status"] or "a notice"
    yield (
        f"{one['recipient']} for {one['purpose']}: {status}{about}{check}, {one['at']}"
        f"{', in ' + one['sent_in'] if one['sent_in'] else ''}"
    )
    yield from _body(one.get("content"))


def _request(request: Tree) -> Iterator[str]:
    """What was asked, how it ended, and what each recipient that decides has answered."""
    part = f" part {request['part']}" if request["part"] else ""
    code = f" ({request['code']})" if request["code"] else ""
    ended = f", {request['decided_at']}" if request["decided_at"] else ""
    yield (
        f"request {request['number']}: {request['does']}{part} on version {request['version']}, "
        f"{request['state']}{code}{ended}, from {request['submission']} message "
        f"{request['message']}"
    )
    for recipient, purpose, _, decision in request["holders"]:
        yield f"    {recipient} for {purpose}: {decision or 'has not decided'}"


def _report(one: Tree) -> Iterator[str]:
    """That something arrived, when, and who stated it."""
    part = f"part {one['part']} " if one["part"] else ""
    yield f"{part}{one['name']} {one['at']}".rstrip() + f", by {one['by'] or 'its declarant'}"


def _board(one: Tree) -> Iterator[str]:
    yield f"  {_bold('board')}, version {one['version']}: {one['overall']}"
    for ask in one["asks"]:
        state = "" if ask["state"] == "open" else f", {ask['state']}"
        due = f", due {ask['due_at']}" if ask["status"] == "waiting" else ""
        yield f"    {ask['recipient']} for {ask['purpose']}: {ask['status']}{state}{due}"


def _delivery(one: Tree) -> Iterator[str]:
    yield _sent(one)
    yield from _body(one.get("content"))


def _sent(one: Tree) -> str:
    number = f"number {one['seq']}" if one["seq"] else "unnumbered"
    status = f" {one['status']}" if one.get("status") else ""
    state = number if one["state"] == "numbered" else f"{number}, {one['state']}"
    return f"{one['delivery']} {one['what']}{status} to {one['recipient']}: {state}"


def _parked(rows: Iterable[Tree]) -> Iterator[str]:
    for one in rows:
        yield f"  {_bold('parked')} {one['id']} in {one['station']}, {one['state']}"
        yield f"    {one['reason']}"


def _body(body: Any) -> Iterator[str]:
    if body is not None:
        text = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
        yield from (f"    {line}" for line in text.splitlines())


def _short(path: str) -> str:
    """A path without the classes every goods item has above it."""
    return path.replace("GoodsShipment.GovernmentAgencyGoodsItem", "Item")


def _bold(text: str) -> str:
    return click.style(text, bold=True)
