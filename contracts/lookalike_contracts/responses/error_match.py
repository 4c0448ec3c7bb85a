"""How an error of the catalogue looks in an answer, read backwards: is this answer that error.

An error's format has a template, such as `{"code": "{code}", "message": "{message}"}`, and the catalogue has what stands
in its placeholders. Here each text of the template becomes a regular expression: what tells errors apart, such as
`{code}`, becomes the error's own, and anything else, such as `{request_id}`, whatever may stand there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.client import responses
from typing import Any, Final, Literal, NamedTuple
from xml.sax.saxutils import escape

from lookalike_specs.extensions import ErrorCode, ErrorFormat
from lookalike_specs.messages import Response
from lookalike_specs.request_builder import format_value

Aspect = Literal["status", "media type", "code", "message", "shape"]
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
TYPED_PLACEHOLDERS: Final = ("code", "status")
IDENTIFYING_PLACEHOLDERS: Final = ("code", "status", "message", "reason")
ANYTHING: Final = ".*?"


class ErrorMismatch(NamedTuple):
    """What an answer has otherwise than the error has it, and where."""

    aspect: Aspect
    pointer: str
    message: str


@dataclass(frozen=True)
class ErrorPattern:
    """One error of the catalogue in one format."""

    id: str
    error: ErrorCode
    error_format: ErrorFormat
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

    @cached_property
    def _required_bytes(self) -> bytes:
        if "{code}" in str(self.error_format.body):
            return str(self.error.code).encode()
        return b""

    def find_missing_headers(self, response: Response) -> Iterator[str]:
        """Yield the error's headers that an answer does not have, or has with another value."""
        for name, template in {**self.error_format.headers, **self.error.headers}.items():
            _, pattern = self._get_pattern(template)
            values = [value.decode("latin-1") for key, value in response.headers if key == name.lower().encode()]
            if not any(value and pattern.fullmatch(value) for value in values):
                yield name

    def _iter_mismatches(self, response: Response) -> Iterator[ErrorMismatch]:
        template = self.error_format.body
        if response.status != self.status:
            yield ErrorMismatch("status", "", f"HTTP {response.status}, not {self.status}")
        if template is None:
            # the schema of the response tells the rest
            return
        if _strip_parameters(response.media_type) != _strip_parameters(self.error_format.media_type):
            yield ErrorMismatch("media type", "", f"{response.media_type!r}, not {self.error_format.media_type!r}")
            return
        if isinstance(template, str):
            yield from self._compare_text(response.body.decode("utf-8", "replace"), template)
            return
        try:
            body = json.loads(response.body)
        except (ValueError, RecursionError):
            yield ErrorMismatch("shape", "", "is not JSON")
            return
        yield from self._compare_json(body, template, "")

    def _compare_json(self, value: Any, template: Any, pointer: str) -> Iterator[ErrorMismatch]:
        if isinstance(template, dict):
            if not isinstance(value, dict) or template.keys() - value.keys():
                yield ErrorMismatch("shape", pointer, f"has not the members {', '.join(template)}")
                return
            for key, inner in template.items():
                yield from self._compare_json(value[key], inner, f"{pointer}/{key}")
        elif isinstance(template, str):
            aspect, pattern = self._get_pattern(template)
            if not pattern.fullmatch(format_value(value)) or self._has_other_type(value, template):
                yield ErrorMismatch(aspect, pointer, f"{value!r} is not {self._render_template(template)!r}")
        elif value != template:
            yield ErrorMismatch("shape", pointer, f"{value!r} is not {template!r}")

    def _compare_text(self, text: str, template: str) -> Iterator[ErrorMismatch]:
        """Compare a body of XML. Which part of it is wrong shows in which placeholder has to be left free to match."""
        if self._get_pattern(template, in_xml=True)[1].fullmatch(text):
            return
        if self._get_pattern(template, in_xml=True, free="code")[1].fullmatch(text):
            yield ErrorMismatch("code", "", "another code than this error's")
        elif self._get_pattern(template, in_xml=True, free="message")[1].fullmatch(text):
            yield ErrorMismatch("message", "", "another message than this error's")
        else:
            yield ErrorMismatch("shape", "", "is not the text that the transport has")

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


def _strip_parameters(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
