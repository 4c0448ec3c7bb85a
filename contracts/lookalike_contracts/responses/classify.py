"""What an answer says of itself: that it went well, or which error of the catalogue it is."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lookalike_specs import Api, Operation
from lookalike_specs.extensions import ErrorCode
from lookalike_specs.messages import Response
from lookalike_specs.pointers import MISSING, resolve_pointer

from .error_match import ErrorMismatch, ErrorPattern


@dataclass(frozen=True)
class ResponseClassifier:
    """Reads the answers of one operation under one choice of variants."""

    api: Api
    operation: Operation
    variants: Mapping[str, str]
    _last: dict[str, tuple[Response, tuple[str, ...]]] = field(default_factory=dict, compare=False, repr=False)

    def is_good(self, reply: Response) -> bool:
        """Whether it is a success, and says so itself where the vendor's answers do."""
        says = self.operation.extension.invariants.success
        return 200 <= reply.status < 300 and (not says or self.body_says_success(reply))

    def body_says_success(self, reply: Response) -> bool:
        """Whether its body says that all went well; never where the vendor's answers do not say so."""
        wanted = self.operation.extension.invariants.success
        if not wanted:
            return False
        body = parse_json_body(reply)
        if body is MISSING:
            return all(_render_xml_element(pointer, value) in reply.body for pointer, value in wanted.items())
        return all(resolve_pointer(body, pointer) == value for pointer, value in wanted.items())

    def find_exact_errors(self, reply: Response) -> tuple[str, ...]:
        """The errors of the catalogue that it is exactly."""
        known, found = self._last.get("errors", (None, ()))
        if known is not reply:  # several checks ask this of one answer after the other
            found = tuple(form.id for form in self.error_patterns if form.quick_match(reply) and form.matches(reply))
            self._last["errors"] = reply, found
        return found

    def matches_any(self, reply: Response, errors: Collection[str]) -> bool:
        """Whether it is one of these errors, or would be but for one thing that no error of the catalogue has."""
        if exact := self.find_exact_errors(reply):
            return not set(errors).isdisjoint(exact)
        meant = [form.find_mismatches(reply) for form in self.error_patterns if form.id in errors]
        return any(len({found.aspect for found in differences}) == 1 for differences in meant)

    def find_closest_error(self, reply: Response) -> tuple[ErrorPattern, tuple[ErrorMismatch, ...]]:
        """The error that it is most like, and what differs."""
        return min(
            ((form, form.find_mismatches(reply)) for form in self.error_patterns),
            key=lambda pair: _rank_mismatches(pair[1]),
        )

    def find_mismatches(self, reply: Response, error: str) -> tuple[ErrorMismatch, ...]:
        """What keeps it from being that error, in the transport that it is most like."""
        error = self.operation.extension.error_aliases.get(error, error)
        forms = (form for form in self.error_patterns if form.id == error)
        return min((form.find_mismatches(reply) for form in forms), key=_rank_mismatches)

    @cached_property
    def error_patterns(self) -> tuple[ErrorPattern, ...]:
        """Every error that this operation can answer, in every transport that it can travel by."""
        transports = self.api.root.error_formats
        own = self.api.list_errors(self.operation).items()
        return tuple(
            ErrorPattern(n, error, transports[way])
            for n, error in own
            for way in dict.fromkeys(self._iter_error_formats(n, error))
        )

    def _iter_error_formats(self, name: str, error: ErrorCode) -> Iterator[str]:
        """The transport, and the one for those who ask for XML; where no operation is meant, the API's own."""
        root = self.api.root
        routing = (root.routing.not_found, root.routing.method, root.routing.unknown_action)
        general = error.error_format or self.variants.get("error-format", root.default_error_format)
        chosen = self.operation.extension.error_formats.get(general, general)
        for way in (chosen, general) if name in routing else (chosen,):
            yield from filter(None, (way, root.error_formats[way].xml))


def parse_json_body(reply: Response) -> Any:
    """The body as JSON; MISSING where it is none."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return MISSING


def _render_xml_element(pointer: str, value: Any) -> bytes:
    """What stands at the top of an answer, as it is written in an answer that is XML."""
    name = pointer.removeprefix("/")
    return f"<{name}>{json.dumps(value)}</{name}>".encode()


def _rank_mismatches(differences: tuple[ErrorMismatch, ...]) -> tuple[bool, bool, int]:
    # of a body in another language nothing but that is told
    aspects = {found.aspect for found in differences}
    return "media type" in aspects, not aspects.isdisjoint(("code", "shape")), len(differences)
