"""What a run came to, in the formats that people and programs read."""

from .formats import FORMATS
from .report import Report, CompletedRun, assemble_report
from .table import render_coverage_table
from .text import render_text
from .write import write_atomically

__all__ = ["FORMATS", "Report", "CompletedRun", "render_text", "render_coverage_table", "assemble_report", "write_atomically"]
