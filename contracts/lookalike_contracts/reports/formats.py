"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .data import as_json
from .github import as_github
from .html import as_html
from .junit import as_junit
from .markdown import as_markdown
from .report import Report
from .sarif import as_sarif
from .text import as_text

Format = Callable[[Report], str]
FORMATS: Final[Mapping[str, Format]] = {
    "text": as_text,
    "json": as_json,
    "junit": as_junit,
    "sarif": as_sarif,
    "html": as_html,
    "markdown": as_markdown,
    "github": as_github,
}
