"""The report as one page that needs nothing else: no network, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike_specs.printable_text import CHARACTER_REFERENCES, break_workflow_commands

if TYPE_CHECKING:
    from ..report import CertificationReport


def render_html(report: CertificationReport) -> str:
    """Return the page as HTML."""
    # Jinja2 takes as long to import as all other formats together, and most runs want no page
    from .page import render_certification_page  # noqa: PLC0415

    return break_workflow_commands(render_certification_page(report), CHARACTER_REFERENCES)


__all__ = ["render_html"]
