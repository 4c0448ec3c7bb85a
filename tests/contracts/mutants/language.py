"""Mutants of languages."""

from typing import Any

from .mutant import Mutant
from .mutations import Values, change_each_item, change_items, change_request, ignore_parameters

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
HIOBUY = "hiobuy/queryByImage"


def _use_chinese_title(item: Any) -> None:
    item["title"] = item["title_cn"]


def _use_translated_title(item: Any) -> None:
    item["title_cn"] = item["title"]


def _reverse_items(items: list[Any], values: Values) -> list[Any] | None:
    if values["country"] != "ru":
        return None
    return items[::-1]


def _replace_spanish(values: Values) -> Values:
    if values["country"] != "es":
        return values
    return values | {"country": "en"}


def _replace_portuguese(values: Values) -> Values:
    if values.get("language") != "pt":
        return values
    return values | {"language": "es"}


LANGUAGE_MUTANTS = (
    Mutant("language-ignored", "language/script", TMAPI, ignore_parameters(TMAPI, "language")),
    Mutant("titles-in-another-script", "language/script", HIOBUY, change_each_item(HIOBUY, _use_chinese_title)),
    Mutant("language-of-the-same-script-ignored", "language/honoured", DAJI_1688, change_request(DAJI_1688, _replace_spanish)),
    Mutant("portuguese-is-spanish", "language/honoured", TMAPI, change_request(TMAPI, _replace_portuguese)),
    Mutant("language-changes-the-items", "language/items", DAJI_1688, change_items(DAJI_1688, _reverse_items)),
    Mutant("original-translated", "language/items", HIOBUY, change_each_item(HIOBUY, _use_translated_title)),
)  # fmt: skip
