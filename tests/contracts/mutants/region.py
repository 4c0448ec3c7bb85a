"""Mutants of regions."""

from typing import Any

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond
from .mutations import Values, change_response, fetch_body, ignore_parameters, read_values, replace_body

DAJI_1688 = "daji-1688/imageQuery"
TAOBAO = "daji-taobao/imageSearchByUrl"
BY_PIC = "aliyun/SearchImageByPic"
ROA = "aliyun/SearchImage"


def _swap_corners(body: Any, _: Values) -> None:
    """Write a region corner by corner, where it is side by side."""
    regions = body["data"]["picRegionInfo"]
    left, right, top, bottom = regions["currentRegion"].split(",")
    regions["currentRegion"] = ",".join((left, top, right, bottom))


def _mirror_regions(body: Any, _: Values) -> None:
    """Write every region from right to left."""
    regions = body["data"]["picRegionInfo"]
    for name, region in regions.items():
        parts = [part.split(",") for part in region.split(";")]
        regions[name] = ";".join(",".join((right, left, top, bottom)) for left, right, top, bottom in parts)


def _echo_region_only(honest: Respond, request: Request) -> Response:
    """Repeat the region, and search for the main one."""
    response = honest(request)
    values = read_values(DAJI_1688, request)
    if "region" not in values or response.status != 200:
        return response
    body = fetch_body(DAJI_1688, honest, {name: value for name, value in values.items() if name != "region"})
    body["data"]["picRegionInfo"]["currentRegion"] = values["region"]
    return replace_body(response, body)


def _reverse_items(body: Any, values: Values) -> None:
    if "region" in values:
        body["data"]["data"].reverse()


def _hide_main_part(body: Any, _: Values) -> None:
    body["PicInfo"]["MultiRegion"] = [{"Region": "1,2,1,2"}]


def _shrink_region(body: Any, values: Values) -> None:
    if values.get("Crop") == "false" and "Region" not in values:
        body["PicInfo"]["Region"] = "1,2,1,2"


def _search_whole_image(body: Any, values: Values) -> None:
    if values.get("Crop") == "false":
        body["PicInfo"].update(Region="0,100,0,100")


REGION_MUTANTS = (
    Mutant("region-ignored", "region/echo", TAOBAO, ignore_parameters(TAOBAO, "region")),
    Mutant("region-in-another-order", "region/echo", DAJI_1688, change_response(DAJI_1688, _swap_corners)),
    Mutant("crop-wins-over-region", "region/echo", BY_PIC, change_response(BY_PIC, _search_whole_image)),
    Mutant("main-part-not-listed", "region/parts", ROA, change_response(ROA, _hide_main_part)),
    Mutant("parts-without-area", "region/parts", DAJI_1688, change_response(DAJI_1688, _mirror_regions)),
    Mutant("main-part-finds-others", "region/main", TAOBAO, change_response(TAOBAO, _reverse_items)),
    Mutant("region-only-repeated", "region/other", DAJI_1688, _echo_region_only),
    Mutant("crop-ignored", "region/whole", TAOBAO, ignore_parameters(TAOBAO, "crop")),
    Mutant("whole-is-a-part", "region/whole", BY_PIC, change_response(BY_PIC, _shrink_region)),
)  # fmt: skip
