"""Drivers: programs in any language that sign or verify what the vectors say, asked over stdin and stdout."""

from .process import Driver, DriverError
from .protocol import DriverResponse, Task, generate_tasks
from .verdict import TaskResult, compare_response

__all__ = ["DriverResponse", "Driver", "DriverError", "TaskResult", "Task", "compare_response", "generate_tasks"]
