"""A respx router over the vendors' real host names."""

from __future__ import annotations

from functools import partial

import httpx
import respx

from ..mock import Mock
from .httpx_faults import adeliver, deliver
from .httpx_transport import build_httpx_response


class RespxRouter(respx.MockRouter):
    """A router whose responses may come late, or not at all.

    respx calls a side effect in the same way for clients of both kinds, so that the side effect itself could wait only
    by blocking the event loop. The response is therefore made there, and delivered here.
    """

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raise httpx.TransportError for a fault."""
        return deliver(super().handler(request))

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raise httpx.TransportError for a fault."""
        return await adeliver(await super().async_handler(request))


def create_respx_router(mock: Mock) -> respx.MockRouter:
    """Return a router that answers for every host of the mock's APIs; use it as a context manager or a decorator."""
    router = RespxRouter(assert_all_called=False)
    router.route(host__in=sorted(mock.router.by_host)).mock(side_effect=partial(_respond, mock))
    return router


def _respond(mock: Mock, request: httpx.Request) -> httpx.Response:
    return build_httpx_response(mock, request, request.read())
