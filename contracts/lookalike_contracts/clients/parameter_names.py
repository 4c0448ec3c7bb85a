"""Names that an operation does not know, and names that stand twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from lookalike_specs.suggest import find_closest

from .parsed_request import ClientRequest
from .violation import RequestViolation

# a header is meant for the API when it is that much like one of the API's
MIN_SIMILARITY: Final = 0.8
# what any HTTP client may send
COMMON_HEADERS: Final = frozenset((
    "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control", "connection",
    "content-encoding", "content-length", "content-md5", "content-type", "cookie", "date", "expect", "host",
    "keep-alive", "origin", "pragma", "prefer", "referer", "te", "traceparent", "tracestate", "transfer-encoding",
    "upgrade", "user-agent", "x-request-id",
))  # fmt: skip


def find_unknown_names(asked: ClientRequest) -> Iterator[RequestViolation]:
    """Parameters, members and headers that the operation does not have, each with the nearest that it has."""
    values = {name for name, field in asked.fields.items() if field.location != "header"} | _list_credential_parameters(
        asked
    )
    for name in dict.fromkeys([name for name, _ in asked.query + asked.form] + list(asked.body_members)):
        if name not in values:
            yield _build_unknown_name(asked, "parameter", name, values)
    headers = {name for name, field in asked.fields.items() if field.location == "header"}
    headers |= {scheme.parameter.lower() for scheme in asked.schemes if scheme.location == "header"}
    for name in dict.fromkeys(key.decode("latin-1") for key, _ in asked.request.headers):
        if name not in headers | COMMON_HEADERS and (
            _has_api_prefix(name, headers) or find_closest(name, headers, MIN_SIMILARITY)
        ):
            yield _build_unknown_name(asked, "header", name, headers)


def find_repeated_parameters(asked: ClientRequest) -> Iterator[RequestViolation]:
    """Parameters that stand more than once and are no lists."""
    for name, times in Counter(name for name, _ in asked.query + asked.form).items():
        known = asked.fields.get(name)
        if times > 1 and known and known.schema.get("type") != "array":
            yield RequestViolation("repeated", name, f"{name} stands {times} times", asked.locate_rule(name))


def _list_credential_parameters(asked: ClientRequest) -> set[str]:
    """Where proofs travel in a query."""
    return {scheme.parameter for scheme in asked.schemes if scheme.location == "query"}


def _has_api_prefix(name: str, headers: Iterable[str]) -> bool:
    """Whether it begins as the API's own headers do, as `x-acs-` does."""
    prefixes = {
        "-".join(each.split("-")[:2]) + "-" for each in headers if each.startswith("x-") and each.count("-") > 1
    }
    return name.startswith(tuple(prefixes))


def _build_unknown_name(asked: ClientRequest, what: str, name: str, known: Iterable[str]) -> RequestViolation:
    message = f"{asked.operation.id} has no {what} {name!r}"
    closest = find_closest(name, sorted(known))
    if closest:
        message += f"; nearest: {closest}"
    return RequestViolation("unknown", name, message, asked.locate_rule())
