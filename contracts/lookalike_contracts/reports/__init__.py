"""A run, in the formats that people and programs read."""

from .formats import FORMATS
from .report import CompletedRun, Report, assemble_report
from .text import build_coverage_table, list_missing_errors, render_text

__all__ = [
    "FORMATS",
    "CompletedRun",
    "Report",
    "assemble_report",
    "build_coverage_table",
    "list_missing_errors",
    "render_text",
]
