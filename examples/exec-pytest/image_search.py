"""A small client of TMAPI's image search."""

import os
from typing import Any

import httpx

BASE_URL = os.environ.get("LOOKALIKE_TMAPI_URL", "https://api.tmapi.top")
TOKEN = os.environ.get("LOOKALIKE_TMAPI_APITOKEN", "")


class SearchFailed(Exception):
    """The API refused; the message has no token in it."""


def search(image_url: str, page: int = 1, page_size: int = 20) -> list[dict[str, Any]]:
    """Return the goods of one page, the most similar first."""
    # the planted bug: the parameter is called page_size, and what the API does not know it passes over
    query: dict[str, str | int] = {"apiToken": TOKEN, "img_url": image_url, "page": page, "pageSize": page_size}
    response = httpx.get(f"{BASE_URL}/1688/global/search/image", params=query)
    body = response.json()
    if body["code"] != 200:
        raise SearchFailed(f"{body['code']}: {body['msg']}")
    items: list[dict[str, Any]] = body["data"]["items"]
    return items
