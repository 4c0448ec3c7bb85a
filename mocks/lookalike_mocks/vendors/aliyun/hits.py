"""What a search of an instance hits: images of the catalogue's products and added ones, each with a score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ...catalogue import Catalogue, ImageIdentity, Product
from ...catalogue.ids import decode_image_code
from ...catalogue.search import rank_all
from ...catalogue.subjects import Box, select_subject
from ...images import Thumbnail, compute_similarity
from ...memory.caches import cache_result
from ...sandbox.image_store import StoredImage
from ..common import encode_json
from .filter import AttributeValue, Condition, evaluate_condition

# scores in 1/10000: of the same image, of the best other one, and what a rank and a product's further image cost
SAME_SCORE: Final = 10_000
NEXT_SCORE: Final = 9_700
RANK_PENALTY: Final = 9
IMAGE_PENALTY: Final = 3
# from this score on, it is the same image in another size or quality
MIN_COPY_SCORE: Final = 9_000
# of one hit with its numbers
HIT_BYTES: Final = 160

# what the owner of an instance stored with each image, to filter by
ATTRIBUTES: Final[Mapping[str, Callable[[Product], AttributeValue]]] = {
    "int_attr": lambda product: product.price,
    "int_attr2": lambda product: product.sales_month,
    "int_attr3": lambda product: product.stock,
    "int_attr4": lambda product: product.repurchase,
    "str_attr": lambda product: product.kind.id,
    "str_attr2": lambda product: product.shop.locality.province["zh"],
    "str_attr3": lambda product: str(product.shop.seller_id),
    "str_attr4": lambda product: product.shop.biz_type,
}


class HitQuery(msgspec.Struct, frozen=True):
    """What is searched for; `min_score` is in 1/10000, `images_per_product` how many each product of the catalogue has.

    `is_distinct`: whether a product that was added appears only once.
    """

    image: ImageIdentity
    box: Box | None = None
    kinds: frozenset[int] | None = None
    condition: Condition | None = None
    min_score: int = 0
    images_per_product: int = 1
    is_distinct: bool = False


class Hit(NamedTuple):
    """One image (0 is the first) of the product of that index, and its score in 1/10000."""

    product_index: int
    image_index: int
    score: int


class RatedImage(NamedTuple):
    """An added image, and its score in 1/10000."""

    stored_image: StoredImage
    score: int


@cache_result(lambda hits: HIT_BYTES * len(hits))
def find_hits(catalogue: Catalogue, query: HitQuery) -> tuple[Hit, ...]:
    """Return every hit among the catalogue's images, best first."""
    subject = select_subject(query.image, catalogue.size, query.box)
    hits: list[Hit] = []
    for rank, index in enumerate(rank_all(subject, catalogue.size, query.kinds)):
        if query.condition is not None and not _product_meets(query.condition, catalogue.get_product(index)):
            continue
        hits += [hit for hit in _score_images(query, rank, index) if hit.score >= query.min_score]
    return tuple(hits)


def _product_meets(condition: Condition, product: Product) -> bool:
    return evaluate_condition(condition, lambda name: ATTRIBUTES[name](product))


def _score_images(query: HitQuery, rank: int, index: int) -> list[Hit]:
    """Return the images of the product at that rank."""
    score = NEXT_SCORE - RANK_PENALTY * rank
    hits = [Hit(index, position, score - IMAGE_PENALTY * position) for position in range(query.images_per_product)]
    # a box can make another subject the best one, so the first rank alone does not make it the same image
    if rank == 0 and index == query.image.product_index:
        hits[0] = Hit(index, 0, SAME_SCORE)
    return hits


def rate_images(stored_images: Iterable[StoredImage], thumbnail: Thumbnail) -> list[RatedImage]:
    """Return added images by their likeness to that look, best first; of equals the oldest."""
    rated = []
    for stored_image in stored_images:
        similarity = compute_similarity(stored_image.thumbnail, thumbnail)
        rated.append(RatedImage(stored_image, round(similarity * SAME_SCORE)))
    return sorted(rated, key=lambda match: -match.score)


def recognise_image(image: ImageIdentity, rated: list[RatedImage]) -> tuple[ImageIdentity, int | None]:
    """Return which image it is, and the category it was added with: those of the added image that it is a copy of."""
    if not rated or rated[0].score < MIN_COPY_SCORE:
        return image, None
    original = rated[0].stored_image
    if image.product_index is None:
        # so that a copy finds the same goods, although its own bytes have another number
        image = ImageIdentity(original.image.number, original.image.product_index, image.width, image.height)
    return image, original.category


def filter_rated(rated: Iterable[RatedImage], query: HitQuery, category: int) -> list[RatedImage]:
    """Return those that a search wants; where it wants products once, the best image of each."""
    matches = [match for match in rated if _is_wanted(match, query, category)]
    if not query.is_distinct:
        return matches
    # the best come first, and of two values for one key a dict keeps the last
    best = {match.stored_image.key.product: match for match in reversed(matches)}
    return [match for match in matches if best[match.stored_image.key.product] is match]


def _is_wanted(match: RatedImage, query: HitQuery, category: int) -> bool:
    stored_image = match.stored_image
    if match.score < query.min_score or stored_image.category != category:
        return False
    return query.condition is None or evaluate_condition(query.condition, stored_image.attributes.get)


def find_by_names(catalogue: Catalogue, count: int, product_id: str, name: str) -> tuple[int, int] | None:
    """Return the product and which of its `count` images have these names; None when none has."""
    index = decode_image_code(name)
    if index is None or index >= catalogue.size:
        return None
    product = catalogue.get_product(index)
    if str(product.offer_id) != product_id:
        return None
    for position in range(count):
        if _format_name(product, position) == name:
            return index, position
    return None


def _format_name(product: Product, position: int) -> str:
    """Return the name of an image of the catalogue."""
    return f"O1CN01{product.image_code}_!!{product.shop.seller_id}-{position}-cib.jpg"


@cache_result()
def encode_catalogue_image(catalogue: Catalogue, index: int, position: int) -> bytes:
    """Return what is stored with an image of the catalogue, as the inside of a JSON object."""
    product = catalogue.get_product(index)
    return _encode_members(
        {
            "ProductId": str(product.offer_id),
            "PicName": _format_name(product, position),
            "CustomContent": product.get_title("zh"),
        },
        {name: get_value(product) for name, get_value in ATTRIBUTES.items()},
    )


def encode_stored_image(stored_image: StoredImage) -> bytes:
    """Return what was stored with an added image, as the inside of a JSON object; what was not given is not there."""
    members = {"ProductId": stored_image.key.product, "PicName": stored_image.key.name}
    if stored_image.content is not None:
        members["CustomContent"] = stored_image.content
    return _encode_members(members, stored_image.attributes)


def _encode_members(members: Mapping[str, Any], attributes: Mapping[str, AttributeValue]) -> bytes:
    """Return members and attributes as JSON without its braces, so that the score can be put behind them."""
    # `int_attr2` in a filter is `IntAttr2` in an answer
    named = {get_field_name(name): value for name, value in attributes.items()}
    return encode_json({**members, **named})[1:-1]


def get_field_name(attribute: str) -> str:
    """Return an attribute's name in requests and answers: `IntAttr2` for `int_attr2`."""
    return attribute.title().replace("_", "")
