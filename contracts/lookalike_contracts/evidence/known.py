"""What is known of the exchanges of a finding, and covered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lookalike_specs import Api, Operation
from lookalike_specs.curl import build_url
from lookalike_specs.veil import Redactor
from lookalike_specs.wire import FRAMING_HEADERS, Request

from .environment import get_variable_name
from .parts import Segments, split_segments
from .repeat import DetectedSigning, find_operation, detect_signing, recover_values
from .secrets import select_secrets

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
        return recover_values(self.api, self.operation, self.account, self.request, self.signing) if self.signing else None

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
