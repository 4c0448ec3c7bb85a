"""A client of Daji for Taobao. `lookalike certify daji-taobao --client daji_taobao:search`."""

from typing import Any

import httpx
from daji import read_data, sign
from transport import ERROR_KINDS, run_search

__all__ = ["ERROR_KINDS", "search"]
PATH = "/taobao/image-search/url"


def search(task: Any) -> dict[str, Any]:
    """Return one page of goods that look like a picture. The API does not say how many there are. Raise SearchError."""
    parameters = {
        "picUrl": task.image_url,
        # counts goods and not pages, whatever its name says
        "pageNo": str((task.page - 1) * task.page_size),
        "pageSize": str(task.page_size),
    }

    def build_request() -> httpx.Request:
        return httpx.Request("GET", task.base_url + PATH, params=sign(parameters, task.credentials))

    return run_search(build_request, read_body, task.timeout)


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
