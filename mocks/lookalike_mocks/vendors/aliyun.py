"""Alibaba Cloud Image Search: the pictures of an instance that look like the one that was sent."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Catalogue, Picture, kinds
from ..catalogue.subject import Box
from ..stamp import stamp
from ..world import World
from . import aliyun_added
from .aliyun_added import TWIN, Rated
from .aliyun_filter import condition_of
from .aliyun_format import reply
from .aliyun_hits import SAME, Hit, Wanted, hits, stored
from .aliyun_instance import Instance, instance, predicted
from .aliyun_picture import Shown, region, seen, sent
from .situations import situated

Listed = Hit | Rated


def page(world: World, call: Call) -> Reply:
    """One page of what the picture finds in the instance."""
    where = instance(world, call, "search")
    return found(world, call, where, sent(world, call, where))


def found(world: World, call: Call, where: Instance, shown: Shown) -> Reply:
    """One page of what a picture finds in an instance, whichever way the picture was told."""
    catalogue, added = world.catalogue, world.gallery.of(where.name)
    rated = aliyun_added.rated(added, shown.look()) if added else []
    picture, known = recognised(shown, rated)
    box = region(call, picture)
    category = where.category(call, predicted(world, picture, box) if known is None else known)
    wanted = _wanted(call, where, picture, box, category)
    gone = {each.replaces for each in added if each.replaces}
    every = _every(catalogue, wanted, aliyun_added.fitting(rated, wanted, category), gone)
    listed, total = _page(catalogue, wanted, every, call)
    made = stamp(world.seed, call.request)
    only = None if where.categories else category
    items = b",".join(_auction(call, catalogue, each, only) for each in listed)
    main, regions = seen(call, picture, box, catalogue.size)
    body = {
        "RequestId": made.request_id,
        "Success": True,
        "Code": 0,
        "Msg": "success",
        "Head": _head(call, len(listed), total, 20 + int(made.digest[:4], 16) % 180),
        "PicInfo": {"CategoryId": category, "Region": main, "MultiRegion": regions, "AllCategories": _categories(call)},
        "Auctions": msgspec.Raw(situated(b"[%b]" % items, call)),
    }
    return reply(call, body)


def recognised(shown: Shown, rated: list[Rated]) -> tuple[Picture, int | None]:
    """Which picture it is, and the category that it has by then: those of the added picture that it is a copy of."""
    picture = shown.picture
    if not rated or rated[0].score < TWIN:
        return picture, None
    twin = rated[0].added
    if picture.product is None:
        picture = Picture(twin.picture.number, twin.picture.product, picture.width, picture.height)
    return picture, twin.category


def _wanted(call: Call, where: Instance, picture: Picture, box: Box | None, category: int) -> Wanted:
    distinct = bool(call.values.get("DistinctProductId"))
    return Wanted(
        picture=picture,
        box=box,
        kinds=_kinds(category) if where.categories else None,
        condition=condition_of(call),
        threshold=round(float(call.values.get("ScoreThreshold", 0)) * SAME),
        pictures=1 if distinct else where.pictures,
        distinct=distinct,
    )


@cache
def _kinds(category: int) -> frozenset[int]:
    return frozenset(number for number, kind in enumerate(kinds()) if kind.aliyun == category)


def _every(catalogue: Catalogue, wanted: Wanted, rated: list[Rated], gone: set[tuple[int, int]]) -> tuple[Listed, ...]:
    """Every hit, best first, without the pictures of the catalogue that others were added in the place of."""
    every = hits(catalogue, wanted)
    if not rated and not gone:
        return every
    left = [hit for hit in every if (hit.product, hit.picture) not in gone]
    return tuple(sorted([*rated, *left], key=lambda each: -each.score))


def _page(
    catalogue: Catalogue, wanted: Wanted, every: tuple[Listed, ...], call: Call
) -> tuple[tuple[Listed, ...], int]:
    """The hits of a page, and how many there are in all, in the situation that was asked for."""
    start, count = call.values["Start"], call.values["Num"]
    found = every[start : start + count]
    if call.situation == "empty":
        return (), 0
    if call.situation == "last-page" and found:
        found = found[: max(1, count // 2)]
        return found, start + len(found)
    if call.situation == "full-page" and len(found) < count:
        found = hits(catalogue, Wanted(wanted.picture))[:count]
        return found, start + len(found)
    return found, len(every)


def _head(call: Call, returned: int, total: int, milliseconds: int) -> dict[str, int]:
    counts = (returned, total) if call.service.variants["docs-found"] == "documented" else (total, returned)
    return {"DocsFound": counts[0], "DocsReturn": counts[1], "SearchTime": milliseconds}


def _categories(call: Call) -> list[dict[str, Any]]:
    return [{"Name": name, "Id": int(number)} for number, name in call.service.api.root.data["categories"].items()]


def _auction(call: Call, catalogue: Catalogue, each: Listed, only: int | None) -> bytes:
    """One hit as JSON; `only` is the category of everything in an instance that knows no others."""
    if isinstance(each, Rated):
        item, category = aliyun_added.item(each.added), each.added.category
    else:
        item, category = stored(catalogue, each.product, each.picture), kinds()[each.product % len(kinds())].aliyun
    category = category if only is None else only
    greatest = call.service.api.root.data["sort-expr-values"]
    return b"{%b,%b}" % (item, _scored(category, each.score, greatest.get(str(category), greatest["other"])))


@lru_cache(maxsize=16_384)
def _scored(category: int, score: int, greatest: str) -> bytes:
    """What the search adds to a stored picture, as the inside of a JSON object."""
    share = score / SAME
    worth = f"{float(greatest) * share:.14e};0"
    return msgspec.json.encode({"CategoryId": category, "Score": share, "SortExprValues": worth})[1:-1]
