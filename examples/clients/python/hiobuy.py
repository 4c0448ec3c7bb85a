"""A client of HioBuy: goods on 1688 that look like a picture. `lookalike certify hiobuy --client hiobuy:search`."""

from typing import Any

import httpx
from transport import (
    ERROR_KINDS,
    BadCredential,
    BadImage,
    BadRequest,
    RateLimited,
    Refused,
    SearchError,
    Unavailable,
    call_api,
)

__all__ = ["ERROR_KINDS", "search"]
PATH = "/api/client/third-purchase/image/query"
# HTTP status -> the error
ERRORS: dict[int, type[SearchError]] = {
    # the vendor's own way to refuse: what is wrong, only words for people say
    200: Refused,
    400: BadRequest,
    401: BadCredential,
    403: BadCredential,
    404: BadRequest,
    405: BadRequest,
    413: BadRequest,
    422: BadImage,
    429: RateLimited,
}


def search(task: Any) -> dict[str, Any]:
    """Return the goods, and how many there are in all. The API has no pages. Raise SearchError."""
    headers = {"X-Uuid": task.credentials["X-Uuid"], "Language": "en_US"}
    query = {"img": task.image_url, "platform": "1688"}
    url = task.base_url + PATH
    return call_api(lambda: httpx.Request("POST", url, headers=headers, json=query), read_body, task.timeout)


def read_body(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the goods of an answer. Raise SearchError for a refusal."""
    # the API refuses with HTTP 200, too: only `ret` tells
    if status != 200 or body.get("ret") != 1:
        raise build_error(status, body)
    result = body["data"]["items"]
    return {"items": [read_item(item) for item in result["item"]], "total": result["total_results"]}


def build_error(status: int, body: dict[str, Any]) -> SearchError:
    """Return the error that an answer means."""
    error_class = ERRORS.get(status, Unavailable)
    return error_class(f"HTTP {status}, ret {body.get('ret')}: {body.get('msg')}", may_retry=error_class is RateLimited)


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a product of the answer; what may be missing is None."""
    return {
        "id": item["num_iid"],
        "title": item.get("title"),
        "price": item.get("price"),
        "url": item.get("detail_url"),
    }
