"""The look-alikes inside a Python program: on a port, or in place of a client's network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from lookalike_mocks import Mock

if TYPE_CHECKING:
    import respx

    from lookalike_mocks.doors.transport import Transport


class Options(TypedDict, total=False):
    """What a mock can be told: the same as `Mock`'s keyword arguments.

    `seed`: which catalogue. `variants`: `api.name` or `name` -> value. `clock`: seconds since 1970. `size`: how many
    goods.
    """

    seed: int
    variants: Mapping[str, str]
    clock: Callable[[], float]
    size: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A mock on a port: its base URL, and the mock itself (`mock.world.journal` holds the exchanges)."""

    url: str
    mock: Mock

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """The demo account of each API, under the vendor's own names."""
        return {api: dict(service.api.account) for api, service in self.mock.services.items()}


@contextmanager
def serve(*apis: str | Mock, **options: Unpack[Options]) -> Iterator[Stage]:
    """Serve APIs (all, when none is named), or a mock, on a free port of loopback for as long as the block lasts.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute.
    """
    from lookalike_mocks.doors.asgi import Door  # noqa: PLC0415 - a transport needs neither Starlette nor uvicorn
    from lookalike_mocks.doors.server import Server  # noqa: PLC0415

    mock = _mock(apis, options)
    with Server(Door(mock)) as server:
        yield Stage(server.url, mock)


def transport(*apis: str | Mock, **options: Unpack[Options]) -> Transport:
    """For `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)`: every call is answered in the process.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute; ImportError without the extra `httpx`.
    """
    from lookalike_mocks.doors.transport import Transport  # noqa: PLC0415 - httpx is an extra

    return Transport(_mock(apis, options))


def respx_router(*apis: str | Mock, **options: Unpack[Options]) -> respx.MockRouter:
    """A respx router for the vendors' real hosts, as a context manager or a decorator.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute; ImportError without the extra `respx`.
    """
    from lookalike_mocks.doors.respx import router  # noqa: PLC0415 - respx is an extra

    return router(_mock(apis, options))


def _mock(apis: tuple[str | Mock, ...], options: Options) -> Mock:
    """The mock that was given, else one of these APIs."""
    mocks = [api for api in apis if isinstance(api, Mock)]
    if not mocks:
        return Mock(*(api for api in apis if isinstance(api, str)), **options)
    if len(apis) > 1 or options:
        raise TypeError("a mock is given alone: its APIs and options are chosen already")
    return mocks[0]
