"""Drivers: programs in any language that sign or verify what the vectors say, asked over stdin and stdout."""

from .compare import TaskResult, compare_response
from .process import DriverError, ask_driver
from .protocol import DriverResponse, Task, generate_tasks

__all__ = ["DriverError", "DriverResponse", "Task", "TaskResult", "ask_driver", "compare_response", "generate_tasks"]
