"""What can be wrong with a mock's set-up, and the refusal that a step of the pipeline raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Refused(Exception):
    """The API answers with an error of its catalogue; `facts` fill the placeholders of its message."""

    error: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class AmbiguousRoute(Exception):
    """Two of the APIs would answer the same request on one port."""

    route: str
    apis: tuple[str, str]

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.route} belongs to both {self.apis[0]} and {self.apis[1]}; serve them on two ports"
