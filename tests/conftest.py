"""What every test leaves as it was: the registry of APIs."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from lookalike_specs import registry
from lookalike_specs.registry import list_api_ids


@pytest.fixture(autouse=True)
def _forget_registrations() -> Iterator[None]:
    """Forget what a test registers, so that the next one can use the same id."""
    list_api_ids()
    sources = dict(registry._sources)
    packages = set(registry._registered_packages)
    path = list(sys.path)
    yield
    sys.path[:] = path
    registry._registered_packages.clear()
    registry._registered_packages.update(packages)
    if registry._sources != sources:
        registry._sources.clear()
        registry._sources.update(sources)
        # or the next document of that id would be the one that is forgotten here
        for clear in registry._cache_clearers:
            clear()
