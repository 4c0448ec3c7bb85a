"""An API in a sandbox of its own outside of pytest's fixtures: for a whole session, for unittest, for a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .api_fixture import MockApi
from .sandboxes import MockPool, TestSandbox
from .settings import Settings


@contextmanager
def sandbox(
    api: str, *, seed: int = 0, size: int = 10_000, variants: Mapping[str, str] | None = None
) -> Iterator[MockApi]:
    """Yield an API in a sandbox of its own, as the pytest fixtures have it, for as long as the block lasts.

    It has a mock of its own too, and a server where `base_url` or `tls_url` is asked for. Raises UnknownApi,
    UnknownVariant; ImportError without the extra `pytest`.
    """
    settings = Settings(seed, size, tuple(sorted((variants or {}).items())))
    with MockPool() as pool:
        test_sandbox = TestSandbox(pool, settings, settings)
        try:
            yield MockApi(api, test_sandbox)
        finally:
            test_sandbox.close()
