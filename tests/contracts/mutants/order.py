"""Who spoils the order of items."""

from typing import Any

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .tools import (
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

TMAPI, DAJI_1688, ROA = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "aliyun/SearchImage"


def _sort_as_text(honest: Respond, request: Request) -> Response:
    """Shares of buyers as text, so that `9%` comes after `26%`; as if the search found no more than 50."""
    reply, values = honest(request), read_values(DAJI_1688, request)
    if reply.status != 200 or "rePurchaseRate" not in values.get("sort", ""):
        return reply
    body = fetch_body(
        DAJI_1688,
        honest,
        {name: value for name, value in values.items() if name != "sort"} | {"beginPage": "1", "pageSize": "50"},
    )
    found = sorted(
        find_items(DAJI_1688, body), key=lambda item: str(item["repurchaseRate"]), reverse="desc" in values["sort"]
    )
    number, size = int(values["beginPage"]) - 1, int(values["pageSize"])
    body["data"]["data"] = found[number * size : (number + 1) * size]
    return replace_body(reply, body)


def _reverse_sort(values: Values) -> Values:
    return values | {"sort": values["sort"].replace("desc", "asc")} if "sort" in values else values


def _lower_total(body: Any, values: Values) -> None:
    if values.get("sort", "default") != "default":
        body["data"]["total_count"] -= 3


ORDER_MUTANTS = (
    Mutant("sort-ignored", "order/sorted", TMAPI, ignore_parameters(TMAPI, "sort")),
    Mutant("sorted-as-text", "order/sorted", DAJI_1688, _sort_as_text),
    Mutant("sorted-the-other-way", "order/sorted", DAJI_1688, change_request(DAJI_1688, _reverse_sort)),
    Mutant("sorted-by-page", "order/sorted", TMAPI, change_items(
        TMAPI,
        lambda listed, values: sorted(listed, key=lambda item: float(item["price"])) if values.get("sort") == "price_up" else None,
        change_request(TMAPI, lambda values: values | {"sort": "default"} if values.get("sort") == "price_up" else values),
    )),
    Mutant("worst-first", "order/sorted", ROA, change_items(ROA, lambda listed, _: listed[::-1])),
    Mutant("sort-drops-items", "order/complete", TMAPI, change_response(TMAPI, _lower_total)),
    Mutant("sort-shortens-the-page", "order/complete", DAJI_1688, change_items(
        DAJI_1688, lambda listed, values: listed[:-1] if "monthSold" in values.get("sort", "") else None
    )),
)  # fmt: skip
