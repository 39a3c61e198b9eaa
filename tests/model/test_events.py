"""Events as records: what is written is read back."""

import orjson
import pytest

from broker.model import events
from broker.model.dossier import Change
from broker.model.records import opened, sealed

HEADERS = {"ce_id": "e_1", "ce_type": "declaration.patch", "ce_time": "2026-11-22T09:30:00.000Z"}
BLOCK = Change("amend", "GoodsShipment.GovernmentAgencyGoodsItem[3]", {},
               {"xpath": "/Declaration/Amendment[2]", "line": 12, "block": 2})  # fmt: skip
LISTED = Change("put", "BorderTransportMeans.Passenger", {"FamilyName": "ONE"})


@pytest.mark.parametrize("changes", [(), (BLOCK,), (LISTED,), (LISTED, BLOCK)])
def test_changes_are_read_as_they_were_written(changes):
    """Each with its place, where it has one."""
    stored = events.payload(b"{}", (), changes=changes)
    assert events.event_of(HEADERS, stored).changes == changes


def test_a_change_without_a_place_is_stored_as_ever():
    """Three members, as older brokers wrote them, are what is written without a place."""
    stored = events.payload(b"{}", (), changes=(LISTED,))
    old = [LISTED.does, LISTED.path, LISTED.element]
    assert orjson.loads(opened(stored))["changes"] == [old]
    record = sealed(orjson.dumps({"body": {}, "references": [], "changes": [old]}))
    assert events.event_of(HEADERS, record).changes == (LISTED,)
