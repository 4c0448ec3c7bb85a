"""Who answers otherwise each time."""

from itertools import count
from typing import Any

from .mutant import Mutant
from .tools import Values, change_each_item, change_items, change_response

HIOBUY, TAOBAO, BY_NAME = "hiobuy/queryByImage", "daji-taobao/imageSearchByUrl", "aliyun/SearchImageByName"
CALL_NUMBERS = count()


def _rotate_items(listed: list[Any], _: Values) -> list[Any]:
    at = next(CALL_NUMBERS) % len(listed) if listed else 0
    return listed[at:] + listed[:at]


def _stamp_title(item: Any) -> None:
    item["title"] += f" {next(CALL_NUMBERS)}"


def _vary_total(body: Any, _: Values) -> None:
    body["Head"]["DocsReturn"] += next(CALL_NUMBERS) % 2


REPEAT_MUTANTS = (
    Mutant("another-order-each-time", "repeat/same", HIOBUY, change_items(HIOBUY, _rotate_items)),
    Mutant("titles-with-the-time", "repeat/same", TAOBAO, change_each_item(TAOBAO, _stamp_title)),
    Mutant("total-not-the-same", "repeat/same", BY_NAME, change_response(BY_NAME, _vary_total)),
)
