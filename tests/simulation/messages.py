"""What the clients send: declarations, requests about them, broken ones, and answers."""

import hashlib
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from adapters.customs.sample_declaration import compose_tree
from adapters.customs.writing import declaration_xml, response_document

STATUSES = ("released", "released", "held", "inspection", "information_wanted", "refused",
            "acknowledged", "conditional")  # fmt: skip
FUNCTIONS = ("09", "09", "01", "05", "06", "50", "16")
REQUESTS = {"note": "GPR", "patch": "COR", "withdraw": "INV"}


def lrn_of(sender: str, number: int) -> str:
    """The reference of a sender's declaration."""
    return f"{sender[:8].upper()}-{number}"


def mrn_of(lrn: str) -> str:
    """The reference that customs will give it: a hash, so that everybody may know it early."""
    return "26QZ" + hashlib.sha256(lrn.encode()).hexdigest()[:14].upper()


@cache
def declaration(lrn: str, number: int, variant: int) -> bytes:
    """An original; its variants have other goods, and so other agencies.

    One of them is packed in wood, which is released by silence.
    """
    tree = compose_tree(
        items=1 + (number + variant) % 4, number=number * 10 + variant, seed=variant
    )
    if variant == 1:
        tree["GoodsShipment"]["GovernmentAgencyGoodsItem"][0]["Packaging"][0]["TypeCode"] = "8A"
    return declaration_xml({**tree, "FunctionalReferenceID": lrn})


def request(does: str, lrn: str, step: int) -> bytes:
    """A note, a correction or a withdrawal, which names the declaration by its MRN only."""
    tree: dict[str, Any] = {
        "FunctionCode": "13",
        "TypeCode": REQUESTS[does],
        "ID": mrn_of(lrn),
        "FunctionalReferenceID": f"{lrn}-{does}-{step}"[:35],
    }
    return declaration_xml(tree)


def broken(drawn: random.Random, number: int) -> bytes:
    """Something that no adapter can accept."""
    whole = declaration(f"BROKEN-{number}", number, 0)
    match drawn.randint(0, 3):
        case 0:
            return whole[: drawn.randint(1, len(whole) - 1)]
        case 1:
            return drawn.randbytes(40)
        case 2:
            return whole.replace(b"<FunctionCode>9<", b"<FunctionCode>77<")
    return b"<MetaData/>"


def answer(agency: str, said: Mapping[str, Any], drawn: random.Random) -> tuple[bytes, str]:
    """An agency's answer to a delivery, with its content type; customs brings the MRN."""
    number = f"{agency[:8]}-{drawn.getrandbits(32):08x}"
    if "request" in said["data"]:
        decision = {"status": drawn.choice(("granted", "granted", "refused"))}
        content = {"id": number, "delivery": said["id"], "answers": [decision]}
        return orjson.dumps(content), "application/json"
    content = _content(number, said, drawn)
    data = said["data"]  # of a document, or of a notice that asks what becomes of an objection
    reference = data.get("body", {}).get("FunctionalReferenceID", "")
    match data.get("package", ""):
        case "goods-declaration" if agency == "customs":
            if drawn.random() >= 0.4:
                return _responses(number, reference, drawn), "application/xml"
            content["references"] = [["MRN", mrn_of(reference)]]
        case "postal-item" if agency == "customs" and drawn.random() < 0.3:
            del content["delivery"]
            content["references"] = [["S10", reference]]
    return orjson.dumps(content), "application/json"


def _responses(number: str, lrn: str, drawn: random.Random) -> bytes:
    said_at_once = [
        response_document(
            {
                "FunctionCode": drawn.choice(FUNCTIONS),
                "FunctionalReferenceID": f"{number}-{ordinal}",
                "IssueDateTime": "2026-11-02T08:00:00Z",
                "Declaration": {"ID": mrn_of(lrn), "FunctionalReferenceID": lrn},
            }
        )
        for ordinal in range(drawn.choice((1, 1, 4)))
    ]
    return _in_one(said_at_once)


def _in_one(documents: list[bytes]) -> bytes:
    """Several Responses in the envelope of the first: one submission of many messages."""
    end = b"</md:MetaData>"
    bodies = [one[one.index(b"<Response") : one.index(end)] for one in documents[1:]]
    return documents[0].replace(end, b"".join(bodies) + end)


def _content(number: str, said: Mapping[str, Any], drawn: random.Random) -> dict[str, Any]:
    """About the whole, or about each element; under a condition that says which delivery it was."""
    paths = _paths(said["data"])
    subjects: list[dict[str, Any]] = [{}]
    if paths and drawn.random() < 0.6:
        subjects = [{"subject": {"path": path}} for path in paths]
    condition = [keep(said["id"])] if drawn.random() < 0.4 else []
    return {
        "id": number,
        "delivery": said["id"],
        "answers": [
            {**subject, "status": drawn.choice(STATUSES), "conditions": condition}
            for subject in subjects
        ],
    }


def keep(delivery: str) -> str:
    """A condition that nobody else sets: it names the delivery, in letters that any format has."""
    return f"KEEP {delivery.removeprefix('d_').upper()}"


def _paths(data: Mapping[str, Any]) -> list[str]:
    """The elements that were picked for an agency; of a list of persons, the first two."""
    if "elements" not in data:
        return []
    if data["elements"] != "whole":
        return [one["path"] for one in data["elements"]]
    means = data["body"].get("BorderTransportMeans", {})
    return [
        f"BorderTransportMeans.{name}[{one['SequenceNumeric']}]"
        for name in ("Crew", "Passenger")
        for one in means.get(name, ())[:2]
    ]
