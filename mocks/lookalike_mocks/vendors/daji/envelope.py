"""What Daji's image searches share: the envelope, the trace inside items, and regions as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lookalike_specs.messages import Response

from ...catalogue.image import Box
from ...exceptions import VendorError
from ...response_ids import ResponseIds
from .. import common

# the places of left, top, right and bottom in a region's text, and those of the text's numbers in a box
BOX_ORDERS = {"x0,x1,y0,y1": (0, 2, 1, 3), "x0,y0,x1,y1": (0, 1, 2, 3)}


def build_envelope(made: ResponseIds, data: Any) -> Response:
    """A page that went well."""
    return common.build_json_response(
        {"code": 200, "message": "操作成功", "data": data, "timestamp": made.timestamp_ms, "traceId": made.trace_id}
    )


def parse_box(region: str, order: Sequence[int]) -> Box:
    """A region's text as left, top, right, bottom. Raises Refused for a box without area, `bad-parameter`."""
    numbers = [int(number) for number in region.split(",")]
    left, top, right, bottom = (numbers[place] for place in order)
    if left >= right or top >= bottom:
        raise VendorError("bad-parameter", {"rule": "region", "parameter": "region", "value": region})
    return left, top, right, bottom


def format_box(box: Box, order: Sequence[int]) -> str:
    """A box as a region's text."""
    return ",".join([str(box[place]) for place in order])
