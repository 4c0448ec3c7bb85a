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


def find_unknown_names(request: ClientRequest) -> Iterator[RequestViolation]:
    """Yield parameters, members and headers that the operation does not have, each with the nearest that it has."""
    values = {name for name, field in request.fields.items() if field.location != "header"}
    values |= {scheme.parameter for scheme in request.schemes if scheme.location == "query"}
    for name in dict.fromkeys([*(name for name, _ in request.pairs), *request.body_members]):
        if name not in values:
            yield _build_unknown_name(request, "parameter", name, values)
    headers = {name for name, field in request.fields.items() if field.location == "header"}
    headers |= {scheme.parameter.lower() for scheme in request.schemes if scheme.location == "header"}
    for name in dict.fromkeys(key.decode("latin-1") for key, _ in request.request.headers):
        if name in headers or name in COMMON_HEADERS:
            continue
        # proxies and libraries add headers of their own: only what looks like the API's is held to it
        if _has_api_prefix(name, headers) or find_closest(name, headers, MIN_SIMILARITY):
            yield _build_unknown_name(request, "header", name, headers)


def find_repeated_parameters(request: ClientRequest) -> Iterator[RequestViolation]:
    """Yield parameters that stand more than once and are no lists."""
    for name, count in Counter(name for name, _ in request.pairs).items():
        field = request.fields.get(name)
        if count > 1 and field is not None and field.schema.get("type") != "array":
            yield RequestViolation("repeated", name, f"{name} stands {count} times", request.locate_rule(name))


def _has_api_prefix(name: str, headers: Iterable[str]) -> bool:
    """Return whether a header begins as the API's own do: `x-acs-` for `x-acs-version`."""
    for header in headers:
        if header.startswith("x-") and header.count("-") > 1:
            first, second, _ = header.split("-", 2)
            if name.startswith(f"{first}-{second}-"):
                return True
    return False


def _build_unknown_name(request: ClientRequest, what: str, name: str, existing: Iterable[str]) -> RequestViolation:
    message = f"{request.operation.id} has no {what} {name!r}"
    closest = find_closest(name, sorted(existing))
    if closest:
        message += f"; nearest: {closest}"
    return RequestViolation("unknown", name, message, request.locate_rule())
