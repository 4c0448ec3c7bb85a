"""Who spoils filters."""

from typing import Any

from .mutant import Mutant
from .tools import Mutation, Values, change_items, change_request, change_response, ignore_parameters

TMAPI, DAJI_1688, TAOBAO = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl"
HIOBUY, BY_PIC, BY_NAME, ROA = (
    "hiobuy/queryByImage",
    "aliyun/SearchImageByPic",
    "aliyun/SearchImageByName",
    "aliyun/SearchImage",
)


def _invert_filter(listed: list[Any], values: Values) -> list[Any] | None:
    return [item for item in listed if not item["isJxhy"]] if values.get("filter") == "jxhy" else None


def _turn_on_free_shipping(values: Values) -> Values:
    return values | {"free_shipping": "true"} if values.get("free_shipping") == "false" else values


def _raise_total(body: Any, values: Values) -> None:
    if "is_factory" in values:
        body["data"]["total_count"] += 5000


def _replace_in_filter(at: str, old: str, new: str) -> Mutation:
    return change_request(
        at, lambda values: values | {"Filter": values["Filter"].replace(old, new)} if "Filter" in values else values
    )


FILTER_MUTANTS = (
    Mutant("filter-ignored", "filter/holds", TMAPI, ignore_parameters(TMAPI, "verified_supplier")),
    Mutant("filter-inverted", "filter/holds", DAJI_1688, change_items(DAJI_1688, _invert_filter, ignore_parameters(DAJI_1688, "filter"))),
    Mutant("keyword-ignored", "filter/holds", DAJI_1688, ignore_parameters(DAJI_1688, "keyword")),
    Mutant("condition-ignored", "filter/holds", ROA, ignore_parameters(ROA, "Filter")),
    Mutant("above-is-at-least", "filter/holds", BY_PIC, change_request(
        BY_PIC, lambda v: v | {"Filter": v["Filter"].replace(">", ">=")} if ">" in v.get("Filter", "") and ">=" not in v["Filter"] else v
    )),
    Mutant("other-is-equal", "filter/holds", BY_NAME, _replace_in_filter(BY_NAME, "!=", "=")),
    Mutant("equal-finds-nothing", "filter/holds", BY_PIC, _replace_in_filter(BY_PIC, 'str_attr="', 'str_attr="-')),
    Mutant("category-ignored", "filter/holds", BY_NAME, ignore_parameters(BY_NAME, "CategoryId")),
    Mutant("threshold-ignored", "filter/holds", BY_PIC, ignore_parameters(BY_PIC, "ScoreThreshold")),
    Mutant("product-more-than-once", "filter/holds", BY_PIC, ignore_parameters(BY_PIC, "DistinctProductId")),
    Mutant("filter-widens", "filter/narrows", TMAPI, change_response(TMAPI, _raise_total)),
    Mutant("unseen-filter-ignored", "filter/apart", HIOBUY, ignore_parameters(HIOBUY, "filter")),
    Mutant("unseen-token-ignored", "filter/apart", DAJI_1688, change_request(
        DAJI_1688, lambda values: {n: v for n, v in values.items() if n != "filter" or not v.startswith("getRate24HLv")}
    )),
    Mutant("unseen-category-ignored", "filter/apart", TAOBAO, ignore_parameters(TAOBAO, "categoryId")),
    Mutant("marketplace-ignored", "filter/apart", HIOBUY, change_request(HIOBUY, lambda values: values | {"platform": "1688"})),
    Mutant("off-is-on", "filter/idle", TMAPI, change_request(TMAPI, _turn_on_free_shipping)),
)  # fmt: skip
