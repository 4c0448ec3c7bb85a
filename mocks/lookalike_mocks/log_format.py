"""The lines of the request log: aligned columns for people, or one JSON object a line. No secret stands in either."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from lookalike_specs.printable_text import break_bracket_commands

from .faults import describe_outcome
from .mock import Mock
from .reason import Reason, cut_text
from .redact import build_redactor
from .request_log import LineFormat, LogRecord
from .sandbox.journal import JournalEntry

MAX_PATH_LENGTH: Final = 200
# of a path in the column of the operations
MAX_SHOWN_PATH: Final = 60
MAX_OPERATION_WIDTH: Final = 24
NO_API_MARK: Final = "-"
# of the beginnings of ordinary lines
MAX_CACHED: Final = 1000
# SGR codes of terminals: an ordinary answer, one that somebody asked for, one that was refused, what steps back
GREEN: Final = "32"
YELLOW: Final = "33"
RED: Final = "31"
DIM: Final = "2"


class LoggedExchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of JSON. `ms` is how long it took until the answer was known; `outcome` is what a fault made of it."""

    time: str
    api: str | None
    operation: str | None
    method: str
    path: str
    status: int
    situation: str | None
    ms: float
    fault: str = ""
    outcome: str = ""
    why: Reason | None = None


class DroppedExchanges(msgspec.Struct, frozen=True, kw_only=True):
    """The line of JSON that stands for those that were not written, as nobody read the log fast enough."""

    dropped: int


class CachedSecond:
    """The text of the second that it is, made once a second."""

    def __init__(self, format_second: Callable[[int], str]) -> None:
        self._format_second = format_second
        self._second = -1
        self._text = ""

    def format(self, timestamp: float) -> str:
        """Return the text of the second that a time (seconds since 1970) falls into."""
        second = int(timestamp)
        if second != self._second:
            self._second = second
            self._text = self._format_second(second)
        return self._text


class JsonFormat:
    """Lines of JSON, one object each."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._clock = CachedSecond(_format_utc)
        self._encode = msgspec.json.Encoder().encode
        # ordinary lines are alike but for the time and the milliseconds
        self._middles: dict[tuple[str, str, str, int], str] = {}

    def format_ordinary(self, timestamp: float, entry: JournalEntry, seconds: float) -> str:
        """Return the line of an exchange without anything special."""
        key = (entry.api, entry.operation, entry.request.method, entry.response.status)
        middle = self._middles.get(key)
        if middle is None or entry.request.path not in self._mock.services[entry.api].routes:
            middle = self._format_middle(entry)
            if len(self._middles) < MAX_CACHED:
                self._middles[key] = middle
        return (
            f'{{"time":"{self._clock.format(timestamp)}.{int(timestamp % 1 * 1000):03d}Z",'
            f'{middle},"ms":{seconds * 1000:.2f}}}'
        )

    def _format_middle(self, entry: JournalEntry) -> str:
        """Return the members of an ordinary line between the time and the milliseconds."""
        members = {
            "api": entry.api,
            "operation": entry.operation,
            "method": cut_text(entry.request.method),
            "path": get_shown_path(self._mock, entry),
            "status": entry.response.status,
            "situation": None,
        }
        return self._encode(members).decode()[1:-1]

    def format_special(self, record: LogRecord) -> str:
        """Return the line of an exchange with a situation, an error or a fault."""
        entry = record.entry
        response = entry.response
        fault = ""
        outcome = ""
        if response.fault is not None:
            fault = response.fault.kind
            outcome = describe_outcome(response)
        exchange = LoggedExchange(
            time=f"{self._clock.format(record.timestamp)}.{int(record.timestamp % 1 * 1000):03d}Z",
            api=entry.api or None,
            operation=entry.operation or None,
            method=cut_text(entry.request.method),
            path=get_shown_path(self._mock, entry),
            status=response.status,
            situation=entry.situation or None,
            ms=round(record.seconds * 1000, 2),
            fault=fault,
            outcome=outcome,
            why=record.why,
        )
        return break_bracket_commands(self._encode(exchange).decode())

    def format_dropped(self, count: int) -> str:
        """Return the line for exchanges that have none."""
        return self._encode(DroppedExchanges(dropped=count)).decode()


class TextFormat:
    """Lines of columns: time, API, operation, status, milliseconds, and what is special about the answer."""

    def __init__(self, mock: Mock, *, is_colored: bool) -> None:
        self._mock = mock
        self._is_colored = is_colored
        self._clock = CachedSecond(self._format_local)
        operations = [operation for service in mock.services.values() for operation in service.api.operations]
        self._api_width = _measure_widest(mock.services)
        self._operation_width = min(MAX_OPERATION_WIDTH, _measure_widest(operation.id for operation in operations))
        # ordinary lines are alike but for the time and the milliseconds
        self._middles: dict[tuple[str, str, int], str] = {}

    def format_ordinary(self, timestamp: float, entry: JournalEntry, seconds: float) -> str:
        """Return the line of an exchange without anything special."""
        key = (entry.api, entry.operation, entry.response.status)
        middle = self._middles.get(key)
        if middle is None:
            middle = self._format_columns(entry.api, entry.operation, entry.response.status, GREEN)
            if len(self._middles) < MAX_CACHED:
                self._middles[key] = middle
        return f"{self._clock.format(timestamp)}  {middle}  {seconds * 1000:6.1f} ms"

    def format_special(self, record: LogRecord) -> str:
        """Return the line of an exchange with a situation, an error or a fault."""
        entry = record.entry
        operation = entry.operation
        if not operation:
            path = cut_text(get_shown_path(self._mock, entry), MAX_SHOWN_PATH)
            operation = f"{cut_text(entry.request.method)} {path}"
        columns = self._format_columns(
            entry.api or NO_API_MARK, operation, entry.response.status, _choose_color(record)
        )
        milliseconds = f"{record.seconds * 1000:6.1f} ms"
        line = f"{self._clock.format(record.timestamp)}  {columns}  {milliseconds}  {_describe_special(record)}"
        # the log of a job often is where a server in the background writes; a request must not command the CI's agent
        return break_bracket_commands(line)

    def format_dropped(self, count: int) -> str:
        """Return the line for exchanges that have none."""
        return f"… {count} more requests are not shown, as the log was not read fast enough"

    def _format_columns(self, api: str, operation: str, status: int, color: str) -> str:
        return f"{api:<{self._api_width}}  {operation:<{self._operation_width}}  {self._paint(str(status), color)}"

    def _format_local(self, second: int) -> str:
        return self._paint(time.strftime("%H:%M:%S", time.localtime(second)), DIM)

    def _paint(self, text: str, color: str) -> str:
        if not self._is_colored:
            return text
        return f"\x1b[{color}m{text}\x1b[0m"


def create_json_format(mock: Mock) -> LineFormat:
    """Return lines of JSON, one object each."""
    json_format = JsonFormat(mock)
    return LineFormat(json_format.format_ordinary, json_format.format_special, json_format.format_dropped)


def create_text_format(mock: Mock, *, is_colored: bool) -> LineFormat:
    """Return lines of columns, for people."""
    text_format = TextFormat(mock, is_colored=is_colored)
    return LineFormat(text_format.format_ordinary, text_format.format_special, text_format.format_dropped)


def _format_utc(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _measure_widest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=1)


def _choose_color(record: LogRecord) -> str:
    if record.why is not None and record.why.is_requested:
        return YELLOW
    return RED


def _describe_special(record: LogRecord) -> str:
    """Return the situation, why, and what became of the answer on its way."""
    entry = record.entry
    parts = []
    why = record.why
    if why is not None:
        text = why.text
        if why.provenance:
            text += f" ({why.provenance})"
        parts.append(text)
    if entry.response.fault is not None:
        parts.append(describe_outcome(entry.response))
    text = "; ".join(parts)
    if entry.situation and text:
        return f"{entry.situation}: {text}"
    return entry.situation or text


def get_shown_path(mock: Mock, entry: JournalEntry) -> str:
    """Return the path of a request; one that is in no document may have a secret in it, which is covered."""
    path = entry.request.path
    service = mock.services.get(entry.api)
    if service is not None and path in service.routes:
        return path
    redactor = build_redactor(mock.sandboxes.demo, (entry,))
    covered = redactor.redact(path.encode("utf-8", "replace")).decode("utf-8", "replace")
    return cut_text(covered, MAX_PATH_LENGTH)
