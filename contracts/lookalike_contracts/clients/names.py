"""Names that an operation does not know, and names that stand twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from .asked import Asked
from .complaint import Complaint

# a header is meant for the API when it is that much like one of the API's
ALIKE: Final = 0.8
# what any HTTP client may send
COMMON: Final = frozenset((
    "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control", "connection",
    "content-encoding", "content-length", "content-md5", "content-type", "cookie", "date", "expect", "host",
    "keep-alive", "origin", "pragma", "prefer", "referer", "te", "traceparent", "tracestate", "transfer-encoding",
    "upgrade", "user-agent", "x-request-id",
))  # fmt: skip


def unknown(asked: Asked) -> Iterator[Complaint]:
    """Parameters, members and headers that the operation does not have, each with the nearest that it has."""
    values = {name for name, field in asked.fields.items() if field.place != "header"} | _carriers(asked)
    for name in dict.fromkeys([name for name, _ in asked.query + asked.form] + list(asked.members)):
        if name not in values:
            yield _unknown(asked, "parameter", name, values)
    headers = {name for name, field in asked.fields.items() if field.place == "header"}
    headers |= {scheme.parameter.lower() for scheme in asked.schemes if scheme.place == "header"}
    for name in dict.fromkeys(key.decode("latin-1") for key, _ in asked.request.headers):
        if name not in headers | COMMON and (_ours(name, headers) or get_close_matches(name, headers, 1, ALIKE)):
            yield _unknown(asked, "header", name, headers)


def repeated(asked: Asked) -> Iterator[Complaint]:
    """Parameters that stand more than once and are no lists."""
    for name, times in Counter(name for name, _ in asked.query + asked.form).items():
        known = asked.fields.get(name)
        if times > 1 and known and known.schema.get("type") != "array":
            yield Complaint("repeated", name, f"{name} stands {times} times", asked.where(name))


def _carriers(asked: Asked) -> set[str]:
    """Where proofs travel in a query."""
    return {scheme.parameter for scheme in asked.schemes if scheme.place == "query"}


def _ours(name: str, headers: Iterable[str]) -> bool:
    """Whether it begins as the API's own headers do, as `x-acs-` does."""
    prefixes = {
        "-".join(each.split("-")[:2]) + "-" for each in headers if each.startswith("x-") and each.count("-") > 1
    }
    return name.startswith(tuple(prefixes))


def _unknown(asked: Asked, what: str, name: str, known: Iterable[str]) -> Complaint:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0)
    told = f"{asked.operation.id} has no {what} {name!r}" + (f"; nearest: {near[0]}" if near else "")
    return Complaint("unknown", name, told, asked.where())
