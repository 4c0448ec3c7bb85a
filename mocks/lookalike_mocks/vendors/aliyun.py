"""Alibaba Cloud Image Search: the pictures of an instance that look like the one that was sent."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import msgspec

from lookalike_specs.wire import Reply

from .. import pictures
from ..call import Call
from ..catalogue import Catalogue, Picture, kinds, picture
from ..catalogue.subject import Box, at, subjects
from ..errors import Refused
from ..stamp import stamp
from ..world import World
from . import condition
from .aliyun_format import reply, wants_xml
from .aliyun_hits import SAME, Hit, Wanted, hits, stored
from .situations import situated

ROOT = "SearchImageByPicResponse"
# nine digits are more than any picture's side has, and fewer than int() minds
DIGITS = 9


def page(world: World, call: Call) -> Reply:
    """One page of what the picture finds in the instance."""
    instance = _instance(world, call)
    shown = _picture(call, instance, world.catalogue.size)
    box, service = _box(call, shown), call.service.api.root.data["services"][instance["service"]]
    category = _category(call, service, kinds()[at(shown, world.catalogue.size, box).product % len(kinds())].aliyun)
    wanted = Wanted(
        picture=shown,
        box=box,
        kinds=_kinds(category) if service["categories"] else None,
        condition=_condition(call),
        threshold=round(float(call.values["ScoreThreshold"]) * SAME),
        pictures=1 if call.values.get("DistinctProductId") else instance["pictures"],
    )
    found, total = _page(world.catalogue, wanted, call)
    made = stamp(world.seed, call.request)
    only = None if service["categories"] else category
    listed = b",".join(_auction(call, world.catalogue, hit, only) for hit in found)
    body = {
        "RequestId": made.request_id,
        "Success": True,
        "Code": 0,
        "Msg": "success",
        "Head": _head(call, len(found), total, 20 + int(made.digest[:4], 16) % 180),
        "PicInfo": _seen(call, shown, box, category, world.catalogue.size),
        "Auctions": msgspec.Raw(situated(b"[%b]" % listed, call)),
    }
    return reply(body, ROOT if wants_xml(call.service, call.request, call.pairs) else "")


def _refused(call: Call, rule: str, parameter: str) -> Refused:
    """The error that the spec's data gives for a rule that only code can check."""
    return Refused(_chosen(call, call.service.api.root.data["reactions"][rule]), {"rule": rule, "parameter": parameter})


def _chosen(call: Call, reaction: str | dict[str, str]) -> str:
    return reaction if isinstance(reaction, str) else reaction[call.service.variants[reaction["variant"]]]


def _instance(world: World, call: Call) -> dict[str, Any]:
    """The instance that is meant. Raises Refused: none of that name, one that is stopped, too many requests to it."""
    name = call.values["InstanceName"]
    instance: dict[str, Any] | None = call.service.api.root.data["instances"]["known"].get(name)
    if instance is None:
        raise _refused(call, "unknown-instance", "InstanceName")
    if "error" in instance:
        raise Refused(instance["error"])
    if instance["qps"] and not world.rates.use(f"{call.service.api.id}/{name}", instance["qps"], world.clock()):
        raise _refused(call, "instance-flow", "InstanceName")
    return instance


def _picture(call: Call, instance: dict[str, Any], size: int) -> Picture:
    """The picture that was sent, as Base64 or as the address where it lies."""
    data, text = call.service.api.root.data, call.values["PicContent"]
    if text.startswith(("http://", "https://")):
        return _fetched(call, text, size)
    service, most = data["services"][instance["service"]], data["picture"]["bytes"]
    if call.service.variants["picture-limit"] == "base64" and len(text) > most:
        raise _refused(call, "picture-bytes", "PicContent")
    limits = pictures.Limits(tuple(data["picture"]["formats"]), most, *service["sides"])
    try:
        return pictures.look(pictures.decoded(text), limits)
    except pictures.BadPicture as bad:
        raise _refused(call, f"picture-{bad.fault}", "PicContent") from bad


def _fetched(call: Call, url: str, size: int) -> Picture:
    """The catalogue's picture at an address, where addresses are followed at all."""
    found = picture.of_url(url)
    if call.service.variants["picture-url"] != "fetched" or found.product is None or found.product >= size:
        raise _refused(call, "picture-url", "PicContent")
    return found


def _box(call: Call, shown: Picture) -> Box | None:
    """`Region`, as left, top, right, bottom. Raises Refused for one that is none, or that leaves the picture."""
    if "Region" not in call.values:
        return None
    texts = call.values["Region"].split(",")
    if any(len(text) > DIGITS for text in texts):
        raise _refused(call, "region-outside", "Region")
    left, right, top, bottom = map(int, texts)
    if left >= right or top >= bottom:
        raise _refused(call, "region-order", "Region")
    if right > shown.width or bottom > shown.height:
        raise _refused(call, "region-outside", "Region")
    return left, top, right, bottom


def _category(call: Call, service: dict[str, Any], predicted: int) -> int:
    """The category that is searched: the caller's, else the predicted one; some services know only one."""
    other: int = call.service.api.root.data["category-other"]
    return call.values.get("CategoryId", predicted) if service["categories"] else other


@cache
def _kinds(category: int) -> frozenset[int]:
    return frozenset(number for number, kind in enumerate(kinds()) if kind.aliyun == category)


def _condition(call: Call) -> condition.Condition | None:
    """`Filter`, read. Raises Refused for one that is too long, or not of the grammar."""
    text, rules = call.values.get("Filter", ""), call.service.api.root.data["filter"]
    magic = (before + call.situation + after for name, (before, after) in call.service.magic_values if name == "Filter")
    if not text or (call.situation and text in magic):
        return None
    generation = call.service.variants["filter-grammar"]
    if len(text) > rules["length"][generation]:
        raise _refused(call, "filter-length", "Filter")
    grammar = condition.Grammar(
        integers=rules["integers"]["fields"],
        integer_operators=rules["integers"]["operators"],
        strings=rules["strings"]["fields"],
        string_operators=rules["strings"]["operators"],
        sets=generation == "later",
    )
    try:
        return condition.parse(text, grammar)
    except condition.BadCondition as bad:
        raise _refused(call, f"filter-{bad.fault}", "Filter") from bad


def _page(catalogue: Catalogue, wanted: Wanted, call: Call) -> tuple[tuple[Hit, ...], int]:
    """The hits of a page, and how many there are in all, in the situation that was asked for."""
    start, count = call.values["Start"], call.values["Num"]
    every = hits(catalogue, wanted)
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


def _seen(call: Call, shown: Picture, box: Box | None, category: int, size: int) -> dict[str, Any]:
    """What was seen in the picture; the caller's own region and category win."""
    found = [_text(subject.box) for subject in subjects(shown, size)] if call.values["Crop"] else []
    whole = _text((0, 0, shown.width, shown.height))
    return {
        "CategoryId": category,
        "Region": call.values["Region"] if box else next(iter(found), whole),
        "MultiRegion": [{"Region": region} for region in found],
        "AllCategories": [
            {"Name": name, "Id": int(number)} for number, name in call.service.api.root.data["categories"].items()
        ],
    }


def _text(box: Box) -> str:
    """`x1,x2,y1,y2`."""
    left, top, right, bottom = box
    return f"{left},{right},{top},{bottom}"


def _auction(call: Call, catalogue: Catalogue, hit: Hit, only: int | None) -> bytes:
    """One hit as JSON; `only` is the category of everything in an instance that knows no others."""
    category = kinds()[hit.product % len(kinds())].aliyun if only is None else only
    greatest = call.service.api.root.data["sort-expr-values"]
    scored = _scored(category, hit.score, greatest.get(str(category), greatest["other"]))
    return b"{%b,%b}" % (stored(catalogue, hit.product, hit.picture), scored)


@lru_cache(maxsize=16_384)
def _scored(category: int, score: int, greatest: str) -> bytes:
    """What the search adds to a stored picture, as the inside of a JSON object."""
    share = score / SAME
    worth = f"{float(greatest) * share:.14e};0"
    return msgspec.json.encode({"CategoryId": category, "Score": share, "SortExprValues": worth})[1:-1]
