"""Who spoils ids and addresses."""

from typing import Any

from .mutant import Mutant
from .tools import Values, change_each_item, change_items

TMAPI, DAJI_1688, TAOBAO = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl"
HIOBUY, BY_PIC, ROA = "hiobuy/queryByImage", "aliyun/SearchImageByPic", "aliyun/SearchImage"


def _change_id_type(listed: list[Any], _: Values) -> None:
    for item in listed[1:2]:
        item["item_id"] = str(item["item_id"])


ITEM_MUTANTS = (
    Mutant("id-empty", "item/id", TAOBAO, change_each_item(TAOBAO, lambda item: item.update(itemId=""))),
    Mutant("id-missing", "item/id", ROA, change_each_item(ROA, lambda item: item.pop("PicName"))),
    Mutant("id-of-another-type", "item/id", TMAPI, change_items(TMAPI, _change_id_type)),
    Mutant("item-twice-in-an-answer", "item/doubled", BY_PIC, change_items(BY_PIC, lambda listed, _: listed[:-1] + listed[:1])),
    Mutant("url-with-a-space", "item/url", HIOBUY, change_each_item(HIOBUY, lambda item: item.update(pic_url=item["pic_url"] + " 1"))),
    Mutant("url-without-host", "item/url", DAJI_1688, change_each_item(DAJI_1688, lambda item: item.update(imageUrl="/img/" + item["imageUrl"][-9:]))),
    Mutant("url-of-another-scheme", "item/url", TAOBAO, change_each_item(TAOBAO, lambda item: item.update(url="ftp:" + item["url"]))),
)  # fmt: skip
