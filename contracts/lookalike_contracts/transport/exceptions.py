"""Why a server is not asked at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class BadBaseUrl(Exception):
    """No base URL; `problem` says why, without what may be secret in it."""

    problem: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"a base URL is such as http://127.0.0.1:8765; this one {self.problem}"


@dataclass(eq=False)
class LiveHostNotAllowed(Exception):
    """The host is a vendor's own, and nobody said that it may be asked."""

    host: str
    api: str

    def __str__(self) -> str:
        """One line for a person, with what would allow it."""
        return f"{self.host} is the live service of {self.api}: requests cost money; --live --max-requests N allows N"


@dataclass(eq=False)
class BadRequestBudget(Exception):
    """A live service is asked with a number of requests, at least one."""

    max_requests: int | None

    def __str__(self) -> str:
        """One line for a person."""
        given = "none is given" if self.max_requests is None else f"not {self.max_requests}"
        return f"--live needs --max-requests N, at least 1: {given}"
