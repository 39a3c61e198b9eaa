"""Declarations: one that several agencies are concerned by, there and back; and a broken one."""

import re
from typing import Any

from broker.demo.stage import Stage, Stuck, cursor_before, say, show, title, until

TRADER, PACKAGE = "lantern-forwarding", "goods-declaration"
AGENCIES = ("plant-health", "animal-health", "medicines", "customs", "statistics")
GOODS = ("--items", "4", "--seed", "18288")
"""Four goods items: cut roses, beef, medicines, telephones."""

MRN = "26QZ00000000000001"

BREAKS = (
    (
        r"(<FunctionalReferenceID>)[^<]*",
        r"\g<1>A-REFERENCE-THAT-IS-TOO-LONG",
        "an LRN of 28 characters",
    ),
    (r"<SequenceNumeric>4<", "<SequenceNumeric>3<", "two goods items with the same number"),
    (r"<NetNetWeightMeasure [^/]*/NetNetWeightMeasure>\n?", "", "an item without its net mass"),
    (r"(<StatisticalValueAmount [^>]*>)[^<]*", r"\g<1>12,50", "an amount with a comma"),
    (r"<(/?)TransactionNatureCode", r"<\1TransactionColour", "an element that does not exist"),
)
"""What is broken in the second declaration: pattern, replacement, in words."""


def good(stage: Stage) -> None:
    """A declaration of four items, and what five agencies make of it."""
    title("a trader lodges a declaration: roses, beef, medicines, telephones")
    declaration = stage.swb("sample", "customs", *GOODS, who=TRADER)
    (stage.folder / "declaration.xml").write_text(declaration)
    show(stage.swb("submit", "declaration.xml", "--wait", "60", who=TRADER))
    title("the agencies read their feeds and answer")
    _agencies(stage)
    title("the whole road of the declaration, as an operator sees it")
    reference = re.findall("<FunctionalReferenceID>([^<]*)", declaration)[0]
    show(stage.swb("trace", f"LRN={reference}"))
    title("the reply to the trader, in its own syntax")
    cursor = _replied(stage, "released")
    show(stage.swb("feed", "--cursor", cursor, who=TRADER))


def _agencies(stage: Stage) -> None:
    """Plant health inspects first; customs gives the MRN; the last release ends it."""
    given = {name: stage.given(name, PACKAGE) for name in AGENCIES if name != "statistics"}
    for name, event in given.items():
        elements = event["data"]["elements"]
        what = "the whole" if elements == "whole" else ", ".join(one["path"] for one in elements)
        say(f"  {name} is given {what}")
    say(f"  statistics is given nothing yet: {len(stage.feed('statistics'))} deliveries")
    say("")
    for who, status, more in (
        ("plant-health", "inspection", {"reasons": ["sample of the petals"]}),
        ("animal-health", "released", {}),
        ("customs", "acknowledged", {"references": [["MRN", MRN]]}),
        ("medicines", "released", {}),
        ("plant-health", "released", {}),
        ("customs", "released", {}),
    ):
        overall = _answer(stage, who, given[who], status, more)
        say(f"  {who} answers {status}: the trader is told {overall}")
    stage.given("statistics", PACKAGE)
    say("  statistics is given the released declaration, without names")


def _answer(
    stage: Stage, who: str, event: dict[str, Any], status: str, more: dict[str, Any]
) -> str:
    """Answer a delivery over HTTP; what the trader is told thereupon."""
    before = len(stage.feed(TRADER))
    answer = {"status": status, **({"reasons": more["reasons"]} if "reasons" in more else {})}
    stage.answer(who, event, [answer], more.get("references", ()))
    what = f"the trader is told of {status} by {who}"
    told = until(what, lambda: stage.feed(TRADER)[before:])
    return str(told[-1]["swbstatus"])


def _replied(stage: Stage, status: str) -> str:
    """The cursor before the trader's newest reply, which has this status."""
    given = stage.feed(TRADER)
    last = given[-1]
    if last["swbstatus"] != status:
        raise Stuck(f"the trader's last reply says {last['swbstatus']!r}, not {status!r}")
    return cursor_before(given)


def broken(stage: Stage) -> None:
    """The same with five things wrong with it: all of them are told."""
    title("a trader lodges a broken declaration")
    text = (stage.folder / "declaration.xml").read_text().replace("><", ">\n<")
    for pattern, replacement, words in BREAKS:
        text, count = re.subn(pattern, replacement, text, count=0 if "Colour" in replacement else 1)
        if not count:
            raise Stuck(f"the sample has no place for {words}")
        say(f"  broken: {words}")
    (stage.folder / "broken.xml").write_text(text)
    before = len(stage.feed(TRADER))
    show(stage.swb("submit", "broken.xml", "--wait", "60", who=TRADER, well=False))
    until("the trader is told of the rejection", lambda: stage.feed(TRADER)[before:])
    title("the reply to the trader, in its own syntax")
    show(stage.swb("feed", "--cursor", cursor_before(stage.feed(TRADER), before), who=TRADER))
