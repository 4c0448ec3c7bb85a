"""What was met of the documents, as a table of text."""

from __future__ import annotations

from ..coverage import CoverageShare
from .report import Report


def render_coverage_table(report: Report) -> str:
    """A line for each API, a column for each kind of thing: met/of."""
    totals = {api.id: report.coverage.sum_shares(api.id) for api in report.apis}
    kinds = list(dict.fromkeys(kind for shares in totals.values() for kind in shares))
    rows = [["coverage", *kinds]]
    rows += [[api, *(_cell(shares.get(kind)) for kind in kinds)] for api, shares in totals.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(line + "\n" for line in lines)


def _cell(share: CoverageShare | None) -> str:
    return f"{share.covered}/{share.total}" if share and share.total else "-"
