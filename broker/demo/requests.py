"""What the trader asks of customs: an amendment that is granted, a cancellation that is not."""

import re
from typing import Any

from broker.demo.goods import MRN, TRADER
from broker.demo.stage import Stage, Stuck, say, title, until

_PATHS = (("42A", ""), ("67A", ""), ("68A", ""), ("23A", "137"))
"""The pointer at the description of item 1, from class to class."""


def amended(stage: Stage) -> None:
    """The trader asks to describe the roses otherwise; customs grants it: version 2."""
    title("the trader asks customs to amend the declaration: granted")
    (stage.folder / "amendment.xml").write_text(_request(stage, "COR", "AMEND-1", _amendment()))
    asked = _ask(stage, "amendment.xml", "amendment-requested")
    for change in asked["data"]["changes"]:
        say(f"  customs is asked to change {change['path']}:")
        say(f"    before: {change['before']}")
        say(f"    after:  {change['after']}")
    _decide(stage, asked, "granted")
    version = stage.given("customs", "goods-declaration")["data"]["version"]
    say(f"  customs and the other agencies concerned are given version {version}")


def cancelled(stage: Stage) -> None:
    """The trader asks to cancel the declaration; the goods were released: customs refuses."""
    title("the trader asks customs to cancel the declaration: refused")
    (stage.folder / "cancellation.xml").write_text(_request(stage, "INV", "CANCEL-1", _reason()))
    asked = _ask(stage, "cancellation.xml", "withdrawal-requested")
    _decide(stage, asked, "refused")


def _ask(stage: Stage, file: str, kind: str) -> dict[str, Any]:
    """Submit a request; what customs is given of it."""
    output = stage.swb("submit", file, "--wait", "60", who=TRADER)
    say("\n".join(line for line in output.splitlines() if "requested" in line))

    def look() -> dict[str, Any] | None:
        found = (one for one in stage.feed("customs") if one["type"].endswith(kind))
        return next(found, None)

    return until(f"customs is given an {kind}", look)


def _decide(stage: Stage, asked: dict[str, Any], status: str) -> None:
    """Customs decides the request by its number; the trader is told of that request."""
    number, before = asked["data"]["request"], len(stage.feed(TRADER))
    content = {
        "id": f"DECISION-{number}",
        "references": [["MRN", MRN]],
        "request": number,
        "answers": [{"status": status}],
    }
    with stage.http("customs") as http:
        response = http.post("/v1/responses", json=content)
    if response.status_code != 202:
        raise Stuck(f"the decision of customs was refused: {response.text}")
    say(f"  customs answers request {number} with {status}")

    def look() -> str | None:
        types = [one["type"] for one in stage.feed(TRADER)[before:]]
        return next((kind for kind in types if kind.startswith("request.")), None)

    say(f"  the trader is told {until(f'the trader is told of request {number}', look)}")


def _request(stage: Stage, kind: str, number: str, content: str) -> str:
    """The declaration cut down to a request about its MRN."""
    declaration = (stage.folder / "declaration.xml").read_text()
    head, body, tail = re.split(r"(<Declaration[ >].*</Declaration>)", declaration, flags=re.DOTALL)
    opening = re.match(r"<Declaration[^>]*>", body)
    if opening is None:
        raise Stuck("the sample holds no Declaration")
    fields = (
        "<FunctionCode>13</FunctionCode>"
        f"<FunctionalReferenceID>{number}</FunctionalReferenceID><ID>{MRN}</ID>"
        f"<TypeCode>{kind}</TypeCode>{content}"
    )
    return f"{head}{opening[0]}{fields}</Declaration>{tail}"


def _amendment() -> str:
    pointers = "".join(
        f"<Pointer><SequenceNumeric>1</SequenceNumeric><DocumentSectionCode>{section}"
        f"</DocumentSectionCode>{f'<TagID>{tag}</TagID>' if tag else ''}</Pointer>"
        for section, tag in _PATHS
    )
    goods = (
        "<GoodsShipment><GovernmentAgencyGoodsItem><SequenceNumeric>1</SequenceNumeric><Commodity>"
        "<Description>Cut roses, white</Description></Commodity></GovernmentAgencyGoodsItem>"
        "</GoodsShipment>"
    )
    return f"<Amendment><ChangeReasonCode>32</ChangeReasonCode>{pointers}</Amendment>{goods}"


def _reason() -> str:
    return (
        "<AdditionalInformation><StatementDescription>lodged twice</StatementDescription>"
        "<StatementTypeCode>AES</StatementTypeCode></AdditionalInformation>"
        "<Amendment><ChangeReasonCode>1</ChangeReasonCode></Amendment>"
    )
