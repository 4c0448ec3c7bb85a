"""Who spoils regions."""

from typing import Any

from lookalike_specs.wire import Reply, Request

from .saboteur import Honest, Saboteur
from .tools import Values, asked, honestly, in_answer, replied, without

ALI, TAOBAO, BY_PIC, ROA = (
    "daji-1688/imageQuery",
    "daji-taobao/imageSearchByUrl",
    "aliyun/SearchImageByPic",
    "aliyun/SearchImage",
)


def _corners(body: Any, _: Values) -> None:
    """Corner by corner, where it is side by side."""
    regions = body["data"]["picRegionInfo"]
    left, right, top, bottom = regions["currentRegion"].split(",")
    regions["currentRegion"] = ",".join((left, top, right, bottom))


def _mirrored(body: Any, _: Values) -> None:
    """Every region from right to left."""
    regions = body["data"]["picRegionInfo"]
    for name, region in regions.items():
        parts = [part.split(",") for part in region.split(";")]
        regions[name] = ";".join(",".join((right, left, top, bottom)) for left, right, top, bottom in parts)


def _repeated(honest: Honest, request: Request) -> Reply:
    """The region comes back, and the main part was searched for."""
    reply, values = honest(request), asked(ALI, request)
    if "region" not in values or reply.status != 200:
        return reply
    body = honestly(ALI, honest, {name: value for name, value in values.items() if name != "region"})
    body["data"]["picRegionInfo"]["currentRegion"] = values["region"]
    return replied(reply, body)


def _elsewhere(body: Any, values: Values) -> None:
    if "region" in values:
        body["data"]["data"].reverse()


def _unlisted(body: Any, _: Values) -> None:
    body["PicInfo"]["MultiRegion"] = [{"Region": "1,2,1,2"}]


def _small(body: Any, values: Values) -> None:
    if values.get("Crop") == "false" and "Region" not in values:
        body["PicInfo"]["Region"] = "1,2,1,2"


REGION = (
    Saboteur("region-ignored", "region/echo", TAOBAO, without(TAOBAO, "region")),
    Saboteur("region-in-another-order", "region/echo", ALI, in_answer(ALI, _corners)),
    Saboteur("crop-wins-over-region", "region/echo", BY_PIC, in_answer(
        BY_PIC, lambda body, values: body["PicInfo"].update(Region="0,100,0,100") if values.get("Crop") == "false" else None
    )),
    Saboteur("main-part-not-listed", "region/parts", ROA, in_answer(ROA, _unlisted)),
    Saboteur("parts-without-area", "region/parts", ALI, in_answer(ALI, _mirrored)),
    Saboteur("main-part-finds-others", "region/main", TAOBAO, in_answer(TAOBAO, _elsewhere)),
    Saboteur("region-only-repeated", "region/other", ALI, _repeated),
    Saboteur("crop-ignored", "region/whole", TAOBAO, without(TAOBAO, "crop")),
    Saboteur("whole-is-a-part", "region/whole", BY_PIC, in_answer(BY_PIC, _small)),
)  # fmt: skip
