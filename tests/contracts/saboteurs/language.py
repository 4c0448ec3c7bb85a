"""Who spoils languages."""

from typing import Any

from .saboteur import Saboteur
from .tools import Values, in_each, in_items, misheard, without

TMAPI, ALI, HIOBUY = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "hiobuy/queryByImage"


def _chinese(item: Any) -> None:
    item["title"] = item["title_cn"]


def _translated(item: Any) -> None:
    item["title_cn"] = item["title"]


def _turned(listed: list[Any], values: Values) -> list[Any] | None:
    return listed[::-1] if values["country"] == "ru" else None


def _english(values: Values) -> Values:
    return values | {"country": "en"} if values["country"] == "es" else values


LANGUAGE = (
    Saboteur("language-ignored", "language/script", TMAPI, without(TMAPI, "language")),
    Saboteur("titles-in-another-script", "language/script", HIOBUY, in_each(HIOBUY, _chinese)),
    Saboteur("language-of-the-same-script-ignored", "language/honoured", ALI, misheard(ALI, _english)),
    Saboteur("portuguese-is-spanish", "language/honoured", TMAPI, misheard(
        TMAPI, lambda values: values | {"language": "es"} if values.get("language") == "pt" else values
    )),
    Saboteur("language-changes-the-items", "language/items", ALI, in_items(ALI, _turned)),
    Saboteur("original-translated", "language/items", HIOBUY, in_each(HIOBUY, _translated)),
)  # fmt: skip
