"""Mutants of filters."""

from typing import Any

from .mutant import Mutant
from .mutations import (
    Values,
    change_items,
    change_request,
    change_response,
    ignore_parameters,
    replace_in_filter,
)

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
HIOBUY = "hiobuy/queryByImage"
BY_PIC = "aliyun/SearchImageByPic"
BY_NAME = "aliyun/SearchImageByName"
ROA = "aliyun/SearchImage"


def _invert_filter(items: list[Any], values: Values) -> list[Any] | None:
    if values.get("filter") != "jxhy":
        return None
    return [item for item in items if not item["isJxhy"]]


def _turn_on_free_shipping(values: Values) -> Values:
    if values.get("free_shipping") != "false":
        return values
    return values | {"free_shipping": "true"}


def _raise_total(body: Any, values: Values) -> None:
    if "is_factory" in values:
        body["data"]["total_count"] += 5000


def _replace_greater_than(values: Values) -> Values:
    condition = values.get("Filter", "")
    if ">" not in condition or ">=" in condition:
        return values
    return values | {"Filter": condition.replace(">", ">=")}


def _drop_token(values: Values) -> Values:
    if not values.get("filter", "").startswith("getRate24HLv"):
        return values
    return {name: value for name, value in values.items() if name != "filter"}


FILTER_MUTANTS = (
    Mutant("filter-ignored", "filter/holds", TMAPI, ignore_parameters(TMAPI, "verified_supplier")),
    Mutant("filter-inverted", "filter/holds", DAJI_1688, change_items(DAJI_1688, _invert_filter, ignore_parameters(DAJI_1688, "filter"))),
    Mutant("keyword-ignored", "filter/holds", DAJI_1688, ignore_parameters(DAJI_1688, "keyword")),
    Mutant("condition-ignored", "filter/holds", ROA, ignore_parameters(ROA, "Filter")),
    Mutant("above-is-at-least", "filter/holds", BY_PIC, change_request(BY_PIC, _replace_greater_than)),
    Mutant("other-is-equal", "filter/holds", BY_NAME, replace_in_filter(BY_NAME, "!=", "=")),
    Mutant("equal-finds-nothing", "filter/holds", BY_PIC, replace_in_filter(BY_PIC, 'str_attr="', 'str_attr="-')),
    Mutant("category-ignored", "filter/holds", BY_NAME, ignore_parameters(BY_NAME, "CategoryId")),
    Mutant("threshold-ignored", "filter/holds", BY_PIC, ignore_parameters(BY_PIC, "ScoreThreshold")),
    Mutant("product-more-than-once", "filter/holds", BY_PIC, ignore_parameters(BY_PIC, "DistinctProductId")),
    Mutant("filter-widens", "filter/narrows", TMAPI, change_response(TMAPI, _raise_total)),
    Mutant("unseen-filter-ignored", "filter/apart", HIOBUY, ignore_parameters(HIOBUY, "filter")),
    Mutant("unseen-token-ignored", "filter/apart", DAJI_1688, change_request(DAJI_1688, _drop_token)),
    Mutant("unseen-category-ignored", "filter/apart", TAOBAO, ignore_parameters(TAOBAO, "categoryId")),
    Mutant("marketplace-ignored", "filter/apart", HIOBUY, change_request(HIOBUY, lambda values: values | {"platform": "1688"})),
    Mutant("off-is-on", "filter/idle", TMAPI, change_request(TMAPI, _turn_on_free_shipping)),
)  # fmt: skip
