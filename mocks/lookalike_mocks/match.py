"""Which operation is meant, and what stands in the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from lookalike_specs.wire import Request

from .call import RequestContext
from .errors import VendorError
from .sent import ParsedRequest
from .service import Endpoint, Service

MAX_PAIRS = 1000
MAX_DEPTH = 100


def match_operation(service: Service, sent: ParsedRequest) -> RequestContext:
    """The call that this request is. Raises Refused: no such path, no such method, no such action."""
    request = sent.request
    endpoints = service.routes.get((request.method, request.path))
    if endpoints is None:
        raise _build_routing_error(service, request)
    endpoint = endpoints.get("") if len(endpoints) == 1 else None
    endpoint = endpoint or _select_by_action(service, endpoints, sent)
    if endpoint.body_location is None:
        return RequestContext(service, endpoint, request, sent.query)
    return RequestContext(service, endpoint, request, sent.query, sent.form, files=sent.files)


def parse_json_body(call: RequestContext, sent: ParsedRequest) -> None:
    """Fill `call.document`. Raises Refused: a body that came too late, is too long, or cannot be read."""
    endpoint, request, variants = call.endpoint, call.request, call.service.variants
    if endpoint.body_location is None:
        return
    if sent.broken_rule:
        raise build_rule_error(endpoint, variants, sent.broken_rule)
    if len(call.form) > MAX_PAIRS or len(request.body) > endpoint.operation.extension.body_limit:
        raise build_rule_error(endpoint, variants, "body-too-large")
    call.json_body = _decode_json(call.service, endpoint, request) if endpoint.body_location == "json" else None


def build_rule_error(endpoint: Endpoint, variants: Mapping[str, str], rule: str, **facts: Any) -> VendorError:
    """The vendor's error for a broken rule of the whole request."""
    errors = endpoint.operation.extension.errors
    reaction = errors.get(rule, errors.get("default", ""))
    error = reaction if isinstance(reaction, str) else reaction[variants[reaction["variant"]]]
    return VendorError(error, {"rule": rule, "parameter": "", "value": "", **facts})


def _build_routing_error(service: Service, request: Request) -> VendorError:
    known = any(path == request.path for _, path in service.routes)
    routing = service.api.root.routing
    return VendorError(routing.method if known else routing.not_found)


def _select_by_action(service: Service, endpoints: Mapping[str, Endpoint], sent: ParsedRequest) -> Endpoint:
    """The endpoint that the request names; one without a name is meant by bodies of its own media type."""
    where = service.api.root.routing.action
    if where is None:
        return next(iter(endpoints.values()))
    named = [value for name, value in sent.pairs if name == where.parameter]
    action = (named or [sent.request.get_header(where.header.encode()) or ""])[0]
    found = endpoints.get(action)
    if found is None or not (action or sent.request.content_type in found.operation.media_types):
        raise VendorError(service.api.root.routing.unknown_action, {"parameter": where.parameter, "value": action})
    return found


def _decode_json(service: Service, endpoint: Endpoint, request: Request) -> Any:
    try:
        document = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise build_rule_error(endpoint, service.variants, "malformed-body") from broken
    openings = request.body.count(b"[") + request.body.count(b"{")
    if not isinstance(document, dict) or (openings > MAX_DEPTH and _is_deep(document)):
        raise build_rule_error(endpoint, service.variants, "malformed-body")
    return document


def _is_deep(document: Any) -> bool:
    """Whether it is nested deeper than anything sensible is, and than the validator can look."""
    level = [document]
    for _ in range(MAX_DEPTH):
        insides = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [inner for inside in insides for inner in inside]
    return bool(level)
