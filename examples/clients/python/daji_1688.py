"""A client of Daji for 1688. `lookalike certify daji-1688 --client daji_1688:search`."""

from typing import Any

import httpx
from daji import read_data, sign
from transport import ERROR_KINDS, run_search

__all__ = ["ERROR_KINDS", "search"]
PATH = "/alibaba/product/imageQuery"


def search(task: Any) -> dict[str, Any]:
    """Return one page of goods that look like a picture of 1688, and how many there are in all. Raise SearchError."""
    parameters = {
        "imageAddress": task.image_url,
        "beginPage": str(task.page),
        "pageSize": str(task.page_size),
        "country": "en",
    }

    def build_request() -> httpx.Request:
        return httpx.Request("GET", task.base_url + PATH, params=sign(parameters, task.credentials))

    return run_search(build_request, read_body, task.timeout)


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
