"""Who spoils the order of items."""

from typing import Any

from lookalike_specs.wire import Reply, Request

from .saboteur import Honest, Saboteur
from .tools import Values, asked, honestly, in_answer, in_items, items, misheard, replied, without

TMAPI, ALI, ROA = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "aliyun/SearchImage"


def _as_text(honest: Honest, request: Request) -> Reply:
    """Shares of buyers as text, so that `9%` comes after `26%`; as if the search found no more than 50."""
    reply, values = honest(request), asked(ALI, request)
    if reply.status != 200 or "rePurchaseRate" not in values.get("sort", ""):
        return reply
    body = honestly(
        ALI,
        honest,
        {name: value for name, value in values.items() if name != "sort"} | {"beginPage": "1", "pageSize": "50"},
    )
    found = sorted(items(ALI, body), key=lambda item: str(item["repurchaseRate"]), reverse="desc" in values["sort"])
    number, size = int(values["beginPage"]) - 1, int(values["pageSize"])
    body["data"]["data"] = found[number * size : (number + 1) * size]
    return replied(reply, body)


def _turned(values: Values) -> Values:
    return values | {"sort": values["sort"].replace("desc", "asc")} if "sort" in values else values


def _fewer(body: Any, values: Values) -> None:
    if values.get("sort", "default") != "default":
        body["data"]["total_count"] -= 3


ORDER = (
    Saboteur("sort-ignored", "order/sorted", TMAPI, without(TMAPI, "sort")),
    Saboteur("sorted-as-text", "order/sorted", ALI, _as_text),
    Saboteur("sorted-the-other-way", "order/sorted", ALI, misheard(ALI, _turned)),
    Saboteur("sorted-by-page", "order/sorted", TMAPI, in_items(
        TMAPI,
        lambda listed, values: sorted(listed, key=lambda item: float(item["price"])) if values.get("sort") == "price_up" else None,
        misheard(TMAPI, lambda values: values | {"sort": "default"} if values.get("sort") == "price_up" else values),
    )),
    Saboteur("worst-first", "order/sorted", ROA, in_items(ROA, lambda listed, _: listed[::-1])),
    Saboteur("sort-drops-items", "order/complete", TMAPI, in_answer(TMAPI, _fewer)),
    Saboteur("sort-shortens-the-page", "order/complete", ALI, in_items(
        ALI, lambda listed, values: listed[:-1] if "monthSold" in values.get("sort", "") else None
    )),
)  # fmt: skip
