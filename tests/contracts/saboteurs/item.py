"""Who spoils ids and addresses."""

from typing import Any

from .saboteur import Saboteur
from .tools import Values, in_each, in_items

TMAPI, ALI, TAOBAO = "tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl"
HIOBUY, BY_PIC, ROA = "hiobuy/queryByImage", "aliyun/SearchImageByPic", "aliyun/SearchImage"


def _one_as_text(listed: list[Any], _: Values) -> None:
    for item in listed[1:2]:
        item["item_id"] = str(item["item_id"])


ITEM = (
    Saboteur("id-empty", "item/id", TAOBAO, in_each(TAOBAO, lambda item: item.update(itemId=""))),
    Saboteur("id-missing", "item/id", ROA, in_each(ROA, lambda item: item.pop("PicName"))),
    Saboteur("id-of-another-type", "item/id", TMAPI, in_items(TMAPI, _one_as_text)),
    Saboteur("item-twice-in-an-answer", "item/doubled", BY_PIC, in_items(BY_PIC, lambda listed, _: listed[:-1] + listed[:1])),
    Saboteur("url-with-a-space", "item/url", HIOBUY, in_each(HIOBUY, lambda item: item.update(pic_url=item["pic_url"] + " 1"))),
    Saboteur("url-without-host", "item/url", ALI, in_each(ALI, lambda item: item.update(imageUrl="/img/" + item["imageUrl"][-9:]))),
    Saboteur("url-of-another-scheme", "item/url", TAOBAO, in_each(TAOBAO, lambda item: item.update(url="ftp:" + item["url"]))),
)  # fmt: skip
