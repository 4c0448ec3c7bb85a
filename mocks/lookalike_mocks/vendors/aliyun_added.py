"""The added pictures of an instance of Alibaba Cloud, as a search sees them: how alike they are, and as items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ..gallery import StoredImage
from ..likeness import Thumbnail, compute_similarity
from .aliyun_hits import SAME_SCORE, HitQuery
from .condition import evaluate_condition

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
        if each.score >= wanted.min_score and each.stored_image.category == category and _image_meets(wanted, each.stored_image)
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
