"""The ledger over HTTP: status and original of a submission."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from broker.access import Principal
from broker.clock import stamp
from broker.doors import Keyring, json_response, known_query
from broker.hop import Plumbing
from broker.ledger.status import PAGE_MAX, Page, status, visible
from broker.state import actions, submissions


def router(plumbing: Plumbing, keyring: Keyring, titles: Mapping[str, str]) -> APIRouter:
    """The ledger's routes. `titles`: the public names of senders."""
    # The key first: it is asked for before any parameter is looked at.
    asked = [Depends(keyring.who), Depends(known_query)]
    routes = APIRouter(tags=["ledger"], dependencies=asked)
    database = plumbing.database

    async def read_status(
        submission: str,
        principal: Annotated[Principal, Depends(keyring.who)],
        after: Annotated[int, Query(ge=-1)] = -1,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    ) -> Response:
        """What became of a submission of your party; operators see all.

        At most `limit` messages, behind the one numbered `after`; `next` says how to go on.
        """
        page = Page(after, limit)
        found = await database.read(
            partial(status, submission=submission, who=principal, page=page, titles=titles)
        )
        return json_response(found)

    async def read_original(
        submission: str, principal: Annotated[Principal, Depends(keyring.who)]
    ) -> Response:
        """The bytes of a submission of your party, as they were received.

        An operator's reading is recorded.
        """
        row = await database.read(partial(visible, submission=submission, who=principal))
        originals = await database.read(partial(submissions.originals, submissions=[row["id"]]))
        if principal.role == "operator":
            at = stamp(plumbing.clock.now())
            await database.write(
                lambda one: actions.put(
                    one, at, principal.name, "raw.read", target=row["id"], why=""
                )
            )
        headers = {
            "Content-Disposition": f'attachment; filename="{row["id"]}"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(originals[row["id"]], 200, headers, media_type=row["content_type"])

    routes.add_api_route(
        "/v1/submissions/{submission}", read_status, methods=["GET"],
        summary="Status of a submission", response_class=Response,
    )  # fmt: skip
    routes.add_api_route(
        "/v1/submissions/{submission}/raw", read_original, methods=["GET"],
        summary="Original of a submission", response_class=Response,
    )  # fmt: skip
    return routes
