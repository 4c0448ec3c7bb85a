"""An offer in 1688's own words, as its resellers pass it on."""

from __future__ import annotations

from typing import Any, Final

from ..catalogue import Product
from . import common

# 1688's filter token -> the badge that it shows beside the title of such an offer
BADGES: Final = {
    "1688Selection": "1688严选",
    "jxhy": "精选货源",
    "new7": "新品首发",
    "isOnePsaleFreePost": "代发包邮",
}


def build_offer(product: Product, language: str) -> dict[str, Any]:
    """Return one offer, its title in that language too, with a placeholder for the answer's own trace."""
    price = common.format_yuan(product.price)
    # "jxhy" is 1688's selection of good sources, whose members get a price of their own
    is_selected = product.has_label("jxhy")
    price_info: dict[str, Any] = {
        "price": price,
        "jxhyPrice": None,
        "pfJxhyPrice": None,
        "consignPrice": common.format_yuan(product.dropship_price),
    }
    if is_selected:
        price_info |= {"jxhyPrice": price, "pfJxhyPrice": common.format_short_yuan(product.price)}
    return {
        "imageUrl": common.build_1688_image_url(product),
        "subject": product.get_title("zh"),
        "subjectTrans": product.get_title(language),
        "priceInfo": price_info,
        "offerId": product.offer_id,
        "isJxhy": is_selected,
        "repurchaseRate": f"{product.repurchase}%",
        "monthSold": product.sales_month,
        "traceInfo": build_trace_info(product.offer_id, "offer"),
        "isOnePsale": product.has_label("isOnePsale"),
        "sellerIdentities": _list_seller_identities(product),
    }


def build_offer_url(product: Product) -> str:
    """Return the address of an offer's page."""
    return f"https://detail.1688.com/offer/{product.offer_id}.html"


def build_trace_info(number: int, kind: str) -> str:
    """Return the token that goes with a product, with a placeholder for the answer's own trace."""
    return f"object_id%40{number}%5Eobject_type%40{kind}%5Etrace%40{common.TRACE_PLACEHOLDER}"


def list_badges(product: Product) -> list[str]:
    """Return the badges beside a product's title, in Chinese."""
    return [badge for label, badge in BADGES.items() if product.has_label(label)]


def _list_seller_identities(product: Product) -> list[str]:
    identities = []
    if product.shop.is_powerful:
        identities.append("powerful_merchants")
    # members of TrustPass have been there for more than a year
    if product.shop.years > 1:
        identities.append("tp_member")
    return identities
