"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .github import render_github
from .html import render_html
from .json_report import render_json
from .junit import render_junit
from .markdown import render_markdown
from .report import Report
from .sarif import render_sarif
from .text import render_text

ReportRenderer = Callable[[Report], str]
# the names are those of `--format` and `--report`
FORMATS: Final[Mapping[str, ReportRenderer]] = {
    "text": render_text,
    "json": render_json,
    "junit": render_junit,
    "sarif": render_sarif,
    "html": render_html,
    "markdown": render_markdown,
    "github": render_github,
}
