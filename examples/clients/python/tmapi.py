"""A client of TMAPI: goods on 1688 that look like a picture. `lookalike certify tmapi --client tmapi:search`."""

from typing import Any

import httpx
from transport import (
    ERROR_KINDS,
    BadCredential,
    BadImage,
    BadRequest,
    QuotaExceeded,
    RateLimited,
    SearchError,
    Unavailable,
    run_search,
)

__all__ = ["ERROR_KINDS", "search"]
PATH = "/1688/global/search/image"
# code of the answer, or its HTTP status where the gateway gives none -> the error
ERRORS: dict[int, type[SearchError]] = {
    401: BadCredential,
    4011: BadCredential,
    404: BadRequest,
    405: BadRequest,
    417: Unavailable,
    422: BadRequest,
    439: QuotaExceeded,
    499: Unavailable,
    503: RateLimited,
}
# those for which the vendor's page asks to try again
RETRIED_CODES = {417, 499, 503}


def search(task: Any) -> dict[str, Any]:
    """Return one page of goods, and how many there are in all. Raise SearchError."""
    parameters = {
        "apiToken": task.credentials["apiToken"],
        "img_url": task.image_url,
        "page": task.page,
        "page_size": task.page_size,
    }
    url = task.base_url + PATH
    return run_search(lambda: httpx.Request("GET", url, params=parameters), read_body, task.timeout)


def read_body(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the goods of an answer. Raise SearchError for a refusal."""
    code = body.get("code", status)
    # an error may come with HTTP 200
    if status != 200 or code != 200:
        raise build_error(code, str(body.get("msg") or body.get("message")))
    data = body.get("data") or {}
    return {"items": [read_item(item) for item in data["items"]], "total": data["total_count"]}


def build_error(code: int, message: str) -> SearchError:
    """Return the error that a code means."""
    error_class = ERRORS.get(code, Unavailable)
    # one code has two meanings, and only the words tell
    if code == 422 and "convert" in message:
        error_class = BadImage
    if "nsufficient balance" in message:
        error_class = QuotaExceeded
    return error_class(f"{code}: {message}", may_retry=code in RETRIED_CODES)


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a product of the answer; what may be missing is None."""
    return {
        "id": item["item_id"],
        "title": item.get("title"),
        "price": item.get("price"),
        "url": item.get("product_url"),
    }
