"""The feed over HTTP: `GET /v1/feed`, for recipients and for senders (their replies)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from broker.access import Principal
from broker.delivery.feed import Feed, Page
from broker.doors import Keyring, known_query


def router(feed: Feed, keyring: Keyring, *, limit_max: int, wait_s_max: float) -> APIRouter:
    """The feed's route."""
    # The key first: it is asked for before any parameter is looked at.
    asked = [Depends(keyring.who), Depends(known_query)]
    routes = APIRouter(tags=["delivery"], dependencies=asked)

    async def read_feed(
        principal: Annotated[Principal, Depends(keyring.who)],
        cursor: str | None = Query(None, max_length=40),
        limit: int = Query(100, ge=1, le=limit_max),
        wait: float = Query(0, ge=0, le=wait_s_max),
    ) -> Response:
        """The next deliveries after your cursor, which acknowledges those before it.

        Without a cursor reading begins at the oldest that is not acknowledged. `wait` seconds: the
        answer is held until something comes.
        """
        principal.must_be("sender", "recipient")
        page = await feed.read(principal.name, cursor, limit=limit, wait_s=wait)
        return _response(page)

    async def read_again(
        principal: Annotated[Principal, Depends(keyring.who)],
        first: int = Query(1, ge=1),
        last: int | None = Query(None, ge=1),
    ) -> Response:
        """What you were given under the numbers `first` to `last`; it acknowledges nothing.

        A page has at most `limit_max` numbers: the next begins behind that of its cursor.
        """
        principal.must_be("sender", "recipient")
        most = first + limit_max - 1
        upto = most if last is None else min(last, most)
        return _response(await feed.again(principal.name, first, upto))

    routes.add_api_route(
        "/v1/feed", read_feed, methods=["GET"], summary="Read your deliveries",
        response_class=Response,
    )  # fmt: skip
    routes.add_api_route(
        "/v1/deliveries", read_again, methods=["GET"], summary="Read deliveries again",
        response_class=Response,
    )  # fmt: skip
    return routes


def _response(page: Page) -> Response:
    content = b'{"deliveries":[%s],"cursor":"%s"}' % (b",".join(page.events), page.cursor.encode())
    return Response(content, media_type="application/json")
