"""What a delivery says, whichever way its recipient is told: JSON as it is, Avro read."""

import base64
from typing import Any

from broker.model.avro import decoded


def said(event: dict[str, Any]) -> dict[str, Any]:
    """The CloudEvent with its data as a plain tree; a sender's own syntax stays bytes."""
    if event.get("datacontenttype") != "application/avro":
        return event
    content = base64.b64decode(event["data_base64"])
    return {**event, "data": decoded(content)}


def cursor_of(event: dict[str, Any]) -> str:
    """The cursor that acknowledges everything up to this event."""
    return f"c{event['swbseq']}-{event['swbchain']}"
