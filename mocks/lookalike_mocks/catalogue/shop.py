"""A shop: a function of the seed, a category and a number."""

from __future__ import annotations

from dataclasses import dataclass

from ..memory.caches import cache_result
from .seeded import draw_bytes, pick, pick_below
from .vocabulary import Locality, load_localities, load_shop_words

SHOPS_PER_CATEGORY = 500
SELLER_BASE = 2_200_000_000_000
# measured, with its own texts
SHOP_BYTES = 800


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


# a shop's texts are drawn from lists that are there anyway
@cache_result(lambda _: SHOP_BYTES)
def build_shop(seed: int, category: int, number: int) -> Shop:
    """Return the shop of that number among those that sell goods of that Aliyun category."""
    shop_number = category % 1000 * SHOPS_PER_CATEGORY + number
    random_bytes = draw_bytes(seed, b"shop", shop_number)
    words = load_shop_words()
    localities = load_localities()
    locality = localities[pick_below(random_bytes, 0, len(localities))]
    stem = pick(random_bytes, 4, words.names)
    trade = pick(random_bytes, 8, words.trades[str(category)])
    is_factory = random_bytes[12] < 90
    biz_type = pick(random_bytes, 22, words.biz_types)
    if is_factory:
        biz_type = words.biz_types[0]
    # both bytes must have a tag's bit, so that a shop has a quarter of the tags and not half of them
    tag_bits = random_bytes[26] & random_bytes[27]
    return Shop(
        seller_id=SELLER_BASE + shop_number * 7919 + random_bytes[13],
        name=f"{stem}{pick(random_bytes, 14, words.taobao_suffixes)}",
        company=f"{locality.city['zh']}{stem}{trade}{pick(random_bytes, 18, words.company_suffixes)}",
        locality=locality,
        biz_type=biz_type,
        service_tags=tuple(tag for bit, tag in enumerate(words.service_tags) if tag_bits >> bit & 1),
        years=1 + pick_below(random_bytes, 28, 18),
        repurchase=pick_below(random_bytes, 32, 600),
        is_factory=is_factory,
        is_super_factory=is_factory and random_bytes[36] < 60,
        is_inspected=random_bytes[37] < 70,
        is_gold=random_bytes[38] < 50,
        is_powerful=random_bytes[39] < 80,
        is_tmall=random_bytes[40] < 128,
        domain=f"shop{pick_below(random_bytes, 41, 900_000_000) + 100_000_000}",
    )
