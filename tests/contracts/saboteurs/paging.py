"""Who spoils paging."""

from typing import Any

from .saboteur import Saboteur, in_body


def _first_again(body: Any) -> Any:
    items = body["data"]["items"]
    for item in items[:1]:
        item["item_id"] = 1
    return body


PAGING = (Saboteur("doubled-item", "paging/doubled", "tmapi/searchItemsByImageUrl", in_body(_first_again)),)
