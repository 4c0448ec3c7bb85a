"""The clients under test, each against its look-alike. `lookalike-conformant` in pyproject.toml judges what they send."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import image_search
import planted
import pytest

import lookalike

SECONDS = 0.5


def under_test(kind: type[image_search.Search]) -> type[image_search.Search]:
    bug = getattr(planted, os.environ.get("PLANTED", ""), kind)
    return bug if issubclass(bug, kind) else kind


@pytest.fixture
def daji(daji_1688: lookalike.MockApi) -> Iterator[image_search.Search]:
    with httpx.Client(timeout=SECONDS) as client:
        yield under_test(image_search.Daji)(daji_1688.credentials, client, daji_1688.base_url)


@pytest.fixture
def titles(tmapi: lookalike.MockApi) -> Iterator[image_search.Search]:
    with httpx.Client(timeout=SECONDS) as client:
        yield under_test(image_search.Tmapi)(tmapi.credentials, client, tmapi.base_url)
