"""The report as one page that needs nothing else: no network, no script."""

from .page import as_html

__all__ = ["as_html"]
