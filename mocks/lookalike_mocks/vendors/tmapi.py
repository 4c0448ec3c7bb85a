"""TMAPI on 1688: the search by image, and the conversion of an image's address into a path to search by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ..catalogue import ImageIdentity, Product, Query
from ..catalogue.ids import decode_converted_name, encode_converted_name
from ..catalogue.image import identify_by_number, identify_by_url
from ..catalogue.vocabulary import Locality, load_shop_words
from ..context import RequestContext
from ..exceptions import VendorError
from ..sandbox.state import SandboxState
from . import ali1688, common

# 1688's filter token for what `super_new_product` tells
NEW_PRODUCT_LABEL: Final = "new30"
SORTS: Final = {"default": "", "sales": "-sales", "price_up": "price", "price_down": "-price"}
LABELS: Final = {"support_dropshipping": "isOnePsale", "new_arrival": NEW_PRODUCT_LABEL}
TRAITS: Final = {"is_factory": "factory", "verified_supplier": "inspected", "free_shipping": "free-postage"}
CONVERTED_PATTERN = re.compile(r"([^/]*)\.jpg")
# stands in a converted path for an image that could not be fetched; it is that of no other image, but for 1 in 10**14
UNREACHABLE_NUMBER: Final = 10**14 - 1
NO_BRAND: Final = "中性"
# languages that write the larger place first
TOWN_FORMATS: Final = {"zh": "{city}市{district}", "ja": "{city}{district}", "ko": "{city} {district}"}
DEFAULT_TOWN_FORMAT: Final = "{district}, {city}"


def handle_search(state: SandboxState, context: RequestContext) -> Response:
    """Return one page of what the image finds."""
    values = context.values
    number = values["page"]
    size = values["page_size"]
    catalogue = state.catalogue
    image = _identify_image(context, values["img_url"])
    indexes: list[int] = []
    total = 0
    if image is not None:
        query = _build_query(context, image)
        indexes, total = common.select_page(catalogue, query, (number - 1) * size, size, context.situation)
    items = render_item.render_page(catalogue, indexes, values["language"], context)
    data = {"page": number, "page_size": size, "total_count": total}
    if context.service.variants["has-next-page"] == "present":
        data["has_next_page"] = number * size < total
    data |= {"sort": values["sort"], "filters": {}, "items": msgspec.Raw(items)}
    return common.build_json_response({"code": 200, "msg": "success", "data": data})


def _build_query(context: RequestContext, image: ImageIdentity) -> Query:
    values = context.values
    return Query(
        image=image,
        labels=frozenset([label for name, label in LABELS.items() if values[name]]),
        traits=frozenset([trait for name, trait in TRAITS.items() if values[name]]),
        sort=SORTS[values["sort"]],
    )


def _identify_image(context: RequestContext, url: str) -> ImageIdentity | None:
    """Return the image at an address, or the one that a conversion made a path of; None for one that finds nothing.

    Raise VendorError for an address on a host that is not Alibaba's, for a path that no conversion made, and for one that
    is not there, where the variant names an error.
    """
    data = context.service.api.root.data
    variants = context.service.variants
    if common.HOST_PATTERN.match(url) is None and url.startswith(tuple(data["converted-paths"])):
        number = _decode_converted_path(url)
        if number == UNREACHABLE_NUMBER:
            return None
        if number is not None:
            return identify_by_number(number)
        # the vendor's own examples are paths that carry no check of ours
        is_known = variants["unknown-conversion"] == "answered" or url in data["known-conversions"]
    elif common.is_on_host(url, tuple(data["image-hosts"])):
        is_known = True
        if _is_converted_on_host(url, data["converted-paths"]) and variants["unreachable-image"] != "answered":
            _raise_unreachable(url, variants["unreachable-image"])
            return None
    else:
        is_known = variants["foreign-image"] == "answered"
    if not is_known:
        raise VendorError("foreign-image", {"rule": "host", "parameter": "img_url", "value": url})
    return identify_by_url(url)


def _raise_unreachable(url: str, outcome: str) -> None:
    """Raise VendorError where the variant names an error; with `empty`, the image finds nothing."""
    if outcome != "empty":
        raise VendorError(outcome, {"rule": "converted-on-host", "parameter": "img_url", "value": url})


def _is_converted_on_host(url: str, converted_paths: list[str]) -> bool:
    """Return whether a host stands before a converted path; only the path itself means the image, no host has it."""
    # asked of every search, so the cheap question comes first, and in a loop, which is faster than `any`
    for converted_path in converted_paths:
        if converted_path in url:
            break
    else:
        return False
    match = common.HOST_PATTERN.match(url)
    if match is None:
        return False
    path = "/" + url[match.end() :].partition("/")[2]
    return path.startswith(tuple(converted_paths))


def _decode_converted_path(path: str) -> int | None:
    """Return the number of the image behind `/search/imgextra/1692942898123_q7ftzxs9.jpg`."""
    match = CONVERTED_PATTERN.fullmatch(path.rpartition("/")[2])
    if match is None:
        return None
    return decode_converted_name(match[1])


def handle_convert(state: SandboxState, context: RequestContext) -> Response:
    """Return the image's path: another one each time, as it holds a number that the sandbox counts on."""
    url = context.values["url"]
    data = context.service.api.root.data
    number = identify_by_url(url).number
    if _is_unreachable(url, data):
        outcome = context.service.variants["unreachable-source"]
        if outcome == "unchanged":
            return _respond_with_path(url)
        if outcome != "empty":
            raise VendorError(outcome, {"rule": "unreachable", "parameter": "url", "value": url})
        number = UNREACHABLE_NUMBER
    state.unique_name_count += 1
    name = encode_converted_name(number, state.unique_name_count)
    return _respond_with_path(f"{data['converted-paths'][0]}{name}.jpg")


def _is_unreachable(url: str, data: Mapping[str, Any]) -> bool:
    """Return whether no server of the vendor's could fetch an address: its host is nobody's, or the caller's alone."""
    match = common.HOST_PATTERN.match(url)
    if match is None:
        return False
    is_private = re.fullmatch(data["private-host"], match[1].lower()) is not None
    return is_private or common.is_on_host(url, tuple(data["unreachable-hosts"]))


def _respond_with_path(path: str) -> Response:
    return common.build_json_response({"code": 200, "msg": "success", "data": {"image_url": path}})


@common.ItemRenderer
def render_item(product: Product, language: str) -> bytes:
    """Return one item as JSON."""
    price = common.format_yuan(product.price)
    item: dict[str, Any] = {
        "item_id": product.offer_id,
        "product_url": ali1688.build_offer_url(product),
        "title": product.get_title(language),
        "title_origin": product.get_title("zh"),
        "img": common.build_1688_image_url(product),
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
    return common.encode_json(item)


def _choose_brand(product: Product) -> str:
    if product.brand_number % 4 == 0:
        return NO_BRAND
    brands = load_shop_words().brands
    return brands[product.brand_number % len(brands)]


def _build_price_steps(product: Product) -> list[dict[str, str]]:
    """Return the prices by quantity; the last step has no end."""
    begins = [begin for begin, _ in product.tiers]
    ends = [str(begin - 1) for begin in begins[1:]]
    ends.append("")
    # a product without steps has no beginning, but the end that was just added
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
    """Return `50+` for 57, `1000+` for 1234."""
    step = 10 ** (len(str(number)) - 1)
    return f"{number // step * step}+"


def format_area(locality: Locality, language: str) -> list[str]:
    """Return province, then city and district, in that language."""
    town_format = TOWN_FORMATS.get(language, DEFAULT_TOWN_FORMAT)
    town = town_format.format(city=locality.city[language], district=locality.district[language])
    return [locality.province[language], town]


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


def _build_member_id(seller_id: int) -> str:
    """Return `b2b-2207612345`; half of the accounts have five hexadecimal digits more."""
    member_id = f"b2b-{seller_id}"
    if seller_id % 2:
        member_id += f"{seller_id * 7919 % 16**5:05x}"
    return member_id
