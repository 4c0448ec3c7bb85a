"""Drivers: programs in any language that sign or verify what the vectors say, asked over stdin and stdout."""

from .process import Driver, DriverFailed
from .protocol import Answer, Task, tasks
from .verdict import Finding, judge

__all__ = ["Answer", "Driver", "DriverFailed", "Finding", "Task", "judge", "tasks"]
