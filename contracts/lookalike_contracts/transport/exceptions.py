"""Why a server is not asked at all, and what it answers with where HTTP was expected."""

from __future__ import annotations

from dataclasses import dataclass


class NotHttp(Exception):
    """What a server sends does not begin as HTTP/1 does."""


class ServerClosedConnection(ConnectionError):
    """The server closed the connection before the first byte of an answer."""


@dataclass(eq=False)
class BadBaseUrl(Exception):
    """No base URL; `problem` says why, without what may be secret in it."""

    problem: str

    def __str__(self) -> str:
        return f"a base URL is such as http://127.0.0.1:8765; this one {self.problem}"


@dataclass(eq=False)
class LiveHostNotAllowed(Exception):
    """The host is a vendor's own, and nobody said that it may be asked."""

    host: str
    api: str

    def __str__(self) -> str:
        return f"{self.host} is the live service of {self.api}: requests cost money; --live --max-requests N allows N"


@dataclass(eq=False)
class BadRequestBudget(Exception):
    """A live service is asked without a number of requests, or a number is less than one."""

    max_requests: int | None

    def __str__(self) -> str:
        if self.max_requests is None:
            return "--live needs --max-requests N, at least 1: none is given"
        return f"--live needs --max-requests N, at least 1: not {self.max_requests}"
