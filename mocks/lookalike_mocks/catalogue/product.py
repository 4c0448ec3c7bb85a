"""A product: a function of the seed and its index. Nothing is stored."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b

from .ids import encode_image_code, encode_offer_id, encode_opaque_id
from .seeded import draw_bytes, pick_below, pick_skewed
from .shop import SHOPS_PER_CATEGORY, Shop, build_shop
from .title import compose_title
from .vocabulary import ProductKind

# 1688's own filter tokens: offset of the random byte, share of 256 that have it
LABELS = {
    "shipInToday": (40, 70), "shipIn24Hours": (40, 150), "shipIn48Hours": (40, 220), "certifiedFactory": (41, 70),
    "noReason7DReturn": (42, 130), "isOnePsaleFreePost": (43, 80), "isOnePsale": (43, 160), "new7": (44, 16),
    "new30": (44, 50), "1688Selection": (45, 60), "jxhy": (46, 90), "isQqyx": (47, 50), "isSelect": (48, 60),
    "ksCiphertext": (49, 128),
}  # fmt: skip
# ladders: offset of the random byte, the steps that a product may have together. `getRate24HLv` 2 and 3 are 95 % and
# 99 % of the parcels: who has the latter has the former, too
LADDERS = {
    "totalEpScoreLv": (50, ("1", "2", "3", "4")),
    "getRate24HLv": (51, ("1", "2", "23")),
    "getRate48HLv": (52, ("1", "2", "23")),
}
PRICE_ENDINGS = (0, 0, 0, 50, 80, 90)


class Product:
    """One product. Prices are in fen (1/100 yuan), weights in grams, rates in percent.

    Each property reads its own bytes of the 64 that the product was dealt, so that one can change without the others.
    """

    def __init__(self, seed: int, index: int, kind: ProductKind) -> None:
        self.seed = seed
        self.index = index
        self.kind = kind
        self.random_bytes = draw_bytes(seed, b"product", index)

    @property
    def price(self) -> int:
        """Return the wholesale price of one piece."""
        low, high = self.kind.price
        whole_yuan = pick_skewed(self.random_bytes, 0, low, high) // 100 * 100
        return whole_yuan + PRICE_ENDINGS[self.random_bytes[4] % len(PRICE_ENDINGS)]

    @property
    def original_price(self) -> int:
        """Return the price before discounts, never below `price`."""
        return self.price + self.price * (self.random_bytes[5] % 40) // 100 // 10 * 10

    @property
    def dropship_price(self) -> int:
        """Return the price of single pieces that the shop sends to a buyer's customers."""
        return self.price + self.price * (self.random_bytes[6] % 3) * 5 // 100 // 10 * 10

    @property
    def sales_month(self) -> int:
        """Return the pieces sold in 30 days."""
        return pick_skewed(self.random_bytes, 8, 0, 4000)

    @property
    def sales_quarter(self) -> int:
        """Return the pieces sold in 90 days."""
        return self.sales_month * 3 + self.random_bytes[12] % 50

    @property
    def sales_year(self) -> int:
        """Return the pieces sold in 360 days."""
        return self.sales_quarter * 3 + self.random_bytes[13]

    @property
    def sales_total(self) -> int:
        """Return the pieces sold ever."""
        return self.sales_year * (1 + self.random_bytes[14] % 3)

    @property
    def repurchase(self) -> int:
        """Return the share of buyers who come back, in percent."""
        return pick_below(self.random_bytes, 15, 55)

    @property
    def stock(self) -> int:
        """Return the pieces in stock."""
        return pick_skewed(self.random_bytes, 19, 1, 200_000)

    @property
    def weight(self) -> int:
        """Return the weight of one piece with its packaging, in grams."""
        low, high = self.kind.weight
        return pick_skewed(self.random_bytes, 23, low, high)

    @property
    def minimum_order(self) -> int:
        """Return how many pieces have to be bought at least."""
        return (1, 1, 1, 2, 2, 3, 5, 10)[self.random_bytes[27] % 8]

    @property
    def tiers(self) -> tuple[tuple[int, int], ...]:
        """Return (from this many pieces, price each), cheaper with every step; the first price is `price`.

        There may be none.
        """
        steps = self.random_bytes[28] % 4
        begins = (self.minimum_order, self.minimum_order * 10 + 2, self.minimum_order * 100 + 20)
        return tuple((begin, self.price - self.price * 4 * step // 100) for step, begin in enumerate(begins[:steps]))

    @property
    def brand_number(self) -> int:
        """Return a number to choose a brand by."""
        return self.random_bytes[29]

    @property
    def score(self) -> int:
        """Return the goods score, 0 to 5."""
        return self.random_bytes[30] % 6

    def has_label(self, label: str) -> bool:
        """Return whether a filter token of 1688 finds it."""
        if label in LABELS:
            offset, share = LABELS[label]
            return self.random_bytes[offset] < share
        # `totalEpScoreLv3` is step 3 of the ladder `totalEpScoreLv`
        return label[-1:] in self._get_ladder_steps(label[:-1])

    @property
    def labels(self) -> frozenset[str]:
        """Return every filter token of 1688 that finds it."""
        labels = [label for label in LABELS if self.has_label(label)]
        steps = [f"{ladder}{step}" for ladder in LADDERS for step in self._get_ladder_steps(ladder)]
        return frozenset(labels + steps)

    def _get_ladder_steps(self, ladder: str) -> str:
        offset, steps = LADDERS.get(ladder, (0, ("",)))
        return steps[self.random_bytes[offset] % len(steps)]

    @property
    def has_free_postage(self) -> bool:
        """Return whether the shop pays the freight."""
        return self.random_bytes[53] < 80

    @property
    def coupon(self) -> int:
        """Return a coupon's worth in yuan; 0 for most."""
        if self.random_bytes[54] % 8:
            return 0
        return self.random_bytes[55] % 10 + 1

    @cached_property
    def shop(self) -> Shop:
        """Return who sells it."""
        return build_shop(self.seed, self.kind.aliyun, pick_below(self.random_bytes, 56, SHOPS_PER_CATEGORY))

    @property
    def offer_id(self) -> int:
        """Return its id at 1688: 12 digits."""
        return encode_offer_id(self.index)

    @property
    def item_id(self) -> str:
        """Return its id at Taobao: opaque, 45 characters."""
        return encode_opaque_id(self.index)

    @property
    def image_code(self) -> str:
        """Return the code in its image's name: 17 letters and digits."""
        return encode_image_code(self.index)

    def get_title(self, language: str) -> str:
        """Return its title in one of the catalogue's languages."""
        return compose_title(self.kind, self.random_bytes, language)

    def derive_token(self, purpose: bytes) -> str:
        """Return 32 hex digits of its own for some purpose, such as a tracking link."""
        return blake2b(self.random_bytes, digest_size=16, person=purpose).hexdigest()
