"""TMAPI's search on 1688: the page of items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ..catalogue import Catalogue, ImageIdentity, Product, Query, image
from ..catalogue.ids import decode_converted_name, encode_converted_name
from ..catalogue.vocabulary import Locality, load_shop_words
from ..context import RequestContext
from ..exceptions import VendorError
from ..sandbox.state import SandboxState
from . import ali1688, common

# 1688's filter token for what `super_new_product` tells
NEW_PRODUCT_LABEL: Final = "new30"
NO_BRAND: Final = "中性"
# languages that write the larger place first
TOWN_FORMATS: Final = {"zh": "{city}市{district}", "ja": "{city}{district}", "ko": "{city} {district}"}


def render_item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One item as JSON."""
    product = catalogue.get_product(index)
    price = common.format_yuan(product.price)
    item: dict[str, Any] = {
        "item_id": product.offer_id,
        "product_url": common.build_offer_url(product),
        "title": product.get_title(language),
        "title_origin": product.get_title("zh"),
        "img": common.build_image_url(product),
        "category_path": [str(category) for category in reversed(product.kind.ali1688)],
        "price": price,
        "price_info": {
            "drop_ship_price": common.format_yuan(product.dropship_price),
            "wholesale_price": price,
            "origin_price": common.format_yuan(product.original_price),
        },
        "brand": _choose_brand(product),
        "title_tags": ali1688.list_badges(product),
        "quantity_begin": product.minimum_order,
        "quantity_prices": _build_price_steps(product),
        "sale_info": _build_sales(product),
        "type": "normal",
        "delivery_info": {
            "area_from": format_area(product.shop.locality, language),
            "weight": product.weight / 1000,
            "suttle_weight": product.weight * 9 // 10 / 1000,
            "free_postage": product.has_free_postage,
        },
        "item_repurchase_rate": str(product.repurchase / 100),
        "goods_score": product.score,
        "image_dsm_score": 0,
        "primary_rank_score": 0,
        "super_new_product": product.has_label(NEW_PRODUCT_LABEL),
        "shop_info": _build_shop_info(product, language),
    }
    return msgspec.json.encode(item)


def _choose_brand(product: Product) -> str:
    brands = load_shop_words().brands
    return NO_BRAND if product.brand_number % 4 == 0 else brands[product.brand_number % len(brands)]


def _build_price_steps(product: Product) -> list[dict[str, str]]:
    """The prices by quantity; the last step has no end."""
    ends = [str(begin - 1) for begin, _ in product.tiers[1:]] + [""]
    return [
        {"begin_num": str(begin), "end_num": end, "price": common.format_yuan(price)}
        for (begin, price), end in zip(product.tiers, ends, strict=False)
    ]


def _build_sales(product: Product) -> dict[str, Any]:
    return {
        "gmv_fuzzy": format_fuzzy(product.sales_month * product.price // 100),
        "gmv_30days": 0,
        "gmv_30days_cb": 0,
        "sale_quantity": product.sales_total,
        "sale_quantity_month": product.sales_month,
        "sale_quantity_90days": product.sales_quarter,
        "sale_quantity_360days": product.sales_year,
        "orders_count": product.sales_total // (1 + product.minimum_order),
    }


def format_fuzzy(number: int) -> str:
    """57 -> "50+", 1234 -> "1000+"."""
    step = 10 ** (len(str(number)) - 1)
    return f"{number // step * step}+"


def format_area(place: Locality, language: str) -> list[str]:
    """Province, then city and district, in that language."""
    town = TOWN_FORMATS.get(language, "{district}, {city}")
    return [place.province[language], town.format(city=place.city[language], district=place.district[language])]


def _build_member_id(seller: int) -> str:
    """Younger accounts bear five hexadecimal digits more."""
    return f"b2b-{seller}{seller * 7919 % 16**5:05x}" if seller % 2 else f"b2b-{seller}"


def _build_shop_info(product: Product, language: str) -> dict[str, Any]:
    shop = product.shop
    return {
        "login_id": None,
        "member_id": _build_member_id(shop.seller_id),
        "company_name": shop.company,
        "shop_url": f"http://{shop.domain}.1688.com",
        "biz_type": shop.biz_type,
        "is_factory": shop.is_factory,
        "is_super_factory": shop.is_super_factory,
        "is_gold_supplier": shop.is_gold,
        "location": format_area(shop.locality, language),
        "service_tags": shop.service_tags,
        "tp_member": shop.years > 1,
        "tp_year": shop.years,
        "factory_inspection": shop.is_inspected,
        "shop_repurchase_rate": f"{shop.repurchase / 10}%",
    }


def handle_convert(world: SandboxState, call: RequestContext) -> Response:
    """The picture's path: another one each time, as it holds a number that the world counts on."""
    url = call.values["url"]
    if is_on_host(url, call.service.api.root.data["unreachable-hosts"]):
        return _respond_unreachable(call, url)
    world.unique_name_count += 1
    name = encode_converted_name(image.identify_by_url(url).number, world.unique_name_count)
    return _respond_with_path(f"{call.service.api.root.data['converted-paths'][0]}{name}.jpg")


def _respond_unreachable(call: RequestContext, url: str) -> Response:
    """What comes of a picture that cannot be fetched. Raises Refused, where the variant names an error."""
    way = call.service.variants["unreachable-source"]
    if way != "unchanged":
        raise VendorError(way, {"rule": "unreachable", "parameter": "url", "value": url})
    return _respond_with_path(url)


def _respond_with_path(path: str) -> Response:
    return common.build_json_response({"code": 200, "msg": "success", "data": {"image_url": path}})


SORTS: Final = {"default": "", "sales": "-sales", "price_up": "price", "price_down": "-price"}
LABELS: Final = {"support_dropshipping": "isOnePsale", "new_arrival": NEW_PRODUCT_LABEL}
TRAITS: Final = {"is_factory": "factory", "verified_supplier": "inspected", "free_shipping": "free-postage"}
HOST_PATTERN = re.compile(r"(?:https?:)?//(?:[^/?#]*@)?([^/?#:]+)")
CONVERTED_PATTERN = re.compile(r"([^/]*)\.jpg")


def handle_search(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the picture finds."""
    values = call.values
    number = values["page"]
    size = values["page_size"]
    found, total = common.select_page(world.catalogue, _build_query(call), (number - 1) * size, size, call.situation)
    more = {"has_next_page": number * size < total} if call.service.variants["has-next-page"] == "present" else {}
    items = common.render_items(render_item, world.catalogue, found, values["language"], call)
    data = {
        "page": number,
        "page_size": size,
        "total_count": total,
        **more,
        "sort": values["sort"],
        "filters": {},
        "items": msgspec.Raw(items),
    }
    return common.build_json_response({"code": 200, "msg": "success", "data": data})


def _build_query(call: RequestContext) -> Query:
    values = call.values
    return Query(
        image=_identify_image(call, values["img_url"]),
        labels=frozenset(label for name, label in LABELS.items() if values[name]),
        traits=frozenset(trait for name, trait in TRAITS.items() if values[name]),
        sort=SORTS[values["sort"]],
    )


def _identify_image(call: RequestContext, url: str) -> ImageIdentity:
    """The picture at an address, or the one that a conversion made a path of. Raises Refused for a foreign one."""
    data = call.service.api.root.data
    switches = call.service.variants
    if HOST_PATTERN.match(url) is None and url.startswith(tuple(data["converted-paths"])):
        name = CONVERTED_PATTERN.fullmatch(url.rpartition("/")[2])
        number = decode_converted_name(name[1]) if name else None
        known = number is not None or switches["unknown-conversion"] == "answered" or url in data["known-conversions"]
        found = image.identify_by_url(url) if number is None else image.identify_by_number(number)
    else:
        known = switches["foreign-image"] == "answered" or is_on_host(url, data["image-hosts"])
        found = image.identify_by_url(url)
    if not known:
        raise VendorError("foreign-image", {"rule": "host", "parameter": "img_url", "value": url})
    return found


def is_on_host(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address is on one of these hosts, or below one of them."""
    found = HOST_PATTERN.match(url)
    return found is not None and f".{found[1].lower()}".endswith(tuple(f".{host}" for host in hosts))
