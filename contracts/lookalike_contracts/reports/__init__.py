"""What a run came to, in the formats that people and programs read."""

from .formats import FORMATS
from .report import Report, Run, report
from .table import coverage_table
from .text import as_text
from .write import write

__all__ = ["FORMATS", "Report", "Run", "as_text", "coverage_table", "report", "write"]
