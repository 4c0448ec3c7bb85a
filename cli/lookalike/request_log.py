"""The request log of `lookalike serve` on stdout: columns for people, JSON lines for programs."""

from __future__ import annotations

import sys

from lookalike_mocks import Mock
from lookalike_mocks.log_format import create_json_format, create_text_format
from lookalike_mocks.request_log import LineWriter, RequestLog

from .output import choose_color


def create_request_log(mock: Mock, *, as_json: bool) -> RequestLog | None:
    """Return what writes a line for each request to stdout; None where stdout is closed, or no file at all."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    if as_json:
        return RequestLog(create_json_format(mock), LineWriter(descriptor))
    is_colored = choose_color()
    if is_colored is None:
        is_colored = sys.stdout.isatty()
    writer = LineWriter(descriptor, sys.stdout.encoding or "utf-8")
    return RequestLog(create_text_format(mock, is_colored=is_colored), writer)
