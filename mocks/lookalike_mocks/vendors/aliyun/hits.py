"""What a search of an Alibaba Cloud instance hits: stored pictures of products, each with a score and attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec

from ...catalogue import Catalogue, ImageIdentity, Product
from ...catalogue.ids import decode_image_code
from ...catalogue.search import rank_all
from ...catalogue.subjects import Box, select_subject
from ...images import Thumbnail, compute_similarity
from ...sandbox.image_store import StoredImage
from .filter import AttributeValue, Condition, evaluate_condition

# scores in 1/10000: of the same picture, of the best other one, and what a rank and a product's further picture cost
SAME_SCORE = 10_000
NEXT_SCORE = 9_700
RANK_PENALTY = 9
IMAGE_PENALTY = 3

# what the owner of an instance stored with each picture, to filter by
ATTRIBUTES: dict[str, Callable[[Product], AttributeValue]] = {
    "int_attr": lambda product: product.price,
    "int_attr2": lambda product: product.sales_month,
    "int_attr3": lambda product: product.stock,
    "int_attr4": lambda product: product.repurchase,
    "str_attr": lambda product: product.kind.id,
    "str_attr2": lambda product: product.shop.locality.province["zh"],
    "str_attr3": lambda product: str(product.shop.seller_id),
    "str_attr4": lambda product: product.shop.biz_type,
}


@dataclass(frozen=True, slots=True)
class HitQuery:
    """What is searched for; `threshold` is the least score in 1/10000, `pictures` how many each product has.

    `distinct`: whether a product that was added appears only once.
    """

    image: ImageIdentity
    box: Box | None = None
    kinds: frozenset[int] | None = None
    condition: Condition | None = None
    min_score: int = 0
    images_per_product: int = 1
    is_distinct: bool = False


class Hit(NamedTuple):
    """One picture (0 is the first) of the product of that index, and its score in 1/10000."""

    product_index: int
    image_index: int
    score: int


@lru_cache(maxsize=128)
def find_hits(catalogue: Catalogue, wanted: HitQuery) -> tuple[Hit, ...]:
    """Every hit, best first."""
    subject = select_subject(wanted.image, catalogue.size, wanted.box)
    return tuple(
        hit
        for rank, index in enumerate(rank_all(subject, catalogue.size, wanted.kinds))
        if wanted.condition is None or _product_meets(wanted.condition, catalogue.get_product(index))
        for hit in _score_images(wanted, rank, index)
        if hit.score >= wanted.min_score
    )


def _product_meets(condition: Condition, product: Product) -> bool:
    return evaluate_condition(condition, lambda name: ATTRIBUTES[name](product))


def _score_images(wanted: HitQuery, rank: int, index: int) -> list[Hit]:
    """The pictures of the product at that rank."""
    same = rank == 0 and index == wanted.image.product_index
    worth = NEXT_SCORE - RANK_PENALTY * rank
    return [
        Hit(index, which, SAME_SCORE if same and which == 0 else worth - IMAGE_PENALTY * which)
        for which in range(wanted.images_per_product)
    ]


@lru_cache(maxsize=16_384)
def encode_catalogue_image(catalogue: Catalogue, index: int, which: int) -> bytes:
    """What is stored with a picture, as the inside of a JSON object."""
    product = catalogue.get_product(index)
    attributes = {name.title().replace("_", ""): of(product) for name, of in ATTRIBUTES.items()}
    return msgspec.json.encode(
        {
            "ProductId": str(product.offer_id),
            "PicName": format_pic_name(product, which),
            "CustomContent": product.get_title("zh"),
            **attributes,
        }
    )[1:-1]


def format_pic_name(product: Product, which: int) -> str:
    """The name of a picture of the catalogue."""
    return f"O1CN01{product.image_code}_!!{product.shop.seller_id}-{which}-cib.jpg"


def find_by_names(catalogue: Catalogue, most: int, product_id: str, name: str) -> tuple[int, int] | None:
    """The product and the picture of it, of `most` each, that have these names; None when none has."""
    index = decode_image_code(name)
    if index is None or index >= catalogue.size:
        return None
    product = catalogue.get_product(index)
    which = next((which for which in range(most) if format_pic_name(product, which) == name), None)
    return None if which is None or str(product.offer_id) != product_id else (index, which)


# from this score on, it is the same picture in another size or quality
MIN_COPY_SCORE = 9_000


class RatedImage(NamedTuple):
    """An added picture, and its score in 1/10000."""

    stored_image: StoredImage
    score: int


def rate_images(pictures: Iterable[StoredImage], look: Thumbnail) -> list[RatedImage]:
    """The pictures by their likeness to that look, best first; of equals the oldest."""
    found = [RatedImage(added, round(compute_similarity(added.thumbnail, look) * SAME_SCORE)) for added in pictures]
    return sorted(found, key=lambda each: -each.score)


def filter_rated(found: Iterable[RatedImage], wanted: HitQuery, category: int) -> list[RatedImage]:
    """Those that a search wants; where it wants products once, the best picture of each."""
    kept = [
        each
        for each in found
        if each.score >= wanted.min_score
        and each.stored_image.category == category
        and _image_meets(wanted, each.stored_image)
    ]
    best = {each.stored_image.key.product: each for each in reversed(kept)}
    return [each for each in kept if not wanted.is_distinct or best[each.stored_image.key.product] is each]


def _image_meets(wanted: HitQuery, added: StoredImage) -> bool:
    return wanted.condition is None or evaluate_condition(wanted.condition, added.attributes.get)


def encode_stored_image(added: StoredImage) -> bytes:
    """What was stored with a picture, as the inside of a JSON object; what was not given is not there."""
    content = {} if added.content is None else {"CustomContent": added.content}
    attributes = {name.title().replace("_", ""): value for name, value in added.attributes.items()}
    names = {"ProductId": added.key.product, "PicName": added.key.name}
    return msgspec.json.encode({**names, **content, **attributes})[1:-1]
