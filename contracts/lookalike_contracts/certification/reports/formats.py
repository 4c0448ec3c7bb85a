"""The formats of a certification's report, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .badge import render_endpoint_badge, render_svg_badge
from .html import render_html
from .json_format import render_json
from .junit import render_junit
from .markdown import render_markdown
from .report import CertificationReport

CertificationRenderer = Callable[[CertificationReport], str]
# the names are those of `--format` and `--report`; `text` is rendered by the command line, which has colours and tables
CERTIFICATION_FORMATS: Final[Mapping[str, CertificationRenderer]] = {
    "json": render_json,
    "junit": render_junit,
    "markdown": render_markdown,
    "html": render_html,
    "badge": render_endpoint_badge,
    "svg": render_svg_badge,
}
