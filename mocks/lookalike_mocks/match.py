"""Which operation is meant, and what stands in the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from lookalike_specs.wire import Request

from .call import Call
from .errors import Refused
from .sent import Sent
from .service import Endpoint, Service

MAX_PAIRS = 1000
MAX_DEPTH = 100


def match(service: Service, sent: Sent) -> Call:
    """The call that this request is. Raises Refused: no such path, no such method, no such action."""
    request = sent.request
    endpoints = service.routes.get((request.method, request.path))
    if endpoints is None:
        raise _unrouted(service, request)
    endpoint = endpoints.get("") if len(endpoints) == 1 else None
    endpoint = endpoint or _by_action(service, endpoints, sent)
    if endpoint.body is None:
        return Call(service, endpoint, request, sent.query)
    return Call(service, endpoint, request, sent.query, sent.form, files=sent.files)


def read(call: Call, sent: Sent) -> None:
    """Fill `call.document`. Raises Refused: a body that came too late, is too long, or cannot be read."""
    endpoint, request, variants = call.endpoint, call.request, call.service.variants
    if endpoint.body is None:
        return
    if sent.fault:
        raise refused(endpoint, variants, sent.fault)
    if len(call.form) > MAX_PAIRS or len(request.body) > endpoint.operation.extension.body_limit:
        raise refused(endpoint, variants, "body-too-large")
    call.document = _json(call.service, endpoint, request) if endpoint.body == "json" else None


def refused(endpoint: Endpoint, variants: Mapping[str, str], rule: str, **facts: Any) -> Refused:
    """The vendor's error for a broken rule of the whole request."""
    errors = endpoint.operation.extension.errors
    reaction = errors.get(rule, errors.get("default", ""))
    error = reaction if isinstance(reaction, str) else reaction[variants[reaction["variant"]]]
    return Refused(error, {"rule": rule, "parameter": "", "value": "", **facts})


def _unrouted(service: Service, request: Request) -> Refused:
    known = any(path == request.path for _, path in service.routes)
    routing = service.api.root.routing
    return Refused(routing.method if known else routing.not_found)


def _by_action(service: Service, endpoints: Mapping[str, Endpoint], sent: Sent) -> Endpoint:
    """The endpoint that the request names; one without a name is meant by bodies of its own media type."""
    where = service.api.root.routing.action
    if where is None:
        return next(iter(endpoints.values()))
    named = [value for name, value in sent.pairs if name == where.parameter]
    action = (named or [sent.request.header(where.header.encode()) or ""])[0]
    found = endpoints.get(action)
    if found is None or not (action or sent.request.content_type in found.operation.media_types):
        raise Refused(service.api.root.routing.unknown_action, {"parameter": where.parameter, "value": action})
    return found


def _json(service: Service, endpoint: Endpoint, request: Request) -> Any:
    try:
        document = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise refused(endpoint, service.variants, "malformed-body") from broken
    openings = request.body.count(b"[") + request.body.count(b"{")
    if not isinstance(document, dict) or (openings > MAX_DEPTH and _is_deep(document)):
        raise refused(endpoint, service.variants, "malformed-body")
    return document


def _is_deep(document: Any) -> bool:
    """Whether it is nested deeper than anything sensible is, and than the validator can look."""
    level = [document]
    for _ in range(MAX_DEPTH):
        insides = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [inner for inside in insides for inner in inside]
    return bool(level)
