"""One item, as TMAPI words what 1688 knows of an offer."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ..catalogue import Catalogue, Product
from ..catalogue.words import Locality, load_shop_words
from . import ali1688, money, shape

# 1688's filter token for what `super_new_product` tells
NEW_PRODUCT_LABEL: Final = "new30"
NO_BRAND: Final = "中性"
# languages that write the larger place first
TOWN_FORMATS: Final = {"zh": "{city}市{district}", "ja": "{city}{district}", "ko": "{city} {district}"}


def render_item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One item as JSON."""
    product = catalogue.get_product(index)
    price = money.format_yuan(product.price)
    item: dict[str, Any] = {
        "item_id": product.offer_id,
        "product_url": shape.build_offer_url(product),
        "title": product.get_title(language),
        "title_origin": product.get_title("zh"),
        "img": shape.build_image_url(product),
        "category_path": [str(category) for category in reversed(product.kind.ali1688)],
        "price": price,
        "price_info": {
            "drop_ship_price": money.format_yuan(product.dropship_price),
            "wholesale_price": price,
            "origin_price": money.format_yuan(product.original_price),
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
        {"begin_num": str(begin), "end_num": end, "price": money.format_yuan(price)}
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
