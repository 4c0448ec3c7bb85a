"""The driver of a Python function: `python -m lookalike.certification.python_client module:function`.

The function takes a `ClientTask`, and returns items (mappings, or objects with the attributes `id`, `title`, `price` and
`url`), or a mapping with `items` and `total`. Beside it may stand `search_all`, which returns the items of all pages, and
`upload`, which returns what the API calls the image. What it raises is the client's error, with all that caused it. What
it logs is collected. `ERROR_KINDS` in its module says what the names of its exceptions mean, as `kinds` of the protocol
does.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from lookalike_contracts.certification.protocol import ClientError, ClientItem, ClientResponse, ClientTask, Hello

MAX_LOG_LENGTH: Final = 64 * 1024
MAX_CAUSES: Final = 10
# what the protocol takes for each
FIELD_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "id": (str, int),
    "title": (str,),
    "price": (str, float, int),
    "url": (str,),
}
# task -> the function that does it, beside the one that is named, which searches
TASK_FUNCTIONS: Final = {"search-all": "search_all", "upload": "upload"}
TaskFunction = Callable[[ClientTask], Any]


class LogCollector(logging.Handler):
    """Keeps what is logged, up to a length."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: list[str] = []
        self._length = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        line = self.format(record)
        if self._length + len(line) <= MAX_LOG_LENGTH:
            self._lines.append(line)
            self._length += len(line)

    def take(self) -> str:
        """Return what was logged since the last call."""
        text = "\n".join(self._lines)
        self._lines.clear()
        self._length = 0
        return text


def main() -> None:
    """Answer tasks until stdin ends."""
    name = sys.argv[1]
    functions = load_functions(name)
    collector = LogCollector()
    logging.getLogger().addHandler(collector)
    logging.getLogger().setLevel(logging.DEBUG)
    # what the client prints must not come between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    with redirect_stdout(sys.stderr):
        for line in sys.stdin.buffer:
            answers.write(msgspec.json.encode(answer_line(functions, name, line, collector)) + b"\n")


def load_functions(name: str) -> dict[str, TaskFunction]:
    """Return task -> its function, for the `module:function` that searches, and those beside it.

    Raise ImportError, AttributeError, ValueError.
    """
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path):
        raise ValueError(f"{name!r} is not module:function")
    # as with `python -m`: the module may be in the working directory
    sys.path.insert(0, str(Path.cwd()))
    owner: Any = import_module(module_name)
    *owner_names, function_name = path.split(".")
    for attribute in owner_names:
        owner = getattr(owner, attribute)
    functions: dict[str, TaskFunction] = {"search": getattr(owner, function_name)}
    if not callable(functions["search"]):
        raise ValueError(f"{name!r} is no function")
    for task, attribute in TASK_FUNCTIONS.items():
        function = getattr(owner, attribute, None)
        if callable(function):
            functions[task] = function
    return functions


def answer_line(
    functions: Mapping[str, TaskFunction], name: str, line: bytes, collector: LogCollector
) -> ClientResponse | Hello:
    """Return the answer to one line."""
    kind = msgspec.json.decode(line)["task"]
    if kind == "hello":
        kinds = getattr(sys.modules.get(functions["search"].__module__), "ERROR_KINDS", {})
        return Hello("hello", name, list(functions), kinds=kinds)
    task = msgspec.json.decode(line, type=ClientTask)
    try:
        result = functions[task.task](task)
        if task.task == "upload":
            return ClientResponse(task.id, image=str(result), log=collector.take())
        items, total = convert_result(result)
    except Exception as error:
        message = describe_error(error)
        return ClientResponse(task.id, error=ClientError(type(error).__name__, message), log=collector.take())
    return ClientResponse(task.id, items, total, log=collector.take())


def convert_result(result: Any) -> tuple[list[ClientItem], int | None]:
    """Return the items and the total of what a client's function returned."""
    total = None
    if isinstance(result, Mapping):
        total = result.get("total")
        result = result["items"]
    return [_convert_item(item) for item in result], total


def _convert_item(item: Any) -> ClientItem:
    values: dict[str, Any] = {}
    for field, types in FIELD_TYPES.items():
        value = _get_field(item, field)
        if field == "id" and not isinstance(value, types):
            raise TypeError(f"the client gave an item whose id is {value!r}")
        if value is not None and not isinstance(value, types):
            # such as a price that is a Decimal
            value = str(value)
        values[field] = value
    return ClientItem(**values)


def _get_field(item: Any, field: str) -> Any:
    if isinstance(item, Mapping):
        return item.get(field)
    return getattr(item, field, None)


def describe_error(error: BaseException) -> str:
    """Return the words of an exception, its notes, and those of all that caused it."""
    lines = []
    for cause in _iter_causes(error):
        lines.append(": ".join(filter(None, (type(cause).__name__, str(cause)))))
        lines.extend(getattr(cause, "__notes__", ()))
    return "\n".join(lines)


def _iter_causes(error: BaseException) -> Iterable[BaseException]:
    current: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if current is None:
            return
        yield current
        # `raise … from None` hides what came before from tracebacks and logs: so nobody gets to read it
        if current.__cause__ is not None or current.__suppress_context__:
            current = current.__cause__
        else:
            current = current.__context__


if __name__ == "__main__":
    main()
