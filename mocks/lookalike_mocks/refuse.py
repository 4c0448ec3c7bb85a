"""An error of the catalogue, as this vendor puts it on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http.client import responses
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from lookalike_specs import Operation
from lookalike_specs.extension import ErrorCode, Transport
from lookalike_specs.wire import Reply, Request

from .call import Call
from .errors import Refused
from .service import Service
from .stamp import stamp
from .vendors import TRANSPORTS

PLACEHOLDER = re.compile(r"\{(\w+)\}")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def refuse(service: Service, seed: int, request: Request, refused: Refused, call: Call | None) -> Reply:
    """The reply to a refused request, in the operation's own words where it has some.

    The transport is the error's own, the vendor's choice, or the variant's; there is no call where nothing matched.
    """
    operation = call.endpoint.operation if call else None
    instead = operation.extension.instead if operation else {}
    error = service.api.error(instead.get(refused.error, refused.error))
    transport = service.api.root.transports[_transport(service, request, error, operation)]
    facts = _facts(service, seed, request, error, refused.facts)
    facts["operation"] = operation.id if operation else ""
    text = isinstance(transport.body, str)
    body = _fill(transport.body, {key: _text(value) for key, value in facts.items()} if text else facts)
    return Reply(
        status=int(_fill(transport.status, facts)),
        body=body.encode("utf-8", "replace") if text else _json(body),
        media_type=transport.media_type,
        headers=_headers(transport, error, facts),
    )


def _transport(service: Service, request: Request, error: ErrorCode, operation: Operation | None) -> str:
    chosen = error.transport or service.variants.get("error-transport", service.api.root.transport)
    if operation:
        chosen = operation.extension.transports.get(chosen, chosen)
    adapt = TRANSPORTS.get(service.api.id)
    return adapt(service, request, chosen, operation) if adapt else chosen


def _facts(service: Service, seed: int, request: Request, error: ErrorCode, more: Mapping[str, Any]) -> dict[str, Any]:
    made = stamp(seed, request)
    facts: dict[str, Any] = {
        "status": error.status, "reason": responses.get(error.status, ""), "code": error.code, "method": request.method,
        "path": request.path, "host": request.host,
        "allow": ", ".join(sorted(method for method, path in service.routes if path == request.path)),
        "timestamp": made.timestamp, "time": made.time, "trace_id": made.trace_id, "request_id": made.request_id,
        "parameter": "", "rule": "", "value": "", **more,
    }  # fmt: skip
    facts["message"] = _fill(error.message, facts)
    return facts


def _fill(template: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _fill(value, facts) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill(value, facts) for value in template]
    if not isinstance(template, str):
        return template
    if (whole := PLACEHOLDER.fullmatch(template)) and whole[1] in facts:
        return facts[whole[1]]
    return PLACEHOLDER.sub(lambda found: str(facts.get(found[1], found[0])), template)


def _text(value: Any) -> str:
    """As it may stand in XML; what never may, such as NUL, becomes U+FFFD."""
    return escape(NOT_XML.sub("\ufffd", str(value)))


def _json(body: Any) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half of a surrogate pair, as in the path "/\ud800", counts as "?"
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _headers(transport: Transport, error: ErrorCode, facts: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    headers = {**transport.headers, **error.headers}
    return tuple((name.lower().encode(), str(_fill(value, facts)).encode()) for name, value in headers.items())
