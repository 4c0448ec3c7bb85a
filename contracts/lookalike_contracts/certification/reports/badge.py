"""A badge: as JSON that shields.io draws (its endpoint badge), and as a picture that needs nobody."""

from __future__ import annotations

import json
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from .report import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_NOT_JUDGED, CertificationReport

LABEL: Final = "lookalike certify"
# exit code -> the colour's name at shields.io, and the colour
COLOURS: Final = {
    0: ("brightgreen", "#2e7d32"),
    EXIT_FAILED: ("red", "#b3261e"),
    EXIT_NOT_JUDGED: ("yellow", "#8a6d00"),
    EXIT_INTERRUPTED: ("yellow", "#8a6d00"),
}
# of the letters of Verdana at 11 pixels, the mean; what is a little wider or narrower does not show in a badge
LETTER_WIDTH: Final = 6.6
PADDING: Final = 10
HEIGHT: Final = 20


def describe_badge(report: CertificationReport) -> str:
    """Return `41 of 42 passed`, without what is only informational or accepted."""
    total = len(report.cases) + len(report.missing)
    good = total - len(report.missing) - report.count("failed") - report.count("not judged")
    if report.count("failed"):
        return f"{report.count('failed')} of {total} failed"
    if good < total:
        return f"{total - good} of {total} not judged"
    return f"{total} passed"


def render_endpoint_badge(report: CertificationReport) -> str:
    """Return the JSON of https://shields.io/badges/endpoint-badge, version 1."""
    colour, _ = COLOURS[report.exit_code]
    badge = {"schemaVersion": 1, "label": LABEL, "message": describe_badge(report), "color": colour}
    return json.dumps(badge) + "\n"


def render_svg_badge(report: CertificationReport) -> str:
    """Return the same badge as a picture, for a page that asks no other server."""
    _, colour = COLOURS[report.exit_code]
    message = describe_badge(report)
    label_width = _measure(LABEL)
    message_width = _measure(message)
    width = label_width + message_width
    title = quoteattr(f"{LABEL}: {message}")
    label_middle = label_width / 2
    message_middle = label_width + message_width / 2
    lines = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" role="img" aria-label={title}>',
        f'<clipPath id="r"><rect width="{width}" height="{HEIGHT}" rx="3"/></clipPath>',
        '<g clip-path="url(#r)">',
        f'<rect width="{label_width}" height="{HEIGHT}" fill="#4a4f54"/>',
        f'<rect x="{label_width}" width="{message_width}" height="{HEIGHT}" fill="{colour}"/>',
        "</g>",
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">',
        f'<text x="{label_middle:g}" y="14">{escape(LABEL)}</text>',
        f'<text x="{message_middle:g}" y="14">{escape(message)}</text>',
        "</g>",
        "</svg>",
    )
    return "\n".join(lines) + "\n"


def _measure(text: str) -> int:
    return round(len(text) * LETTER_WIDTH) + PADDING
