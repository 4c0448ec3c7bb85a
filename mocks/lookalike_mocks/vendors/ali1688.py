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
    """One offer, its title in that language too, with shape.MARK where the answer's own trace belongs."""
    price = common.format_yuan(product.price)
    chosen = product.has_label("jxhy")
    seller = product.shop
    return {
        "imageUrl": common.build_image_url(product),
        "subject": product.get_title("zh"),
        "subjectTrans": product.get_title(language),
        "priceInfo": {
            "price": price,
            "jxhyPrice": price if chosen else None,
            "pfJxhyPrice": common.format_short_yuan(product.price) if chosen else None,
            "consignPrice": common.format_yuan(product.dropship_price),
        },
        "offerId": product.offer_id,
        "isJxhy": chosen,
        "repurchaseRate": f"{product.repurchase}%",
        "monthSold": product.sales_month,
        "traceInfo": build_trace_info(product.offer_id, "offer"),
        "isOnePsale": product.has_label("isOnePsale"),
        "sellerIdentities": (["powerful_merchants"] if seller.is_powerful else [])
        + (["tp_member"] if seller.years > 1 else []),
    }


def build_trace_info(number: int, kind: str) -> str:
    """The token that goes with a product, with shape.MARK where the answer's own trace belongs."""
    return f"object_id%40{number}%5Eobject_type%40{kind}%5Etrace%40{common.TRACE_PLACEHOLDER}"


def list_badges(product: Product) -> list[str]:
    """The badges beside a product's title, in Chinese."""
    return [badge for label, badge in BADGES.items() if product.has_label(label)]
