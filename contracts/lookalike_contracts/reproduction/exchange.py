"""What is known of the exchanges of a finding, and covered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

from lookalike_specs import Api, Operation
from lookalike_specs.curl import build_url
from lookalike_specs.messages import FRAMING_HEADERS, Request
from lookalike_specs.redaction import Redactor

from .repeat import DetectedSigning, detect_signing, find_operation, recover_values
from .secrets import get_variable_name, select_secrets
from .text import shorten_runs

REDACTED_NOTE = "# *** covers a proof that is not this account's: it was made wrong on purpose"


@dataclass(frozen=True)
class FindingExchange:
    """One request of a finding; `same` is the number of an earlier one with the same bytes, from 1."""

    api: Api
    operation_id: str
    account: Mapping[str, str]
    request: Request
    base_url: str
    redactor: Redactor
    repeat_of: int = 0

    @cached_property
    def operation(self) -> Operation:
        """Which operation is meant."""
        return find_operation(self.api, self.request, self.operation_id)

    @cached_property
    def signing(self) -> DetectedSigning | None:
        """How it is signed, if it is, and rightly."""
        return detect_signing(self.operation.schemes, self.account, self.request)

    @cached_property
    def values(self) -> dict[str, str] | None:
        """The values that `lookalike sign` makes it of, where it can."""
        return (
            recover_values(self.api, self.operation, self.account, self.request, self.signing) if self.signing else None
        )

    @property
    def url(self) -> str:
        """Where it goes, secrets and all."""
        return build_url(self.request, self.base_url)

    @property
    def headers(self) -> Iterator[tuple[bytes, bytes]]:
        """Its headers but those that any client adds itself."""
        return (pair for pair in self.request.headers if pair[0] not in FRAMING_HEADERS)

    def to_segments(self, text: bytes | str) -> Segments:
        """Some text of it, covered."""
        data = text.encode("utf-8", "replace") if isinstance(text, str) else text
        return split_segments(data, self.redactor, self._variables)

    @cached_property
    def _variables(self) -> dict[str, str]:
        found = select_secrets(self.api, self.account)
        return {value: get_variable_name(self.api.id, name) for name, value in reversed(found.items())}


# a line longer than that is for no terminal
MAX_LINE_CHARACTERS: Final = 20_000


class TextSegment(NamedTuple):
    """Some text, or the value of a variable of the environment."""

    text: str = ""
    variable: str = ""


Segments = tuple[TextSegment, ...]


def split_segments(data: bytes, veil: Redactor, variables: Mapping[str, str]) -> Segments:
    """A text with variables in place of the credentials that stand there, and without all other secrets.

    `variables` are the names of variables by the credential's value. A byte that is no UTF-8 is a lone surrogate.
    """
    return tuple(_generate_segments(data, veil, variables))


def _generate_segments(data: bytes, veil: Redactor, variables: Mapping[str, str]) -> Iterator[TextSegment]:
    forms = {form: name for value, name in variables.items() for form in _list_encodings(value)}
    longest = sorted(forms, key=len, reverse=True)
    pattern = re.compile(f"({'|'.join(map(re.escape, longest))})" if forms else "(?!)")
    for at, piece in enumerate(pattern.split(data.decode("utf-8", "surrogateescape"))):
        if at % 2:
            yield TextSegment(variable=forms[piece])
        elif piece:
            yield TextSegment(veil.redact(piece.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape"))


def shorten_segments(many: Iterable[Segments]) -> tuple[tuple[Segments, ...], bool]:
    """The parts, their long runs shortened if all together are too long to be used; whether they were."""
    every = tuple(many)
    if sum(len(part.text) for found in every for part in found) <= MAX_LINE_CHARACTERS:
        return every, False
    return tuple(tuple(TextSegment(shorten_runs(part.text), part.variable) for part in found) for found in every), True


def _list_encodings(value: str) -> set[str]:
    """How a credential stands in a header, a query, a form."""
    return {value, quote(value, safe=""), quote_plus(value)}
