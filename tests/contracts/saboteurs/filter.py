"""Who spoils filters."""

from typing import Any

from .saboteur import Saboteur
from .tools import Answer, Values, in_answer, in_items, misheard, without

TMAPI, ALI, TAOBAO = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl"
HIOBUY, BY_PIC, BY_NAME, ROA = (
    "hiobuy/queryByImage",
    "aliyun/SearchImageByPic",
    "aliyun/SearchImageByName",
    "aliyun/SearchImage",
)


def _inverted(listed: list[Any], values: Values) -> list[Any] | None:
    return [item for item in listed if not item["isJxhy"]] if values.get("filter") == "jxhy" else None


def _is_off(values: Values) -> Values:
    return values | {"free_shipping": "true"} if values.get("free_shipping") == "false" else values


def _more(body: Any, values: Values) -> None:
    if "is_factory" in values:
        body["data"]["total_count"] += 5000


def _grammar(at: str, old: str, new: str) -> Answer:
    return misheard(
        at, lambda values: values | {"Filter": values["Filter"].replace(old, new)} if "Filter" in values else values
    )


FILTER = (
    Saboteur("filter-ignored", "filter/holds", TMAPI, without(TMAPI, "verified_supplier")),
    Saboteur("filter-inverted", "filter/holds", ALI, in_items(ALI, _inverted, without(ALI, "filter"))),
    Saboteur("keyword-ignored", "filter/holds", ALI, without(ALI, "keyword")),
    Saboteur("condition-ignored", "filter/holds", ROA, without(ROA, "Filter")),
    Saboteur("above-is-at-least", "filter/holds", BY_PIC, misheard(
        BY_PIC, lambda v: v | {"Filter": v["Filter"].replace(">", ">=")} if ">" in v.get("Filter", "") and ">=" not in v["Filter"] else v
    )),
    Saboteur("other-is-equal", "filter/holds", BY_NAME, _grammar(BY_NAME, "!=", "=")),
    Saboteur("equal-finds-nothing", "filter/holds", BY_PIC, _grammar(BY_PIC, 'str_attr="', 'str_attr="-')),
    Saboteur("category-ignored", "filter/holds", BY_NAME, without(BY_NAME, "CategoryId")),
    Saboteur("threshold-ignored", "filter/holds", BY_PIC, without(BY_PIC, "ScoreThreshold")),
    Saboteur("product-more-than-once", "filter/holds", BY_PIC, without(BY_PIC, "DistinctProductId")),
    Saboteur("filter-widens", "filter/narrows", TMAPI, in_answer(TMAPI, _more)),
    Saboteur("unseen-filter-ignored", "filter/apart", HIOBUY, without(HIOBUY, "filter")),
    Saboteur("unseen-token-ignored", "filter/apart", ALI, misheard(
        ALI, lambda values: {n: v for n, v in values.items() if n != "filter" or not v.startswith("getRate24HLv")}
    )),
    Saboteur("unseen-category-ignored", "filter/apart", TAOBAO, without(TAOBAO, "categoryId")),
    Saboteur("marketplace-ignored", "filter/apart", HIOBUY, misheard(HIOBUY, lambda values: values | {"platform": "1688"})),
    Saboteur("off-is-on", "filter/idle", TMAPI, misheard(TMAPI, _is_off)),
)  # fmt: skip
