"""What a run came to, in the formats that people and programs read."""

from .formats import FORMATS
from .report import CompletedRun, Report, assemble_report
from .text import render_coverage_table, render_text
from .util import write_atomically

__all__ = [
    "FORMATS",
    "CompletedRun",
    "Report",
    "assemble_report",
    "render_coverage_table",
    "render_text",
    "write_atomically",
]
