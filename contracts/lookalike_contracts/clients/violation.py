"""What is wrong with a request that a client sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from lookalike_specs.provenance import Source

RequestViolationKind = Literal[
    "operation", "refused", "missing", "type", "limit", "value", "body", "unknown", "repeated", "credential", "signature",
    "timestamp", "nonce", "secret",
]  # fmt: skip


# of what a document lists there is no doubt that it lists it
LISTED: Final = Source("documented", "the operations of this document")


@dataclass(frozen=True, slots=True)
class RequestViolation:
    """One thing that the API's document does not allow.

    `parameter` is "" where none is to blame; `rule` points into the document, and `source` says where that rule comes
    from. Requests are counted from 1.
    """

    kind: RequestViolationKind
    parameter: str
    message: str
    rule: str
    source: Source
    request_number: int = 1

    def __str__(self) -> str:
        """Return one line for a person."""
        return f"{self.request_number}  {self.kind}: {self.message}  [{self.source.kind}: {self.rule}]"
