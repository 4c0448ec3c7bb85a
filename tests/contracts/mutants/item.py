"""Mutants of ids and URLs."""

from typing import Any

from .mutant import Mutant
from .mutations import Values, change_each_item, change_items

TMAPI = "tmapi/searchItemsByImageUrl"
DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
HIOBUY = "hiobuy/queryByImage"
BY_PIC = "aliyun/SearchImageByPic"
ROA = "aliyun/SearchImage"


def _change_id_type(items: list[Any], _: Values) -> None:
    for item in items[1:2]:
        item["item_id"] = str(item["item_id"])


ITEM_MUTANTS = (
    Mutant("id-empty", "item/id", TAOBAO, change_each_item(TAOBAO, lambda item: item.update(itemId=""))),
    Mutant("id-missing", "item/id", ROA, change_each_item(ROA, lambda item: item.pop("PicName"))),
    Mutant("id-of-another-type", "item/id", TMAPI, change_items(TMAPI, _change_id_type)),
    Mutant("item-twice-in-an-answer", "item/doubled", BY_PIC, change_items(BY_PIC, lambda items, _: items[:-1] + items[:1])),
    Mutant("url-with-a-space", "item/url", HIOBUY, change_each_item(HIOBUY, lambda item: item.update(pic_url=item["pic_url"] + " 1"))),
    Mutant("url-without-host", "item/url", DAJI_1688, change_each_item(DAJI_1688, lambda item: item.update(imageUrl="/img/" + item["imageUrl"][-9:]))),
    Mutant("url-of-another-scheme", "item/url", TAOBAO, change_each_item(TAOBAO, lambda item: item.update(url="ftp:" + item["url"]))),
)  # fmt: skip
