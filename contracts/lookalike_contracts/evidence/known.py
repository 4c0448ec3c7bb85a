"""What is known of the exchanges of a finding, and covered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lookalike_specs import Api, Operation
from lookalike_specs.curl import url
from lookalike_specs.veil import Veil
from lookalike_specs.wire import FRAMING, Request

from .environment import variable
from .parts import Parts, parts
from .repeat import Proof, operation, proof, values
from .secrets import secrets

COVERED = "# *** covers a proof that is not this account's: it was made wrong on purpose"


@dataclass(frozen=True)
class Known:
    """One request of a finding; `same` is the number of an earlier one with the same bytes, from 1."""

    api: Api
    id: str
    account: Mapping[str, str]
    request: Request
    base: str
    veil: Veil
    same: int = 0

    @cached_property
    def operation(self) -> Operation:
        """Which operation is meant."""
        return operation(self.api, self.request, self.id)

    @cached_property
    def proof(self) -> Proof | None:
        """How it is signed, if it is, and rightly."""
        return proof(self.operation.schemes, self.account, self.request)

    @cached_property
    def values(self) -> dict[str, str] | None:
        """The values that `lookalike sign` makes it of, where it can."""
        return values(self.api, self.operation, self.account, self.request, self.proof) if self.proof else None

    @property
    def url(self) -> str:
        """Where it goes, secrets and all."""
        return url(self.request, self.base)

    @property
    def headers(self) -> Iterator[tuple[bytes, bytes]]:
        """Its headers but those that any client adds itself."""
        return (pair for pair in self.request.headers if pair[0] not in FRAMING)

    def parts(self, text: bytes | str) -> Parts:
        """Some text of it, covered."""
        data = text.encode("utf-8", "replace") if isinstance(text, str) else text
        return parts(data, self.veil, self._variables)

    @cached_property
    def _variables(self) -> dict[str, str]:
        found = secrets(self.api, self.account)
        return {value: variable(self.api.id, name) for name, value in reversed(found.items())}
