"""HioBuy's native mode: the result as 1688 words it."""

from __future__ import annotations

from typing import Any

import msgspec

from ..catalogue import Catalogue, ImageIdentity
from ..catalogue.subject import detect_subjects
from . import ali1688


def build_native_result(shown: ImageIdentity, size: int, items: msgspec.Raw, total: int, length: int) -> dict[str, Any]:
    """1688's wrapper around its first page of `length` items, for a picture and a catalogue of that size."""
    regions = [",".join(map(str, (left, right, top, bottom))) for left, top, right, bottom in _list_boxes(shown, size)]
    page = {
        "totalRecords": total,
        "totalPage": -(-total // length),
        "pageSize": length,
        "currentPage": 1,
        "picRegionInfo": {"currentRegion": regions[0], "yoloCropRegion": ";".join(regions)},
        "data": items,
    }
    return {"success": "true", "code": "200", "message": "success", "result": page}


def render_native_item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One offer as JSON, with shape.MARK where the answer's own trace belongs."""
    product = catalogue.get_product(index)
    top, second, third = product.kind.ali1688
    offer = ali1688.build_offer(product, language)
    offer["priceInfo"]["promotionPrice"] = None
    more = {
        "tradeScore": f"{product.score}.0",
        "topCategoryId": top,
        "secondCategoryId": second,
        "thirdCategoryId": third,
        "minOrderQuantity": product.minimum_order,
    }
    return msgspec.json.encode({**offer, **more})


def _list_boxes(shown: ImageIdentity, size: int) -> list[tuple[int, int, int, int]]:
    return [subject.box for subject in detect_subjects(shown, size)]
