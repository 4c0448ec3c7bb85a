"""A client of Daji for Taobao. `lookalike certify daji-taobao --client daji_taobao:search`."""

from typing import Any

import daji
import httpx
from daji import read_data, sign
from transport import ERROR_KINDS, call_api, collect_pages

__all__ = ["ERROR_KINDS", "search", "search_all", "upload"]
PATH = "/taobao/image-search/url"
UPLOAD_PATH = "/taobao/upload/image"


def search(task: Any) -> dict[str, Any]:
    """Return one page of goods; the API does not say how many there are in all. Raise SearchError."""
    return search_page(task, task.page, task.timeout)


def search_all(task: Any) -> dict[str, Any]:
    """Return the goods of all pages. Raise SearchError."""
    return collect_pages(lambda page, timeout: search_page(task, page, timeout), task.timeout)


def upload(task: Any) -> str:
    """Return the id that the API gives the picture. Raise SearchError."""
    return daji.upload(task, UPLOAD_PATH)


def search_page(task: Any, page: int, timeout: float) -> dict[str, Any]:
    """Return one page of goods that look like a picture. The API does not say how many there are. Raise SearchError."""
    parameters = {
        "picUrl": task.image_url,
        # counts goods and not pages, whatever its name says
        "pageNo": str((page - 1) * task.page_size),
        "pageSize": str(task.page_size),
    }

    def build_request() -> httpx.Request:
        return httpx.Request("GET", task.base_url + PATH, params=sign(parameters, task.credentials))

    return call_api(build_request, read_body, timeout)


def read_body(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the goods of an answer. Raise SearchError for a refusal."""
    data = read_data(status, body)
    return {"items": [read_item(item) for item in data["data"]]}


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a product of the answer; what may be missing is None."""
    url = item.get("url")
    if url and url.startswith("//"):
        url = f"https:{url}"
    return {"id": item["itemId"], "title": item.get("title"), "price": item.get("zkFinalPrice"), "url": url}
