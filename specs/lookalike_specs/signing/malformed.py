"""A credential that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MalformedCredential:
    """Why an `Authorization` header cannot be read; `kind` is a kind of refusal, `reason` never quotes the header."""

    kind: Literal["malformed", "algorithm"]
    reason: str
