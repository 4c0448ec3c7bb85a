"""What Daji's operations share: the envelope around every answer, and regions of an image as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lookalike_specs.messages import Response

from ...catalogue.subjects import Box
from ...context import ResponseIds
from ...exceptions import VendorError
from .. import common

# order of a region's text -> the positions of left, top, right and bottom in it; each is its own inverse, so they are
# also the positions in a box of what the text has first, second, third and fourth
BOX_ORDERS: Final[Mapping[str, Sequence[int]]] = {"x0,x1,y0,y1": (0, 2, 1, 3), "x0,y0,x1,y1": (0, 1, 2, 3)}


def build_envelope(ids: ResponseIds, data: Any) -> Response:
    """Return an answer that went well."""
    return common.build_json_response(
        {"code": 200, "message": "操作成功", "data": data, "timestamp": ids.timestamp_ms, "traceId": ids.trace_id}
    )


def parse_box(region: str, order: Sequence[int]) -> Box:
    """Return a region's text as a box. Raise VendorError, `bad-parameter`, for one without area."""
    numbers = [int(number) for number in region.split(",")]
    left, top, right, bottom = (numbers[position] for position in order)
    if left >= right or top >= bottom:
        raise VendorError("bad-parameter", {"rule": "region", "parameter": "region", "value": region})
    return left, top, right, bottom


def format_box(box: Box, order: Sequence[int]) -> str:
    """Return a box as a region's text."""
    return ",".join([str(box[position]) for position in order])
