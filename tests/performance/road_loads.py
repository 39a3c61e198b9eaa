"""What is put on the road: who lodges which messages, how many, and what must come before them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import orjson
from figures import median
from lxml import etree
from python_calamine import CalamineWorkbook

from broker.adapter import Sample
from broker.configuration import Configuration
from broker.intake.accept import Arrival

XML, NDJSON, EDIFACT = "application/xml", "application/x-ndjson", "application/edifact"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Load:
    """So many submissions of one sample; `messages`: in each of them; `unit`: what they are.

    `before`: the sample that opens the dossiers, worked before anything is measured.
    """

    name: str
    unit: str
    sender: str
    family: str
    sample: str
    items: int
    count: int
    messages: int = 1
    before: str = ""

    @property
    def all(self) -> int:
        """Messages altogether."""
        return self.count * self.messages

    @property
    def topic(self) -> str:
        """The topic that they are lodged on."""
        return f"submissions.{self.family}"

    def rate(self, seconds: Sequence[float]) -> str:
        """How many a second, by the median of several runs."""
        return f"{self.all / median(seconds):,.0f} {self.unit}/s"

    def arrivals(self, configuration: Configuration, sample: str) -> list[Arrival]:
        """Every submission of a sample."""
        compose: Sample = configuration.families[self.family].samples[sample]
        sender = configuration.principals[self.sender]
        form, profile, content_type = FORMATS[sample]
        return [
            Arrival(sender, compose(items=self.items, number=number, seed=1), self.family,
                    form, profile, content_type)
            for number in range(self.count)
        ]  # fmt: skip


FORMATS = {
    "declaration": ("UK CDS WCO-DEC 3.6", "uk-cds", XML),
    "items": ("postal item JSON 1", "postal-items", NDJSON),
    "passengers": ("WCO/IATA/ICAO PAXLST", "paxlst-guide", EDIFACT),
    "fal1": ("UK NMSW FAL 1", "uk-nmsw-fal1", WORKBOOK),
    "fal5": ("UK NMSW FAL 5", "uk-nmsw-fal5", WORKBOOK),
}
"""Format, profile and media type of a sample."""

FORWARDER = ("declarations", "lantern-forwarding", "customs", "declaration")
POST = ("items", "marigold-post", "postal", "items")
LOADS = (
    Load("road, 1 item(s)", *FORWARDER, items=1, count=1000),
    Load("road, 10 item(s)", *FORWARDER, items=10, count=300),
    Load("road, 100 item(s)", *FORWARDER, items=100, count=40),
    Load("road, a postal item a POST", *POST, items=1, count=1000),
    Load("road, 1,000 postal items in NDJSON", *POST, items=1000, count=2, messages=1000),
    Load("road, a list of 300 passengers", "lists", "paperkite-airlines", "airline", "passengers",
         items=300, count=40),
    Load("road, a FAL 5 of 30", "lists", "saltbox-agents", "maritime", "fal5", items=30, count=200,
         before="fal1"),
)  # fmt: skip


def _split(payload: bytes) -> None:
    [[one.split(b":") for one in segment.split(b"+")] for segment in payload.split(b"'")]


def _cells(payload: bytes) -> None:
    CalamineWorkbook.from_filelike(BytesIO(payload)).get_sheet_by_index(0).to_python()


PARSES: Mapping[str, Callable[[bytes], object]] = {
    "customs": etree.fromstring,
    "postal": lambda payload: [orjson.loads(line) for line in payload.splitlines()],
    "airline": _split,
    "maritime": _cells,
}
"""The parse of a submission that no design avoids, by family."""
