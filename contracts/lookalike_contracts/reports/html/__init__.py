"""The report as one page that needs nothing else: no network, no script."""

from .page import render_html

__all__ = ["render_html"]
