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


def test_what_a_form_states_is_read_beside_the_body():
    """It is the request's own number and reasons; without a form, the body states them."""
    form = {"FunctionalReferenceID": "R-1", "Reason": [{"Text": "a slip"}]}
    body = b'{"FunctionalReferenceID": "S-1"}'
    stored = events.with_form(events.payload(body, (), changes=(BLOCK,)), form)
    event = events.event_of(HEADERS, stored)
    assert (event.form, event.stated, event.changes) == (form, form, (BLOCK,))
    plain = events.payload(body, ())
    assert events.with_form(plain, {}) == plain
    assert events.event_of(HEADERS, plain).stated == {"FunctionalReferenceID": "S-1"}
