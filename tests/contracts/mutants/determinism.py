"""Mutants that respond otherwise each time."""

from itertools import count
from typing import Any

from .mutant import Mutant
from .mutations import Values, change_each_item, change_items, change_response

HIOBUY = "hiobuy/queryByImage"
TAOBAO = "daji-taobao/imageSearchByUrl"
BY_NAME = "aliyun/SearchImageByName"
CALL_NUMBERS = count()


def _rotate_items(items: list[Any], _: Values) -> list[Any]:
    if not items:
        return items
    start = next(CALL_NUMBERS) % len(items)
    return items[start:] + items[:start]


def _stamp_title(item: Any) -> None:
    item["title"] += f" {next(CALL_NUMBERS)}"


def _vary_total(body: Any, _: Values) -> None:
    body["Head"]["DocsReturn"] += next(CALL_NUMBERS) % 2


REPEAT_MUTANTS = (
    Mutant("another-order-each-time", "repeat/same", HIOBUY, change_items(HIOBUY, _rotate_items)),
    Mutant("titles-with-the-time", "repeat/same", TAOBAO, change_each_item(TAOBAO, _stamp_title)),
    Mutant("total-not-the-same", "repeat/same", BY_NAME, change_response(BY_NAME, _vary_total)),
)
