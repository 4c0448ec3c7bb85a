"""A client of Daji for 1688. `lookalike certify daji-1688 --client daji_1688:search`."""

from typing import Any

import daji
import httpx
from daji import read_data, sign
from transport import ERROR_KINDS, call_api, collect_pages

__all__ = ["ERROR_KINDS", "search", "search_all", "upload"]
PATH = "/alibaba/product/imageQuery"
UPLOAD_PATH = "/alibaba/upload/image"


def search(task: Any) -> dict[str, Any]:
    """Return one page of goods, and how many there are in all. Raise SearchError."""
    return search_page(task, task.page, task.timeout)


def search_all(task: Any) -> dict[str, Any]:
    """Return the goods of all pages. Raise SearchError."""
    return collect_pages(lambda page, timeout: search_page(task, page, timeout), task.timeout)


def upload(task: Any) -> str:
    """Return the id that the API gives the picture. Raise SearchError."""
    return daji.upload(task, UPLOAD_PATH)


def search_page(task: Any, page: int, timeout: float) -> dict[str, Any]:
    """Return one page of goods that look like a picture of 1688, and how many there are in all. Raise SearchError."""
    parameters = {
        "imageAddress": task.image_url,
        "beginPage": str(page),
        "pageSize": str(task.page_size),
        "country": "en",
    }

    def build_request() -> httpx.Request:
        return httpx.Request("GET", task.base_url + PATH, params=sign(parameters, task.credentials))

    return call_api(build_request, read_body, timeout)


def read_body(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the goods of an answer. Raise SearchError for a refusal."""
    data = read_data(status, body)
    return {"items": [read_item(item) for item in data["data"]], "total": data["totalRecords"]}


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a product of the answer; what may be missing is None."""
    prices = item.get("priceInfo") or {}
    return {
        "id": item["offerId"],
        "title": item.get("subjectTrans") or item.get("subject"),
        "price": prices.get("price"),
        "url": None,
    }
