"""A request or a response, line by line as the page shows it: JSON indented, the finding's place marked, bounded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote

from ..exchange_text import MessageText

MAX_LINES: Final = 40
LEADING_LINES: Final = 12
LINES_AROUND_MARK: Final = 10
MAX_LINE_CHARACTERS: Final = 400
# of a message whose lines are all long
MIN_LINE_CHARACTERS: Final = 40
# 30,000 open brackets are valid JSON, and indented they would be a gigabyte
MAX_DEPTH: Final = 50
INDENT: Final = "  "
# a string, even one that is cut off; a bracket, a comma, a colon; anything else up to the next of these
JSON_LEXEME: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
# a place in a request, as the checks of signatures name it: `/header/x-acs-date`; any other pointer is one into a body
REQUEST_POINTER: Final = re.compile("/(query|form|header|field)/(.*)", re.DOTALL)


class MessageLine(NamedTuple):
    """A line in three parts, of which the middle one is marked; where nothing is, all stands in the first."""

    before: str
    marked: str = ""
    after: str = ""


class JsonLine(NamedTuple):
    """A line of indented JSON; `pointer` leads to the value that begins on it, None where one ends."""

    text: str
    pointer: str | None


def show_request(request: MessageText, pointer: str = "") -> list[MessageLine]:
    """Return the lines of a request; `pointer` is marked if it names a part of requests."""
    place = REQUEST_POINTER.fullmatch(pointer)
    head = [MessageLine(line) for line in request.head.splitlines()]
    body = _lay_out_body(request.body, "")
    if place is not None:
        pattern = _build_part_pattern(place[1], place[2])
        head = [_mark_pattern(line, pattern) for line in head]
        body = [_mark_pattern(line, pattern) for line in body]
    return _join_head_and_body(head, body)


def show_response(response: MessageText, pointer: str = "") -> list[MessageLine]:
    """Return the lines of a response; the value at `pointer`, or the nearest one around it, is marked."""
    if REQUEST_POINTER.fullmatch(pointer):
        pointer = ""
    head = [MessageLine(line) for line in response.head.splitlines()]
    return _join_head_and_body(head, _lay_out_body(response.body, pointer))


def _join_head_and_body(head: list[MessageLine], body: list[MessageLine]) -> list[MessageLine]:
    lines = list(head)
    if body:
        lines += [MessageLine(""), *body]
    return [_shorten_line(line) for line in _shorten_lines(lines)]


def _lay_out_body(body: str, pointer: str) -> list[MessageLine]:
    lines = lay_out_json(body)
    if lines is None:
        return [MessageLine(line) for line in body.splitlines()]
    marked = _find_line(lines, pointer)
    return [_split_json_line(line.text, number == marked) for number, line in enumerate(lines)]


def _find_line(lines: list[JsonLine], pointer: str) -> int | None:
    """Return the number of the line on which the value at the pointer begins.

    A member that is missing has no line. Then the object that should have it is marked: for `/data/items/3/title`
    that is `/data/items/3`. The whole body is never marked, for that would say nothing.
    """
    numbers = {line.pointer: number for number, line in enumerate(lines)}
    while pointer:
        if pointer in numbers:
            return numbers[pointer]
        pointer = pointer.rpartition("/")[0]
    return None


def _split_json_line(text: str, is_marked: bool) -> MessageLine:
    if not is_marked:
        return MessageLine(text)
    value = text.strip().removesuffix(",")
    indent, _, rest = text.partition(value)
    return MessageLine(indent, value, rest)


def _build_part_pattern(location: str, name: str) -> re.Pattern[str]:
    # names travel as they are or percent-encoded: both `签名=1` and `%E7%AD%BE%E5%90%8D=1` are the parameter 签名
    either = f"(?:{re.escape(name)}|{re.escape(quote(name, safe=''))})"
    if location == "header":
        return re.compile(f"^{either}: .*$", re.IGNORECASE)
    if location == "field":
        return re.compile(f'name="{re.escape(name)}"')
    return re.compile(f"(?<![^?&]){either}=[^& ]*")


def _mark_pattern(line: MessageLine, pattern: re.Pattern[str]) -> MessageLine:
    match = pattern.search(line.before)
    if match is None:
        return line
    return MessageLine(line.before[: match.start()], match[0], line.before[match.end() :])


def _shorten_lines(lines: list[MessageLine]) -> list[MessageLine]:
    """Leave out what is far from the mark: a page of twenty items has a thousand lines, and one of them is wrong."""
    if len(lines) <= MAX_LINES:
        return lines
    marked = next((number for number, line in enumerate(lines) if line.marked), None)
    if marked is None:
        return [*lines[:MAX_LINES], _note_omission(len(lines) - MAX_LINES)]
    begin = max(LEADING_LINES, marked - LINES_AROUND_MARK)
    end = min(len(lines), marked + LINES_AROUND_MARK)
    shown = lines[:LEADING_LINES]
    if begin > LEADING_LINES:
        shown.append(_note_omission(begin - LEADING_LINES))
    shown += lines[begin:end]
    if end < len(lines):
        shown.append(_note_omission(len(lines) - end))
    return shown


def _note_omission(count: int) -> MessageLine:
    noun = "line" if count == 1 else "lines"
    return MessageLine(f"… {count:,} {noun} more …")


def _shorten_line(line: MessageLine) -> MessageLine:
    return MessageLine(*(_shorten_text(part) for part in line))


def _shorten_text(text: str, max_characters: int = MAX_LINE_CHARACTERS) -> str:
    if len(text) <= max_characters:
        return text
    return f"{text[:max_characters]}… ({len(text) - max_characters:,} characters more)"


def limit_characters(lines: list[MessageLine], max_characters: int) -> list[MessageLine]:
    """Return the lines, shortened until all of them have about so many characters."""
    length = sum(len(part) for line in lines for part in line)
    if length <= max_characters:
        return lines
    max_line = max(MIN_LINE_CHARACTERS, max_characters // len(lines))
    return [MessageLine(*(_shorten_text(part, max_line) for part in line)) for line in lines]


def lay_out_json(text: str) -> list[JsonLine] | None:
    """Return JSON indented, a line for each value; None for what does not begin as JSON does, or is nested too deeply.

    It is not parsed: a body that is cut off, or is no JSON further on, is still shown as far as it goes, and each
    lexeme stays as the server wrote it, such as `1.0` or `"\\u0041"`. A parser would make `1.0` and `"A"` of them, and
    could write out in clear what was covered in its escaped form only.
    """
    if not text.lstrip().startswith(("{", "[")):
        return None
    layout = _JsonLayout()
    for lexeme in JSON_LEXEME.findall(text):
        layout.add_lexeme(lexeme)
        if layout.depth > MAX_DEPTH:
            return None
    layout.end_line()
    return layout.lines


@dataclass
class _Container:
    """An object or an array that is open; `step` leads to the member or element that is being read."""

    is_object: bool
    opening_line: int
    step: str
    position: int = 0

    def advance(self) -> None:
        self.position += 1
        if not self.is_object:
            self.step = str(self.position)


class _JsonLayout:
    """Lines of JSON as they grow, piece by piece."""

    def __init__(self) -> None:
        self.lines: list[JsonLine] = []
        self._containers: list[_Container] = []
        self._text = ""
        self._pointer: str | None = None

    @property
    def depth(self) -> int:
        return len(self._containers)

    def add_lexeme(self, lexeme: str) -> None:
        if lexeme in ("{", "["):
            self._open(lexeme)
        elif lexeme in ("}", "]"):
            self._close(lexeme)
        elif lexeme == ",":
            self._text += lexeme
            self.end_line()
            if self._containers:
                self._containers[-1].advance()
        elif lexeme == ":":
            self._text += ": "
        else:
            self._add_scalar(lexeme)

    def end_line(self) -> None:
        if self._text:
            self.lines.append(JsonLine(INDENT * len(self._containers) + self._text, self._pointer))
        self._text = ""
        self._pointer = None

    def _open(self, bracket: str) -> None:
        self._begin_value()
        self._text += bracket
        self.end_line()
        is_object = bracket == "{"
        self._containers.append(_Container(is_object, len(self.lines) - 1, "" if is_object else "0"))

    def _close(self, bracket: str) -> None:
        self.end_line()
        if not self._containers:
            self._text = bracket
            return
        container = self._containers.pop()
        # nothing came between the brackets: `{}` stands on one line, which is the line that opened it
        if container.opening_line == len(self.lines) - 1:
            opening = self.lines.pop()
            self._text = opening.text.lstrip() + bracket
            self._pointer = opening.pointer
        else:
            self._text = bracket

    def _add_scalar(self, lexeme: str) -> None:
        container = self._containers[-1] if self._containers else None
        # the first lexeme on a line inside an object is a key: `"a": 1` begins at `"a"`
        if container is not None and container.is_object and not self._text:
            container.step = _read_key(lexeme)
        self._begin_value()
        self._text += lexeme

    def _begin_value(self) -> None:
        if not self._text:
            self._pointer = "".join(f"/{container.step}" for container in self._containers)


def _read_key(lexeme: str) -> str:
    """Return a key as it stands in a JSON pointer."""
    try:
        key = str(json.loads(lexeme))
    except ValueError:
        key = lexeme.strip('"')
    return key.replace("~", "~0").replace("/", "~1")
