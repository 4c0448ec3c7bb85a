"""The added pictures of an instance of Alibaba Cloud, as a search sees them: how alike they are, and as items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ..gallery import Added
from ..likeness import Look, likeness
from .aliyun_hits import SAME, Wanted
from .condition import holds

# from this score on, it is the same picture in another size or quality
TWIN = 9_000


class Rated(NamedTuple):
    """An added picture, and its score in 1/10000."""

    added: Added
    score: int


def rated(pictures: Iterable[Added], look: Look) -> list[Rated]:
    """The pictures by their likeness to that look, best first; of equals the oldest."""
    found = [Rated(added, round(likeness(added.look, look) * SAME)) for added in pictures]
    return sorted(found, key=lambda each: -each.score)


def fitting(found: Iterable[Rated], wanted: Wanted, category: int) -> list[Rated]:
    """Those that a search wants; where it wants products once, the best picture of each."""
    kept = [
        each
        for each in found
        if each.score >= wanted.threshold and each.added.category == category and _meets(wanted, each.added)
    ]
    best = {each.added.place.product: each for each in reversed(kept)}
    return [each for each in kept if not wanted.distinct or best[each.added.place.product] is each]


def _meets(wanted: Wanted, added: Added) -> bool:
    return wanted.condition is None or holds(wanted.condition, added.attributes.get)


def item(added: Added) -> bytes:
    """What was stored with a picture, as the inside of a JSON object; what was not given is not there."""
    content = {} if added.content is None else {"CustomContent": added.content}
    attributes = {name.title().replace("_", ""): value for name, value in added.attributes.items()}
    names = {"ProductId": added.place.product, "PicName": added.place.name}
    return msgspec.json.encode({**names, **content, **attributes})[1:-1]
