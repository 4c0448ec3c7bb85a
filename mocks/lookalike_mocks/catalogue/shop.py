"""A shop: a function of the seed, a category and a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .seeded import draw_bytes, pick, pick_below
from .vocabulary import Locality, load_localities, load_shop_words

SHOPS_PER_CATEGORY = 500
SELLER_BASE = 2_200_000_000_000


@dataclass(frozen=True, slots=True)
class Shop:
    """Who sells. `repurchase` is in tenths of a percent, `years` since it opened."""

    seller_id: int
    name: str
    company: str
    locality: Locality
    biz_type: str
    service_tags: tuple[str, ...]
    years: int
    repurchase: int
    is_factory: bool
    is_super_factory: bool
    is_inspected: bool
    is_gold: bool
    is_powerful: bool
    is_tmall: bool
    domain: str


@lru_cache(maxsize=8192)
def build_shop(seed: int, category: int, number: int) -> Shop:
    """The shop of that number among those that sell goods of that Aliyun category."""
    at = category % 1000 * SHOPS_PER_CATEGORY + number
    drawn = draw_bytes(seed, b"shop", at)
    parts = load_shop_words()
    place = load_localities()[pick_below(drawn, 0, len(load_localities()))]
    stem = pick(drawn, 4, parts.names)
    trade = pick(drawn, 8, parts.trades[str(category)])
    is_factory = drawn[12] < 90
    return Shop(
        seller_id=SELLER_BASE + at * 7919 + drawn[13],
        name=f"{stem}{pick(drawn, 14, parts.taobao_suffixes)}",
        company=f"{place.city['zh']}{stem}{trade}{pick(drawn, 18, parts.company_suffixes)}",
        locality=place,
        biz_type=parts.biz_types[0] if is_factory else pick(drawn, 22, parts.biz_types),
        service_tags=tuple(
            tag for bit, tag in enumerate(parts.service_tags) if drawn[26] >> bit & drawn[27] >> bit & 1
        ),
        years=1 + pick_below(drawn, 28, 18),
        repurchase=pick_below(drawn, 32, 600),
        is_factory=is_factory,
        is_super_factory=is_factory and drawn[36] < 60,
        is_inspected=drawn[37] < 70,
        is_gold=drawn[38] < 50,
        is_powerful=drawn[39] < 80,
        is_tmall=drawn[40] < 128,
        domain=f"shop{pick_below(drawn, 41, 900_000_000) + 100_000_000}",
    )
