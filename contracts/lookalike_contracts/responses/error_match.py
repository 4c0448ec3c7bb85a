"""How an error of the catalogue looks on the wire, read backwards: is this answer that error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.client import responses
from typing import Any, Literal, NamedTuple
from xml.sax.saxutils import escape

from lookalike_specs.extensions import ErrorCode, ErrorFormat
from lookalike_specs.messages import Response

Aspect = Literal["status", "media type", "code", "message", "shape"]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
IDENTIFYING_PLACEHOLDERS = ("code", "status", "message", "reason")


class ErrorMismatch(NamedTuple):
    """What an answer has otherwise than the error has it, and where."""

    aspect: Aspect
    pointer: str
    message: str


@dataclass(frozen=True)
class ErrorPattern:
    """One error of the catalogue in one transport."""

    id: str
    error: ErrorCode
    error_format: ErrorFormat
    _patterns: dict[tuple[str, bool, str], tuple[Aspect, re.Pattern[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.error.status if isinstance(self.error_format.status, str) else self.error_format.status

    def find_mismatches(self, reply: Response) -> tuple[ErrorMismatch, ...]:
        """What keeps this answer from being that error; empty when it is."""
        return tuple(self._iter_mismatches(reply))

    @cached_property
    def _required_bytes(self) -> bytes:
        """What stands in it for sure."""
        return str(self.error.code).encode() if "{code}" in str(self.error_format.body) else b""

    def quick_match(self, reply: Response) -> bool:
        """Whether a look at it does not tell that it is another."""
        return reply.status == self.status and self._required_bytes in reply.body

    def matches(self, reply: Response) -> bool:
        """Whether this answer is that error."""
        return next(self._iter_mismatches(reply), None) is None

    def find_missing_headers(self, reply: Response) -> Iterator[str]:
        """The error's headers that this answer has not, or otherwise."""
        for name, template in {**self.error_format.headers, **self.error.headers}.items():
            wanted = self._pattern(template)[1]
            values = [value.decode("latin-1") for key, value in reply.headers if key == name.lower().encode()]
            if not any(value and wanted.fullmatch(value) for value in values):
                yield name

    def _iter_mismatches(self, reply: Response) -> Iterator[ErrorMismatch]:
        if reply.status != self.status:
            yield ErrorMismatch("status", "", f"HTTP {reply.status}, not {self.status}")
        if self.error_format.body is None:
            # the schema of the response tells the rest
            return
        if _strip_parameters(reply.media_type) != _strip_parameters(self.error_format.media_type):
            yield ErrorMismatch("media type", "", f"{reply.media_type!r}, not {self.error_format.media_type!r}")
        elif isinstance(self.error_format.body, str):
            yield from self._compare_text(reply.body.decode("utf-8", "replace"), self.error_format.body)
        else:
            try:
                body = json.loads(reply.body)
            except (ValueError, RecursionError):
                yield ErrorMismatch("shape", "", "is not JSON")
            else:
                yield from self._compare_json(body, self.error_format.body, "")

    def _compare_json(self, value: Any, template: Any, pointer: str) -> Iterator[ErrorMismatch]:
        if isinstance(template, dict):
            if not isinstance(value, dict) or template.keys() - value.keys():
                yield ErrorMismatch("shape", pointer, f"has not the members {', '.join(template)}")
                return
            for key, inner in template.items():
                yield from self._compare_json(value[key], inner, f"{pointer}/{key}")
        elif isinstance(template, str):
            aspect, wanted = self._pattern(template)
            if not wanted.fullmatch(_to_text(value)) or _has_other_type(value, self._typed_value(template)):
                yield ErrorMismatch(aspect, pointer, f"{value!r} is not {self._render_template(template)!r}")
        elif value != template:
            yield ErrorMismatch("shape", pointer, f"{value!r} is not {template!r}")

    def _compare_text(self, text: str, template: str) -> Iterator[ErrorMismatch]:
        if self._pattern(template, in_xml=True)[1].fullmatch(text):
            return
        for aspect in ("code", "message"):
            if self._pattern(template, in_xml=True, free=aspect)[1].fullmatch(text):
                yield ErrorMismatch(
                    "code" if aspect == "code" else "message", "", f"another {aspect} than this error's"
                )
                return
        yield ErrorMismatch("shape", "", "is not the text that the transport has")

    def _pattern(self, template: str, *, in_xml: bool = False, free: str = "") -> tuple[Aspect, re.Pattern[str]]:
        """Which aspect a template tells, and the regular expression of what it becomes."""
        key = template, in_xml, free
        if key not in self._patterns:
            self._patterns[key] = self._compile(template, escape if in_xml else str, free)
        return self._patterns[key]

    def _compile(self, template: str, write: Any, free: str) -> tuple[Aspect, re.Pattern[str]]:
        names = PLACEHOLDER.findall(template)
        aspect: Aspect = "code" if {"code", "status"} & set(names) else "message" if "message" in names else "shape"
        parts = PLACEHOLDER.split(template)
        known = {name: "" if name == free else self._placeholder_pattern(name, write) for name in names}
        text = "".join(known[part] or ".*?" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        return aspect, re.compile(text, re.DOTALL)

    def _placeholder_pattern(self, name: str, write: Any) -> str:
        """The regular expression of a placeholder; "" for what may be anything."""
        if name == "message":
            parts = PLACEHOLDER.split(self.error.message)
            return "".join(".*?" if at % 2 else re.escape(write(part)) for at, part in enumerate(parts))
        return re.escape(write(str(self._fact(name)))) if name in IDENTIFYING_PLACEHOLDERS else ""

    def _fact(self, name: str) -> Any:
        facts = {"code": self.error.code, "status": self.error.status, "reason": responses.get(self.error.status, "")}
        return facts[name]

    def _typed_value(self, template: str) -> Any:
        """The value whose type counts, where a template is exactly a code or a status."""
        whole = PLACEHOLDER.fullmatch(template)
        return self._fact(whole[1]) if whole and whole[1] in ("code", "status") else None

    def _render_template(self, template: str) -> str:
        facts = {"code": self.error.code, "status": self.error.status, "message": self.error.message}
        return PLACEHOLDER.sub(lambda found: str(facts.get(found[1], "…")), template)


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _has_other_type(value: Any, wanted: Any) -> bool:
    """Whether the type is another one: `"422"` is not `422`."""
    return wanted is not None and type(value) is not type(wanted)


def _strip_parameters(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
