"""Mutants of the order of items."""

from typing import Any

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .mutations import (
    Values,
    change_items,
    change_request,
    change_response,
    fetch_body,
    find_items,
    ignore_parameters,
    read_values,
    replace_body,
)

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
ROA = "aliyun/SearchImage"


def _sort_as_text(honest: Respond, request: Request) -> Response:
    """Sort shares of buyers as text, so that `9%` comes after `26%`, as if the search found no more than 50 items."""
    response = honest(request)
    values = read_values(DAJI_1688, request)
    if response.status != 200 or "rePurchaseRate" not in values.get("sort", ""):
        return response
    unsorted = {name: value for name, value in values.items() if name != "sort"}
    body = fetch_body(DAJI_1688, honest, unsorted | {"beginPage": "1", "pageSize": "50"})
    items = sorted(
        find_items(DAJI_1688, body), key=lambda item: str(item["repurchaseRate"]), reverse="desc" in values["sort"]
    )
    size = int(values["pageSize"])
    start = (int(values["beginPage"]) - 1) * size
    body["data"]["data"] = items[start : start + size]
    return replace_body(response, body)


def _reverse_sort(values: Values) -> Values:
    if "sort" not in values:
        return values
    return values | {"sort": values["sort"].replace("desc", "asc")}


def _drop_price_sort(values: Values) -> Values:
    if values.get("sort") != "price_up":
        return values
    return values | {"sort": "default"}


def _sort_page(items: list[Any], values: Values) -> list[Any] | None:
    if values.get("sort") != "price_up":
        return None
    return sorted(items, key=lambda item: float(item["price"]))


def _shorten_sorted_page(items: list[Any], values: Values) -> list[Any] | None:
    if "monthSold" not in values.get("sort", ""):
        return None
    return items[:-1]


def _lower_total(body: Any, values: Values) -> None:
    if values.get("sort", "default") != "default":
        body["data"]["total_count"] -= 3


ORDER_MUTANTS = (
    Mutant("sort-ignored", "order/sorted", TMAPI, ignore_parameters(TMAPI, "sort")),
    Mutant("sorted-as-text", "order/sorted", DAJI_1688, _sort_as_text),
    Mutant("sorted-the-other-way", "order/sorted", DAJI_1688, change_request(DAJI_1688, _reverse_sort)),
    Mutant("sorted-by-page", "order/sorted", TMAPI, change_items(TMAPI, _sort_page, change_request(TMAPI, _drop_price_sort))),
    Mutant("worst-first", "order/sorted", ROA, change_items(ROA, lambda items, _: items[::-1])),
    Mutant("sort-drops-items", "order/complete", TMAPI, change_response(TMAPI, _lower_total)),
    Mutant("sort-shortens-the-page", "order/complete", DAJI_1688, change_items(DAJI_1688, _shorten_sorted_page)),
)  # fmt: skip
