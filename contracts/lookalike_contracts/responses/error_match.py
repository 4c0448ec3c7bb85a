"""How an error of the catalogue looks in an answer, read backwards: is this answer that error.

An error's format has a template, such as `{"code": "{code}", "message": "{message}"}`, and the catalogue has what stands
in its placeholders. Here each text of the template becomes a regular expression: what tells errors apart, such as
`{code}`, becomes the error's own, and anything else, such as `{request_id}`, whatever may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from http.client import responses
from typing import Any, Final, Literal, NamedTuple
from xml.sax.saxutils import escape

from lookalike_specs.extensions import ErrorCode, ErrorFormat, Limit
from lookalike_specs.messages import JSON_MEDIA_TYPE, Response
from lookalike_specs.pointers import MISSING, escape_pointer_token, join_pointer
from lookalike_specs.request_builder import format_value

from .json_body import list_text_lines, parse_json_body
from .values import show_value

Aspect = Literal["status", "media type", "code", "message", "shape", "header"]
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
TYPED_PLACEHOLDERS: Final = ("code", "status")
IDENTIFYING_PLACEHOLDERS: Final = ("code", "status", "message", "reason")
ANYTHING: Final = ".*?"
# how much of two messages has to be the same for one to be the other with a slip in it
MIN_SIMILARITY: Final = 0.75
MAX_COMPARED_CHARACTERS: Final = 1000
# an error says its message near its top; a list of 20,000 titles is none
MAX_COMPARED_LINES: Final = 100
# of a value that is wrong
MAX_SHOWN_LENGTH: Final = 2000


class ErrorMismatch(NamedTuple):
    """What an answer has otherwise than the error has it, and where.

    `rule` is where the document says how it should be; `premises` are what else has to be true for that to be wrong.
    """

    aspect: Aspect
    pointer: str
    message: str
    rule: str = ""
    premises: tuple[str, ...] = ()


@dataclass(frozen=True)
class ErrorPattern:
    """One error of the catalogue in one format, which is called `format_name` in the document."""

    id: str
    error: ErrorCode
    error_format: ErrorFormat
    format_name: str = ""
    # what is used up where a server answers this error, None where it tells something of the request
    limited_by: Limit | None = None
    _patterns: dict[tuple[str, bool, str], tuple[Aspect, re.Pattern[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def status(self) -> int:
        # of some vendors every error comes with 200; in their formats that is a number, else the text `{status}`
        if isinstance(self.error_format.status, str):
            return self.error.status
        return self.error_format.status

    def find_mismatches(self, response: Response) -> tuple[ErrorMismatch, ...]:
        """Return what keeps an answer from being that error; empty when it is."""
        return tuple(self._iter_mismatches(response))

    def matches(self, response: Response) -> bool:
        """Return whether an answer is that error."""
        return next(self._iter_mismatches(response), None) is None

    def quick_match(self, response: Response) -> bool:
        """Return False where a glance tells that an answer is another error; most of a catalogue ends here."""
        return response.status == self.status and self._required_bytes in response.body

    @property
    def has_code(self) -> bool:
        """Return whether the error's code stands in its body."""
        return "{code}" in str(self.error_format.body) and self.error.code is not None

    @cached_property
    def _required_bytes(self) -> bytes:
        if self.has_code:
            return str(self.error.code).encode()
        return b""

    def locate_fact(self, keyword: str) -> str:
        """Return where the document has something of the error itself, such as its `message`."""
        return join_pointer("x-lookalike", "errors", self.id, keyword)

    def locate_format_fact(self, keyword: str) -> str:
        """Return where the document has something of the error's format, such as its `media-type`."""
        return join_pointer("x-lookalike", "error-formats", self.format_name, keyword)

    @property
    def format_premises(self) -> tuple[str, ...]:
        """Return what has to be true for the error to have this format at all."""
        if self.error.error_format:
            return (self.locate_fact("error-format"),)
        return ()

    def find_header_mismatches(self, response: Response) -> Iterator[ErrorMismatch]:
        """Yield a mismatch for each of the error's headers that an answer does not have, or has with another value."""
        templates = {**self.error_format.headers, **self.error.headers}
        for name, template in templates.items():
            _, pattern = self._get_pattern(template)
            values = [value.decode("latin-1") for key, value in response.headers if key == name.lower().encode()]
            if any(value and pattern.fullmatch(value) for value in values):
                continue
            message = f"has no header {name!r}"
            if any(values):
                message = f"has the header {name!r} as {', '.join(values)!r}, not {self._render_template(template)!r}"
            locate = self.locate_fact if name in self.error.headers else self.locate_format_fact
            rule = f"{locate('headers')}/{escape_pointer_token(name)}"
            yield ErrorMismatch("header", f"/header/{name}", message, rule, self.format_premises)

    def shows_identity(self, response: Response) -> int:
        """Return how much of an answer tells that it is meant as this error: its code most, then its message, its status.

        What the format has no place for tells nothing.
        """
        aspects = {mismatch.aspect for mismatch in self.find_mismatches(response)}
        if "shape" in aspects or "media type" in aspects:
            return 0
        template = str(self.error_format.body)
        weight = 0
        if "{code}" in template and self.error.code is not None and "code" not in aspects:
            weight += 4
        if "{message}" in template and self._has_words_of_message(response):
            weight += 2
        if "status" not in aspects and isinstance(self.error_format.status, str):
            weight += 1
        return weight

    def _has_words_of_message(self, response: Response) -> bool:
        """Return whether the error's words stand in a body, or nearly: with a letter or a word more or less."""
        words = [text for text in PLACEHOLDER.split(self.error.message)[::2] if text.strip()]
        if not words:
            return False
        lines = list_text_lines(response.body, is_json=self.error_format.media_type == JSON_MEDIA_TYPE)
        return all(_stands_in(text, lines) for text in words)

    def _iter_mismatches(self, response: Response) -> Iterator[ErrorMismatch]:
        template = self.error_format.body
        if response.status != self.status:
            yield self._describe_status(response.status)
        if template is None:
            # the schema of the response tells the rest
            return
        if _strip_parameters(response.media_type) != _strip_parameters(self.error_format.media_type):
            message = f"{response.media_type!r}, not {self.error_format.media_type!r}"
            rule = self.locate_format_fact("media-type")
            yield ErrorMismatch("media type", "", message, rule, self.format_premises)
            return
        if isinstance(template, str):
            yield from self._compare_text(response.body.decode("utf-8", "replace"), template)
            return
        body = parse_json_body(response)
        if body is MISSING:
            yield self._build_mismatch("shape", "", "is not JSON")
            return
        yield from self._compare_json(body, template, "")

    def _describe_status(self, status: int) -> ErrorMismatch:
        message = f"HTTP {status}, not {self.status}"
        format_status = self.locate_format_fact("status")
        if isinstance(self.error_format.status, str):
            # the number is the error's own, that it is the HTTP status is said by the format
            premises = (format_status, *self.format_premises)
            return ErrorMismatch("status", "", message, self.locate_fact("status"), premises)
        return ErrorMismatch("status", "", message, format_status, self.format_premises)

    def _build_mismatch(self, aspect: Aspect, pointer: str, message: str, template: str = "") -> ErrorMismatch:
        """Return a mismatch of the body; `template` is what should stand there."""
        rule = self.locate_format_fact("body") + pointer
        if aspect == "message":
            rule = self.locate_fact("message")
        elif aspect == "code":
            rule = self.locate_fact("code" if "{code}" in template else "status")
        return ErrorMismatch(aspect, pointer, message, rule, self.format_premises)

    def _compare_json(self, value: Any, template: Any, pointer: str) -> Iterator[ErrorMismatch]:
        if isinstance(template, dict):
            if not isinstance(value, dict) or template.keys() - value.keys():
                yield self._build_mismatch("shape", pointer, f"has not the members {', '.join(template)}")
                return
            for key, inner in template.items():
                yield from self._compare_json(value[key], inner, f"{pointer}/{key}")
        elif isinstance(template, str):
            aspect, pattern = self._get_pattern(template)
            if not pattern.fullmatch(format_value(value)) or self._has_other_type(value, template):
                message = f"{show_value(value, MAX_SHOWN_LENGTH)} is not {self._render_template(template)!r}"
                yield self._build_mismatch(aspect, pointer, message, template)
        elif value != template:
            yield self._build_mismatch("shape", pointer, f"{show_value(value, MAX_SHOWN_LENGTH)} is not {template!r}")

    def _compare_text(self, text: str, template: str) -> Iterator[ErrorMismatch]:
        """Compare a body of XML. Which part of it is wrong shows in which placeholder has to be left free to match."""
        if self._get_pattern(template, in_xml=True)[1].fullmatch(text):
            return
        if self._get_pattern(template, in_xml=True, free="code")[1].fullmatch(text):
            yield self._build_mismatch("code", "", "another code than this error's", "{code}")
        elif self._get_pattern(template, in_xml=True, free="message")[1].fullmatch(text):
            yield self._build_mismatch("message", "", "another message than this error's")
        else:
            yield self._build_mismatch("shape", "", "is not the text that the transport has")

    def _get_pattern(self, template: str, *, in_xml: bool = False, free: str = "") -> tuple[Aspect, re.Pattern[str]]:
        """Return which aspect a template tells, and the regular expression of what it becomes."""
        key = template, in_xml, free
        if key not in self._patterns:
            self._patterns[key] = _find_aspect(template), self._compile(template, escape if in_xml else str, free)
        return self._patterns[key]

    def _compile(self, template: str, encode: Callable[[str], str], free: str) -> re.Pattern[str]:
        expression = ""
        # `split` with a group gives text, name, text, name, …, text
        for index, part in enumerate(PLACEHOLDER.split(template)):
            is_placeholder = index % 2 == 1
            if not is_placeholder:
                expression += re.escape(part)
            elif part == free:
                expression += ANYTHING
            else:
                expression += self._build_placeholder_expression(part, encode)
        return re.compile(expression, re.DOTALL)

    def _build_placeholder_expression(self, name: str, encode: Callable[[str], str]) -> str:
        if name not in IDENTIFYING_PLACEHOLDERS:
            return ANYTHING
        if name != "message":
            # an empty one, such as the reason of a status that nobody knows, tells nothing
            return re.escape(encode(str(self._get_fact(name)))) or ANYTHING
        # messages have placeholders of their own: "{parameter} is not valid"
        texts = PLACEHOLDER.split(self.error.message)[::2]
        return ANYTHING.join(re.escape(encode(text)) for text in texts) or ANYTHING

    def _get_fact(self, name: str) -> Any:
        facts = {"code": self.error.code, "status": self.error.status, "reason": responses.get(self.error.status, "")}
        return facts[name]

    def _has_other_type(self, value: Any, template: str) -> bool:
        """Return whether the type is another one, where a template is a code or a status: `"422"` is not `422`."""
        placeholder = PLACEHOLDER.fullmatch(template)
        if placeholder is None or placeholder[1] not in TYPED_PLACEHOLDERS:
            return False
        fact = self._get_fact(placeholder[1])
        return fact is not None and type(value) is not type(fact)

    def _render_template(self, template: str) -> str:
        facts = {"code": self.error.code, "status": self.error.status, "message": self.error.message}
        return PLACEHOLDER.sub(lambda match: str(facts.get(match[1], "…")), template)


def _find_aspect(template: str) -> Aspect:
    names = PLACEHOLDER.findall(template)
    if "code" in names or "status" in names:
        return "code"
    if "message" in names:
        return "message"
    return "shape"


def _stands_in(text: str, lines: Sequence[str]) -> bool:
    """Return whether a text stands in a line, or one of the first lines is nearly the text."""
    return any(text in line for line in lines) or any(_is_similar(line, text) for line in lines[:MAX_COMPARED_LINES])


def _is_similar(line: str, text: str) -> bool:
    """Return whether a line is nearly the text."""
    # a page of HTML is no error message, and comparing it letter by letter takes long
    if len(line) > MAX_COMPARED_CHARACTERS:
        return False
    return SequenceMatcher(None, line, text).ratio() >= MIN_SIMILARITY


def _strip_parameters(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
