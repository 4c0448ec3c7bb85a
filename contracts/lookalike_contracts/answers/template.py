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

from lookalike_specs.extension import ErrorCode, Transport
from lookalike_specs.wire import Reply

Aspect = Literal["status", "media type", "code", "message", "shape"]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TELLING = ("code", "status", "message", "reason")


class Difference(NamedTuple):
    """What an answer has otherwise than the error has it, and where."""

    aspect: Aspect
    pointer: str
    message: str


@dataclass(frozen=True)
class Form:
    """One error of the catalogue in one transport."""

    id: str
    error: ErrorCode
    transport: Transport
    _known: dict[tuple[str, bool, str], tuple[Aspect, re.Pattern[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.error.status if isinstance(self.transport.status, str) else self.transport.status

    def differences(self, reply: Reply) -> tuple[Difference, ...]:
        """What keeps this answer from being that error; empty when it is."""
        return tuple(self._differences(reply))

    @cached_property
    def _mark(self) -> bytes:
        """What stands in it for sure."""
        return str(self.error.code).encode() if "{code}" in str(self.transport.body) else b""

    def may_be(self, reply: Reply) -> bool:
        """Whether a look at it does not tell that it is another."""
        return reply.status == self.status and self._mark in reply.body

    def fits(self, reply: Reply) -> bool:
        """Whether this answer is that error."""
        return next(self._differences(reply), None) is None

    def missing(self, reply: Reply) -> Iterator[str]:
        """The error's headers that this answer has not, or otherwise."""
        for name, template in {**self.transport.headers, **self.error.headers}.items():
            wanted = self._pattern(template)[1]
            values = [value.decode("latin-1") for key, value in reply.headers if key == name.lower().encode()]
            if not any(value and wanted.fullmatch(value) for value in values):
                yield name

    def _differences(self, reply: Reply) -> Iterator[Difference]:
        if reply.status != self.status:
            yield Difference("status", "", f"HTTP {reply.status}, not {self.status}")
        if _plain(reply.media_type) != _plain(self.transport.media_type):
            yield Difference("media type", "", f"{reply.media_type!r}, not {self.transport.media_type!r}")
        elif isinstance(self.transport.body, str):
            yield from self._in_text(reply.body.decode("utf-8", "replace"), self.transport.body)
        else:
            try:
                body = json.loads(reply.body)
            except (ValueError, RecursionError):
                yield Difference("shape", "", "is not JSON")
            else:
                yield from self._in_json(body, self.transport.body, "")

    def _in_json(self, value: Any, template: Any, pointer: str) -> Iterator[Difference]:
        if isinstance(template, dict):
            if not isinstance(value, dict) or template.keys() - value.keys():
                yield Difference("shape", pointer, f"has not the members {', '.join(template)}")
                return
            for key, inner in template.items():
                yield from self._in_json(value[key], inner, f"{pointer}/{key}")
        elif isinstance(template, str):
            aspect, wanted = self._pattern(template)
            if not wanted.fullmatch(_written(value)) or _differs(value, self._typed(template)):
                yield Difference(aspect, pointer, f"{value!r} is not {self._shown(template)!r}")
        elif value != template:
            yield Difference("shape", pointer, f"{value!r} is not {template!r}")

    def _in_text(self, text: str, template: str) -> Iterator[Difference]:
        if self._pattern(template, in_xml=True)[1].fullmatch(text):
            return
        for aspect in ("code", "message"):
            if self._pattern(template, in_xml=True, free=aspect)[1].fullmatch(text):
                yield Difference("code" if aspect == "code" else "message", "", f"another {aspect} than this error's")
                return
        yield Difference("shape", "", "is not the text that the transport has")

    def _pattern(self, template: str, *, in_xml: bool = False, free: str = "") -> tuple[Aspect, re.Pattern[str]]:
        """Which aspect a template tells, and the regular expression of what it becomes."""
        key = template, in_xml, free
        if key not in self._known:
            self._known[key] = self._compiled(template, escape if in_xml else str, free)
        return self._known[key]

    def _compiled(self, template: str, write: Any, free: str) -> tuple[Aspect, re.Pattern[str]]:
        names = PLACEHOLDER.findall(template)
        aspect: Aspect = "code" if {"code", "status"} & set(names) else "message" if "message" in names else "shape"
        parts = PLACEHOLDER.split(template)
        known = {name: "" if name == free else self._telling(name, write) for name in names}
        text = "".join(known[part] or ".*?" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        return aspect, re.compile(text, re.DOTALL)

    def _telling(self, name: str, write: Any) -> str:
        """The regular expression of a placeholder; "" for what may be anything."""
        if name == "message":
            parts = PLACEHOLDER.split(self.error.message)
            return "".join(".*?" if at % 2 else re.escape(write(part)) for at, part in enumerate(parts))
        return re.escape(write(str(self._fact(name)))) if name in TELLING else ""

    def _fact(self, name: str) -> Any:
        facts = {"code": self.error.code, "status": self.error.status, "reason": responses.get(self.error.status, "")}
        return facts[name]

    def _typed(self, template: str) -> Any:
        """The value whose type counts, where a template is exactly a code or a status."""
        whole = PLACEHOLDER.fullmatch(template)
        return self._fact(whole[1]) if whole and whole[1] in ("code", "status") else None

    def _shown(self, template: str) -> str:
        facts = {"code": self.error.code, "status": self.error.status, "message": self.error.message}
        return PLACEHOLDER.sub(lambda found: str(facts.get(found[1], "…")), template)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _differs(value: Any, wanted: Any) -> bool:
    """Whether the type is another one: `"422"` is not `422`."""
    return wanted is not None and type(value) is not type(wanted)


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
