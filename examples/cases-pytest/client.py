"""A client's reading of TMAPI's answers: items and total, or an error that says what went wrong."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

KINDS = {
    401: "credential",
    404: "request",
    405: "request",
    417: "server",
    422: "parameter",
    439: "quota",
    499: "server",
    500: "server",
    503: "rate",
}


class SearchError(Exception):
    """A search that failed; `kind` says why."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class SearchResult(NamedTuple):
    """The ids of a page's items, and how many items there are in all."""

    ids: list[str]
    total: int


def read_response(status: int, body: bytes) -> SearchResult:
    """Return what an answer holds. Raise SearchError."""
    try:
        answer: dict[str, Any] = json.loads(body)
    except ValueError as error:
        raise SearchError("transport", f"HTTP {status}, and no JSON") from error
    code = status
    if status == 200:
        code = answer["code"]
    if code != 200:
        kind = KINDS.get(code, "unknown")
        # the gateway before the API has its words in `message`, the API in `msg`
        message = str(answer.get("msg") or answer.get("message") or "")
        # 422 is a bad parameter, or a picture that is not at one of Alibaba's hosts
        if code == 422 and "image url" in message.lower():
            kind = "image"
        raise SearchError(kind, f"{code}: {message}")
    data = answer["data"]
    return SearchResult([str(item["item_id"]) for item in data["items"]], data["total_count"])
