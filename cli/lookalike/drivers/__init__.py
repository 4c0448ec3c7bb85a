"""Drivers: programs in any language that sign or verify what the vectors say, asked over stdin and stdout."""

from .compare import TaskResult, compare_response
from .process import Driver, DriverError
from .protocol import DriverResponse, Task, generate_tasks

__all__ = ["Driver", "DriverError", "DriverResponse", "Task", "TaskResult", "compare_response", "generate_tasks"]
