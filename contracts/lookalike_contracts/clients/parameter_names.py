"""Names that an operation does not know, names that stand twice, and files in the place of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from lookalike_specs.suggest import find_closest

from .parsed_request import ClientRequest
from .violation import RequestViolation

# a header is meant for the API when it is that much like one of the API's
MIN_SIMILARITY: Final = 0.8
# a schema with one of these may have members that its `properties` do not list
OPEN_KEYWORDS: Final = frozenset(("allOf", "anyOf", "oneOf", "$ref", "patternProperties", "additionalProperties"))
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
    names = [name for name, _ in request.pairs]
    names += _list_judged_members(request)
    values |= _list_schema_members(request)
    names += [file.name for file in request.files]
    for name in dict.fromkeys(names):
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


def _list_judged_members(request: ClientRequest) -> list[str]:
    """Return the members of a JSON body; none where the schema does not list what a body may have."""
    has_whole_body = any(field.location == "body" for field in request.fields.values())
    if has_whole_body and not _list_schema_members(request):
        return []
    return list(request.json_object)


def _list_schema_members(request: ClientRequest) -> set[str]:
    """Return the properties of a body that is one value to the document; none where `allOf` or the like may add some."""
    for field in request.fields.values():
        if field.location == "body" and "properties" in field.schema and OPEN_KEYWORDS.isdisjoint(field.schema):
            return set(field.schema["properties"])
    return set()


def find_repeated_parameters(request: ClientRequest) -> Iterator[RequestViolation]:
    """Yield parameters that stand more than once and are no lists."""
    names = [name for name, _ in request.pairs]
    names += [file.name for file in request.files]
    for name, count in Counter(names).items():
        field = request.fields.get(name)
        if count > 1 and field is not None and field.schema.get("type") != "array":
            yield request.build_violation("repeated", name, f"{name} stands {count} times", subject=name)


def find_misplaced_files(request: ClientRequest) -> Iterator[RequestViolation]:
    """Yield texts that were sent as a file, and files that were sent as a text."""
    for part in request.parts:
        field = request.fields.get(part.name)
        if field is None or part.is_file == (field.location == "file"):
            continue
        message = f"{part.name} is a file, and came as a text"
        if part.is_file:
            message = f"{part.name} is a text, and came as a file"
        yield request.build_violation("type", part.name, message, subject=part.name)


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
    return request.build_violation("unknown", name, message)
