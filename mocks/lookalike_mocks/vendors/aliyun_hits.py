"""What a search of an Alibaba Cloud instance hits: stored pictures of products, each with a score and attributes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec

from ..catalogue import Catalogue, Picture, Product
from ..catalogue.names import picture_index
from ..catalogue.ranking import everything
from ..catalogue.subject import Box, at
from .condition import Condition, Value, holds

# scores in 1/10000: of the same picture, of the best other one, and what a rank and a product's further picture cost
SAME, NEXT, PER_RANK, PER_PICTURE = 10_000, 9_700, 9, 3

# what the owner of an instance stored with each picture, to filter by
ATTRIBUTES: dict[str, Callable[[Product], Value]] = {
    "int_attr": lambda product: product.price,
    "int_attr2": lambda product: product.sales_month,
    "int_attr3": lambda product: product.stock,
    "int_attr4": lambda product: product.repurchase,
    "str_attr": lambda product: product.kind.id,
    "str_attr2": lambda product: product.shop.place.province["zh"],
    "str_attr3": lambda product: str(product.shop.seller_id),
    "str_attr4": lambda product: product.shop.biz_type,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for; `threshold` is the least score in 1/10000, `pictures` how many each product has.

    `distinct`: whether a product that was added appears only once.
    """

    picture: Picture
    box: Box | None = None
    kinds: frozenset[int] | None = None
    condition: Condition | None = None
    threshold: int = 0
    pictures: int = 1
    distinct: bool = False


class Hit(NamedTuple):
    """One picture (0 is the first) of the product of that index, and its score in 1/10000."""

    product: int
    picture: int
    score: int


@lru_cache(maxsize=128)
def hits(catalogue: Catalogue, wanted: Wanted) -> tuple[Hit, ...]:
    """Every hit, best first."""
    subject = at(wanted.picture, catalogue.size, wanted.box)
    return tuple(
        hit
        for rank, index in enumerate(everything(subject, catalogue.size, wanted.kinds))
        if wanted.condition is None or _meets(wanted.condition, catalogue.product(index))
        for hit in _pictures(wanted, rank, index)
        if hit.score >= wanted.threshold
    )


def _meets(condition: Condition, product: Product) -> bool:
    return holds(condition, lambda name: ATTRIBUTES[name](product))


def _pictures(wanted: Wanted, rank: int, index: int) -> list[Hit]:
    """The pictures of the product at that rank."""
    same = rank == 0 and index == wanted.picture.product
    worth = NEXT - PER_RANK * rank
    return [
        Hit(index, which, SAME if same and which == 0 else worth - PER_PICTURE * which)
        for which in range(wanted.pictures)
    ]


@lru_cache(maxsize=16_384)
def stored(catalogue: Catalogue, index: int, which: int) -> bytes:
    """What is stored with a picture, as the inside of a JSON object."""
    product = catalogue.product(index)
    attributes = {name.title().replace("_", ""): of(product) for name, of in ATTRIBUTES.items()}
    return msgspec.json.encode(
        {
            "ProductId": str(product.offer_id),
            "PicName": pic_name(product, which),
            "CustomContent": product.title("zh"),
            **attributes,
        }
    )[1:-1]


def pic_name(product: Product, which: int) -> str:
    """The name of a picture of the catalogue."""
    return f"O1CN01{product.picture}_!!{product.shop.seller_id}-{which}-cib.jpg"


def names(catalogue: Catalogue, most: int, product_id: str, name: str) -> tuple[int, int] | None:
    """The product and the picture of it, of `most` each, that have these names; None when none has."""
    index = picture_index(name)
    if index is None or index >= catalogue.size:
        return None
    product = catalogue.product(index)
    which = next((which for which in range(most) if pic_name(product, which) == name), None)
    return None if which is None or str(product.offer_id) != product_id else (index, which)
