"""The respx door: a router over the vendors' real host names."""

from __future__ import annotations

from functools import partial

import httpx
import respx

from ..mock import Mock
from .httpx_faults import adeliver, deliver
from .httpx_transport import build_httpx_response


class RespxRouter(respx.MockRouter):
    """A router whose answers may come late, or not at all."""

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises httpx.TransportError for a fault."""
        return deliver(super().handler(request))

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises httpx.TransportError for a fault."""
        return await adeliver(await super().async_handler(request))


def create_respx_router(mock: Mock) -> respx.MockRouter:
    """A router that answers for every host of the mock's APIs; use it as a context manager or a decorator."""
    found = RespxRouter(assert_all_called=False)
    found.route(host__in=sorted(mock.router.by_host)).mock(side_effect=partial(_answer, mock))
    return found


def _answer(mock: Mock, request: httpx.Request) -> httpx.Response:
    return build_httpx_response(mock, request, request.read())
