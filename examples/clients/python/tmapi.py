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
    call_api,
    collect_pages,
)

__all__ = ["ERROR_KINDS", "search", "search_all", "upload"]
PATH = "/1688/global/search/image"
CONVERSION_PATH = "/1688/tools/image/convert_url"
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
    return search_page(task, task.page, task.timeout)


def search_all(task: Any) -> dict[str, Any]:
    """Return the goods of all pages. Raise SearchError."""
    return collect_pages(lambda page, timeout: search_page(task, page, timeout), task.timeout)


def search_page(task: Any, page: int, timeout: float) -> dict[str, Any]:
    """Return one page of goods, and how many there are in all. Raise SearchError."""
    parameters = {
        "apiToken": task.credentials["apiToken"],
        "img_url": task.image_url,
        "page": page,
        "page_size": task.page_size,
    }
    url = task.base_url + PATH
    return call_api(lambda: httpx.Request("GET", url, params=parameters), read_body, timeout)


def upload(task: Any) -> str:
    """Return the path by which the API finds the picture: searches take it in place of an address. Raise SearchError."""
    key = {"apiToken": task.credentials["apiToken"]}
    url = task.base_url + CONVERSION_PATH
    picture = {"url": task.image_url}
    path: str = call_api(lambda: httpx.Request("POST", url, params=key, json=picture), read_conversion, task.timeout)
    return path


def read_conversion(status: int, body: dict[str, Any]) -> str:
    """Return the path of an answer. Raise SearchError for a refusal."""
    path: str = read_data(status, body)["image_url"]
    return path


def read_body(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the goods of an answer. Raise SearchError for a refusal."""
    data = read_data(status, body)
    return {"items": [read_item(item) for item in data["items"]], "total": data["total_count"]}


def read_data(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the data of an envelope. Raise SearchError for a refusal."""
    code = body.get("code", status)
    # an error may come with HTTP 200
    if status != 200 or code != 200:
        raise build_error(code, str(body.get("msg") or body.get("message")))
    data: dict[str, Any] = body["data"]
    return data


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
