"""Who spoils languages."""

from typing import Any

from .mutant import Mutant
from .tools import Values, change_each_item, change_items, change_request, ignore_parameters

TMAPI, DAJI_1688, HIOBUY = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "hiobuy/queryByImage"


def _use_chinese_title(item: Any) -> None:
    item["title"] = item["title_cn"]


def _use_translated_title(item: Any) -> None:
    item["title_cn"] = item["title"]


def _reverse_items(listed: list[Any], values: Values) -> list[Any] | None:
    return listed[::-1] if values["country"] == "ru" else None


def _replace_spanish(values: Values) -> Values:
    return values | {"country": "en"} if values["country"] == "es" else values


LANGUAGE_MUTANTS = (
    Mutant("language-ignored", "language/script", TMAPI, ignore_parameters(TMAPI, "language")),
    Mutant("titles-in-another-script", "language/script", HIOBUY, change_each_item(HIOBUY, _use_chinese_title)),
    Mutant("language-of-the-same-script-ignored", "language/honoured", DAJI_1688, change_request(DAJI_1688, _replace_spanish)),
    Mutant("portuguese-is-spanish", "language/honoured", TMAPI, change_request(
        TMAPI, lambda values: values | {"language": "es"} if values.get("language") == "pt" else values
    )),
    Mutant("language-changes-the-items", "language/items", DAJI_1688, change_items(DAJI_1688, _reverse_items)),
    Mutant("original-translated", "language/items", HIOBUY, change_each_item(HIOBUY, _use_translated_title)),
)  # fmt: skip
