"""HioBuy's search on 1688 and Taobao: the one answer, there is no paging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Catalogue, Item, Product, Query, picture
from ..errors import Refused
from ..stamp import stamp
from ..world import World
from . import ali1688, hiobuy_native, money, shape

# numbers at Taobao begin this much below those at 1688, so that none stands for two products
TAOBAO_SHIFT: Final = 300_000_000_000


@dataclass(frozen=True, slots=True)
class Marketplace:
    """How a product is named where it is sold; `kind` is the word for it in trace tokens."""

    kind: str
    number: Callable[[Product], int]
    page: str
    picture: Callable[[Product], str]
    categories: Callable[[Product], tuple[int, int]]


MARKETPLACES: Final = {
    "1688": Marketplace(
        kind="offer",
        number=lambda product: product.offer_id,
        page="https://detail.1688.com/offer/{number}.html",
        picture=shape.picture_url,
        categories=lambda product: (product.kind.ali1688[0], product.kind.ali1688[-1]),
    ),
    "taobao": Marketplace(
        kind="item",
        number=lambda product: product.offer_id - TAOBAO_SHIFT,
        page="https://item.taobao.com/item.htm?id={number}",
        picture=lambda product: (
            f"https://img.alicdn.com/i{product.index % 4 + 1}/{product.shop.seller_id}/"
            f"O1CN01{product.picture}_!!0-item_pic.jpg"
        ),
        categories=lambda product: (product.kind.taobao.root_id, product.kind.taobao.leaf_id),
    ),
}


def page(world: World, call: Call) -> Reply:
    """The best matches, in HioBuy's words or in 1688's."""
    switches, platform = call.service.variants, call.values["platform"]
    query, language, size = _query(call), _language(call), int(switches["page-length"])
    found, total = shape.results(world.catalogue, query, 0, size, call.situation)
    is_native = platform == "1688" and call.values["use_platform"] == "1" and switches["native-mode"] == "upstream"
    item = hiobuy_native.encoded if is_native else _own(platform, switches["tags-and-quantity"] == "present")
    items = shape.items(item, world.catalogue, found, language, call)
    listed = msgspec.Raw(shape.marked(items, stamp(world.seed, call.request).digest))
    if is_native:
        data = hiobuy_native.result(query.picture, world.catalogue.size, listed, total, size)
    else:
        api_type = platform if switches["api-type"] == "platform" else "taobao"
        data = {"api_type": api_type, "items": {"item": listed, "total_results": total}}
    return shape.reply({"ret": 1, "msg": "success", "data": data})


def _query(call: Call) -> Query:
    """Filters are 1688's; Taobao has none, and a token that is not on the list narrows nothing."""
    sent = call.values.get("filter", ()) if call.values["platform"] == "1688" else ()
    labels = frozenset(sent).intersection(call.service.api.root.data["filters"])
    return Query(picture=picture.of_url(call.values["img"]), labels=labels)


def _language(call: Call) -> str:
    """The language of the titles: the header's, or the default where there is none that is offered."""
    switches = call.service.variants
    offered: dict[str, str] = call.service.api.root.data["locales"][call.values["platform"]]
    sent: str = call.sent.get("Language", "")
    language = sent[:2].lower()
    known = sent in offered if switches["locales"] == "strict" else language in offered.values()
    if sent and not known and switches["unsupported-locale"] == "error":
        raise Refused("unsupported-locale", {"rule": "locale", "parameter": "Language", "value": sent})
    return language if known else offered[switches["default-language"]]


@cache
def _own(platform: str, is_full: bool) -> Item:
    """Who makes a marketplace's items, with or without what the sample leaves out."""
    return partial(_item, platform, is_full)


def _item(platform: str, is_full: bool, catalogue: Catalogue, index: int, language: str) -> bytes:
    """One item as JSON, with shape.MARK where the answer's own trace belongs."""
    product, market = catalogue.product(index), MARKETPLACES[platform]
    number, (top, leaf) = market.number(product), market.categories(product)
    trace = ali1688.trace_info(number, market.kind)
    item: dict[str, Any] = {
        "detail_url": market.page.format(number=number),
        "title_cn": product.title("zh"),
        "title": product.title(language),
        "pic_url": market.picture(product),
        "price": money.yuan(product.price),
        "sales": product.sales_month,
        "num_iid": number,
        "seller_nick": trace,
        "tag_percent": f"{product.repurchase}%",
        "trace_info": trace,
        "top_category_id": top,
        "category_id": leaf,
    }
    more = {"tags": ali1688.badges(product), "quantity": product.stock} if is_full else {}
    return msgspec.json.encode({**item, **more})
