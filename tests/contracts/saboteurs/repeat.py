"""Who answers otherwise each time."""

from itertools import count
from typing import Any

from .saboteur import Saboteur
from .tools import Values, in_answer, in_each, in_items

HIOBUY, TAOBAO, BY_NAME = "hiobuy/queryByImage", "daji-taobao/imageSearchByUrl", "aliyun/SearchImageByName"
CALLS = count()


def _turned(listed: list[Any], _: Values) -> list[Any]:
    at = next(CALLS) % len(listed) if listed else 0
    return listed[at:] + listed[:at]


def _stamped(item: Any) -> None:
    item["title"] += f" {next(CALLS)}"


def _counted(body: Any, _: Values) -> None:
    body["Head"]["DocsReturn"] += next(CALLS) % 2


REPEAT = (
    Saboteur("another-order-each-time", "repeat/same", HIOBUY, in_items(HIOBUY, _turned)),
    Saboteur("titles-with-the-time", "repeat/same", TAOBAO, in_each(TAOBAO, _stamped)),
    Saboteur("total-not-the-same", "repeat/same", BY_NAME, in_answer(BY_NAME, _counted)),
)
