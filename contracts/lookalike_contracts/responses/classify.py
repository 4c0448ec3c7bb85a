"""What an answer says of itself: that it went well, or which error of the catalogue it is."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lookalike_specs import Api, Operation
from lookalike_specs.extensions import ErrorCode, Limit
from lookalike_specs.invariants import resolve_choice
from lookalike_specs.messages import Request, Response
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.provenance import PROVENANCE_KINDS, rank_kind

from .error_match import ErrorMismatch, ErrorPattern
from .foreign import describe_foreign_response
from .json_body import parse_json_body


@dataclass(frozen=True)
class ResponseClassifier:
    """Reads the answers of one operation under one choice of variants."""

    api: Api
    operation: Operation
    variants: Mapping[str, str]
    # the last answer with its errors: several checks ask for them, one after the other
    _last: dict[str, tuple[Response, tuple[str, ...]]] = field(default_factory=dict, compare=False, repr=False)

    def is_good(self, response: Response) -> bool:
        """Return whether an answer is a success, and says so itself where the vendor's answers do."""
        if not 200 <= response.status < 300:
            return False
        return not self.operation.extension.invariants.success or self.body_says_success(response)

    def body_says_success(self, response: Response) -> bool:
        """Return whether a body says that all went well; never where the vendor's answers do not say so."""
        expected = self.operation.extension.invariants.success
        if not expected:
            return False
        body = parse_json_body(response)
        if body is MISSING:
            return all(_render_xml_element(pointer, value) in response.body for pointer, value in expected.items())
        return all(resolve_pointer(body, pointer) == value for pointer, value in expected.items())

    def find_exact_errors(self, response: Response) -> tuple[str, ...]:
        """Return the errors of the catalogue that an answer is exactly."""
        last_response, errors = self._last.get("errors", (None, ()))
        if last_response is response:
            return errors
        errors = tuple(
            pattern.id for pattern in self.error_patterns if pattern.quick_match(response) and pattern.matches(response)
        )
        self._last["errors"] = response, errors
        return errors

    def matches_any(self, response: Response, errors: Collection[str]) -> bool:
        """Return whether an answer is one of these errors, or would be but for one thing that no error has.

        Such an answer is meant as that error. That its message is another one is reported by the check of errors, and
        not once more by each check that expects the error.
        """
        exact_errors = self.find_exact_errors(response)
        if exact_errors:
            return not set(errors).isdisjoint(exact_errors)
        for pattern in self.error_patterns:
            if pattern.id in errors:
                aspects = {mismatch.aspect for mismatch in pattern.find_mismatches(response)}
                if len(aspects) == 1:
                    return True
        return False

    def find_closest_error(
        self, response: Response, errors: Collection[str] = ()
    ) -> tuple[ErrorPattern, tuple[ErrorMismatch, ...]]:
        """Return the error that an answer is most like, and what differs; of these `errors`, or of all.

        Where an answer has neither code nor message nor status of any error, it may be any of them in other words. Then
        it is taken for the one whose words we are least sure of, for nobody is accused of not having our inventions.
        """
        patterns = [pattern for pattern in self.error_patterns if not errors or pattern.id in errors]
        candidates = [(pattern, pattern.find_mismatches(response)) for pattern in patterns or self.error_patterns]
        return min(candidates, key=lambda candidate: self._rank(response, *candidate))

    def describe(self, request: Request, response: Response) -> str:
        """Return what a response is, in a few words: good, an error, or nothing that the document has."""
        if self.is_good(response):
            return "a good answer"
        status = f"HTTP {response.status}"
        exact_errors = self.find_exact_errors(response)
        if exact_errors:
            return f"{status}, the error {exact_errors[0]}"
        foreign = describe_foreign_response(request, response)
        if foreign:
            return foreign
        closest, _ = self.find_closest_error(response)
        # of all errors one is always the closest; it is worth a word only where something of it is there, such as its code
        if not closest.shows_identity(response):
            return f"{status}, neither a good answer nor an error of the document"
        return f"{status}, most like the error {closest.id}"

    def find_mismatches(self, response: Response, error: str) -> tuple[ErrorMismatch, ...]:
        """Return what keeps an answer from being that error, in the format that it is most like."""
        error = self.operation.extension.error_aliases.get(error, error)
        return self.find_closest_error(response, (error,))[1]

    def find_surest_mismatch(self, response: Response, error: str) -> ErrorMismatch | None:
        """Return the mismatch that rests on the surest fact; None where an answer is that error."""
        mismatches = self.find_mismatches(response, error)
        return min(mismatches, key=self._rank_kind, default=None)

    def _rank(
        self, response: Response, pattern: ErrorPattern, mismatches: tuple[ErrorMismatch, ...]
    ) -> tuple[bool, int, int, int]:
        """Return a key that is the smaller, the more an answer is like an error."""
        # a body of another media type is not compared, so that few mismatches do not make it alike
        aspects = {mismatch.aspect for mismatch in mismatches}
        certainty = sum(len(PROVENANCE_KINDS) - 1 - self._rank_kind(mismatch) for mismatch in mismatches)
        return "media type" in aspects, -pattern.shows_identity(response), certainty, len(mismatches)

    def _rank_kind(self, mismatch: ErrorMismatch) -> int:
        """Return how unsure the facts are that a mismatch rests on: that of the weakest, 0 for what is documented."""
        pointers = (mismatch.rule, *mismatch.premises)
        return max(rank_kind(self.api.find_provenance(pointer).kind) for pointer in pointers)

    @cached_property
    def error_patterns(self) -> tuple[ErrorPattern, ...]:
        """Return every error that this operation can answer, in every format that it can have."""
        formats = self.api.root.error_formats
        patterns = list[ErrorPattern]()
        for name, error in self.api.list_errors(self.operation).items():
            for format_name in dict.fromkeys(self._iter_error_formats(name, error)):
                limit = self._find_limit(name, error)
                patterns.append(ErrorPattern(name, error, formats[format_name], format_name, limit))
        return tuple(patterns)

    @cached_property
    def limit_statuses(self) -> frozenset[int]:
        """Return the HTTP statuses of the errors that say that something is used up."""
        return frozenset(pattern.status for pattern in self.error_patterns if pattern.limited_by)

    def _find_limit(self, name: str, error: ErrorCode) -> Limit | None:
        """Return what is used up where a server answers an error; None for any other error."""
        if error.limited_by:
            return error.limited_by
        aliases = self.operation.extension.error_aliases
        quota = self.api.root.quota
        if name in (quota.rate, aliases.get(quota.rate)):
            return "rate"
        if name in (quota.count, aliases.get(quota.count)):
            return "quota"
        return None

    def _iter_error_formats(self, name: str, error: ErrorCode) -> Iterator[str]:
        """Yield the format, and the one for those who ask for XML."""
        root = self.api.root
        api_format = error.error_format or self.variants.get("error-format", root.default_error_format)
        operation_format = self.operation.extension.error_formats.get(api_format, api_format)
        formats = [operation_format]
        # an error of routing may be answered before an operation is known, and then has the API's own format
        wrong_method = resolve_choice(root.routing.method, self.variants)
        if name in (root.routing.not_found, wrong_method, root.routing.unknown_action):
            formats.append(api_format)
        for format_name in formats:
            yield format_name
            xml_format = root.error_formats[format_name].xml
            if xml_format:
                yield xml_format


def _render_xml_element(pointer: str, value: Any) -> bytes:
    """Return what stands at the top of an answer as it is written in XML: `<Success>true</Success>`."""
    name = pointer.removeprefix("/")
    return f"<{name}>{json.dumps(value)}</{name}>".encode()
