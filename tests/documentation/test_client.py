"""A client that openapi-python-client makes of the published description."""

import asyncio
import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import orjson
import pytest
from openapi_python_client import ErrorLevel, generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from tests.broker_in_process import SENDER, declaration, in_process, story
from tests.families import item

PACKAGE = "window_client"
pytestmark = pytest.mark.long


def made(document: bytes, folder: Path) -> None:
    """Write the client. XML is bytes to it; the other syntaxes it leaves out, and says so."""
    source = folder / "openapi.json"
    source.write_bytes(document)
    config = Config.from_sources(
        ConfigFile(
            package_name_override=PACKAGE, post_hooks=[],
            content_type_overrides={"application/xml": "application/octet-stream"},
        ),
        MetaType.NONE, source, "utf-8", overwrite=True, output_path=folder / PACKAGE,
    )  # fmt: skip
    for one in generate(config=config):
        assert one.level is ErrorLevel.WARNING
        assert "Unsupported content type" in str(one.detail), one.detail


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """The modules of a client of the broker's document, by the last of their names."""
    folder = tmp_path_factory.mktemp("client")
    made(asyncio.run(document()), folder)
    sys.path.insert(0, str(folder))
    names = ("client", "types", "models", "api.intake.submit", "api.intake.answer",
             "api.delivery.read_feed", "api.ledger.read_status")  # fmt: skip
    try:
        yield SimpleNamespace(
            **{one.rpartition(".")[2]: importlib.import_module(f"{PACKAGE}.{one}") for one in names}
        )
    finally:
        sys.path.remove(str(folder))
        for name in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


async def document() -> bytes:
    """What a broker publishes."""
    async with in_process() as broker:
        return (await broker.call("GET", "/openapi.json")).content


def of(broker, api, name):
    """The client with the key of this name."""
    transport = httpx.ASGITransport(app=broker.client._transport.app)
    return api.client.AuthenticatedClient(
        base_url="http://broker", token=f"key-{name}", httpx_args={"transport": transport}
    )


@story
async def test_a_generated_client_submits_reads_and_answers(api):
    """A declaration in XML, its receipt and status; the agency's delivery and answer; replies."""
    async with in_process() as broker:
        trader, customs = of(broker, api, SENDER), of(broker, api, "customs")
        file = api.types.File(payload=declaration("QZ-1"))
        receipt = await api.submit.asyncio(client=trader, body=file, idempotency_key="K-1")
        assert isinstance(receipt, api.models.Receipt)
        await broker.settle()
        page = await api.read_feed.asyncio(client=customs)
        given, board = page.deliveries
        assert isinstance(given, api.models.GoodsDeclarationDocumentDelivery)
        assert isinstance(board, api.models.BoardDelivery)
        assert given.data.body.functional_reference_id == "QZ-1"
        released = api.models.AgencyAnswerEntry(status=api.models.AgencyAnswerEntryStatus.RELEASED)
        answer = api.models.AgencyAnswer(id="A-1", delivery=given.id, answers=[released])
        told = await api.answer.asyncio_detailed(client=customs, body=answer)
        assert told.status_code == 202
        await broker.settle()
        status = await api.read_status.asyncio(receipt.submission, client=trader)
        assert status.overall == "released"
        replies = (await api.read_feed.asyncio(client=trader)).deliveries
        assert {type(one) for one in replies} == {api.models.ReplyDelivery}
        assert [one.swbstatus for one in replies] == ["waiting", "released"]


@story
async def test_a_generated_client_has_classes_for_bodies_in_json(api):
    """An item is lodged as an object of its class, and the post hears of it."""
    async with in_process() as broker:
        post = of(broker, api, "marigold-post")
        body = api.models.PostalItemPush.from_dict(item(1))
        assert orjson.loads(orjson.dumps(body.to_dict())) == item(1)
        receipt = await api.submit.asyncio(client=post, body=body)
        await broker.settle()
        status = await api.read_status.asyncio(receipt.submission, client=post)
        assert [one.verdict for one in status.messages] == ["accepted"]


@story
async def test_a_generated_client_reads_refusals(api):
    """Problem details are a class with the stable code."""
    async with in_process() as broker:
        told = await api.read_status.asyncio("s_1", client=of(broker, api, SENDER))
        assert isinstance(told, api.models.ProblemDetails)
        assert (told.status, told.code) == (404, "request.not-found")
