"""One item, as TMAPI words what 1688 knows of an offer."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ..catalogue import Catalogue, Product
from ..catalogue.words import Place, shops
from . import ali1688, money, shape

# 1688's filter token for what `super_new_product` tells
NEW: Final = "new30"
NO_BRAND: Final = "中性"
# languages that write the larger place first
TOWNS: Final = {"zh": "{city}市{district}", "ja": "{city}{district}", "ko": "{city} {district}"}


def encoded(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One item as JSON."""
    product = catalogue.product(index)
    price = money.yuan(product.price)
    item: dict[str, Any] = {
        "item_id": product.offer_id,
        "product_url": shape.offer_url(product),
        "title": product.title(language),
        "title_origin": product.title("zh"),
        "img": shape.picture_url(product),
        "category_path": [str(category) for category in reversed(product.kind.ali1688)],
        "price": price,
        "price_info": {
            "drop_ship_price": money.yuan(product.dropship_price),
            "wholesale_price": price,
            "origin_price": money.yuan(product.original_price),
        },
        "brand": _brand(product),
        "title_tags": ali1688.badges(product),
        "quantity_begin": product.minimum_order,
        "quantity_prices": _steps(product),
        "sale_info": _sales(product),
        "type": "normal",
        "delivery_info": {
            "area_from": area(product.shop.place, language),
            "weight": product.weight / 1000,
            "suttle_weight": product.weight * 9 // 10 / 1000,
            "free_postage": product.free_postage,
        },
        "item_repurchase_rate": str(product.repurchase / 100),
        "goods_score": product.score,
        "image_dsm_score": 0,
        "primary_rank_score": 0,
        "super_new_product": product.bears(NEW),
        "shop_info": _shop(product, language),
    }
    return msgspec.json.encode(item)


def _brand(product: Product) -> str:
    brands = shops().brands
    return NO_BRAND if product.brand % 4 == 0 else brands[product.brand % len(brands)]


def _steps(product: Product) -> list[dict[str, str]]:
    """The prices by quantity; the last step has no end."""
    ends = [str(begin - 1) for begin, _ in product.tiers[1:]] + [""]
    return [
        {"begin_num": str(begin), "end_num": end, "price": money.yuan(price)}
        for (begin, price), end in zip(product.tiers, ends, strict=False)
    ]


def _sales(product: Product) -> dict[str, Any]:
    return {
        "gmv_fuzzy": fuzzy(product.sales_month * product.price // 100),
        "gmv_30days": 0,
        "gmv_30days_cb": 0,
        "sale_quantity": product.sales_total,
        "sale_quantity_month": product.sales_month,
        "sale_quantity_90days": product.sales_quarter,
        "sale_quantity_360days": product.sales_year,
        "orders_count": product.sales_total // (1 + product.minimum_order),
    }


def fuzzy(number: int) -> str:
    """57 -> "50+", 1234 -> "1000+"."""
    step = 10 ** (len(str(number)) - 1)
    return f"{number // step * step}+"


def area(place: Place, language: str) -> list[str]:
    """Province, then city and district, in that language."""
    town = TOWNS.get(language, "{district}, {city}")
    return [place.province[language], town.format(city=place.city[language], district=place.district[language])]


def _member(seller: int) -> str:
    """Younger accounts bear five hexadecimal digits more."""
    return f"b2b-{seller}{seller * 7919 % 16**5:05x}" if seller % 2 else f"b2b-{seller}"


def _shop(product: Product, language: str) -> dict[str, Any]:
    shop = product.shop
    return {
        "login_id": None,
        "member_id": _member(shop.seller_id),
        "company_name": shop.company,
        "shop_url": f"http://{shop.domain}.1688.com",
        "biz_type": shop.biz_type,
        "is_factory": shop.is_factory,
        "is_super_factory": shop.is_super_factory,
        "is_gold_supplier": shop.is_gold,
        "location": area(shop.place, language),
        "service_tags": shop.service_tags,
        "tp_member": shop.years > 1,
        "tp_year": shop.years,
        "factory_inspection": shop.is_inspected,
        "shop_repurchase_rate": f"{shop.repurchase / 10}%",
    }
