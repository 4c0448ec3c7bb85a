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
from lookalike_specs.extensions import ErrorCode, ErrorFormat
from lookalike_specs.messages import Request, Response

from .context import RequestContext
from .examples import build_documented_response, find_response_key, get_response_extension
from .exceptions import VendorError
from .response_ids import derive_response_ids
from .service import Service
from .vendors import ERROR_FORMAT_SELECTORS

# where neither the document nor we have a response for a status
PLAIN_BODY = {"error": "{message}"}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
INVALID_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_error(
    service: Service, seed: int, request: Request, refused: VendorError, call: RequestContext | None
) -> Response:
    """The reply to a refused request, in the operation's own words where it has some.

    The transport is the error's own, the vendor's choice, or the variant's; there is no call where nothing matched.
    """
    operation = call.endpoint.operation if call else None
    instead = operation.extension.error_aliases if operation else {}
    error = service.api.get_error(instead.get(refused.error_id, refused.error_id))
    transport = service.api.root.error_formats[_select_error_format(service, request, error, operation)]
    facts = _collect_template_values(service, seed, request, error, refused.template_values)
    facts["operation"] = operation.id if operation else ""
    if transport.body is None:
        return _render_documented(service, seed, error, operation, facts)
    text = isinstance(transport.body, str)
    body = _fill_template(transport.body, {key: _escape_xml(value) for key, value in facts.items()} if text else facts)
    return Response(
        status=int(_fill_template(transport.status, facts)),
        body=body.encode("utf-8", "replace") if text else _encode_json(body),
        media_type=transport.media_type,
        headers=_build_headers(transport, error, facts),
    )


def _render_documented(
    service: Service, seed: int, error: ErrorCode, operation: Operation | None, facts: Mapping[str, Any]
) -> Response:
    """Return the operation's own response of that status; a plain one where the document has none."""
    key = find_response_key(service.api, operation, error.status) if operation else ""
    extension = get_response_extension(service.api, operation, key) if operation and key else {}
    template = extension.get("body", None if key else PLAIN_BODY)
    if operation and template is None:
        return build_documented_response(service.api, operation, key, error.status, seed)
    body = _encode_json(_fill_template(template, facts))
    return Response(status=error.status, body=body)


def _select_error_format(service: Service, request: Request, error: ErrorCode, operation: Operation | None) -> str:
    chosen = error.error_format or service.variants.get("error-format", service.api.root.default_error_format)
    if operation:
        chosen = operation.extension.error_formats.get(chosen, chosen)
    adapt = ERROR_FORMAT_SELECTORS.get(service.api.id)
    return adapt(service, request, chosen, operation) if adapt else chosen


def _collect_template_values(
    service: Service, seed: int, request: Request, error: ErrorCode, more: Mapping[str, Any]
) -> dict[str, Any]:
    made = derive_response_ids(seed, request)
    facts: dict[str, Any] = {
        "status": error.status, "reason": responses.get(error.status, ""), "code": error.code, "method": request.method,
        "path": request.path, "host": request.host,
        "allow": ", ".join(service.list_methods(request.path)),
        "timestamp": made.timestamp_ms, "time": made.iso_time, "trace_id": made.trace_id, "request_id": made.request_id,
        "parameter": "", "rule": "", "value": "", **more,
    }  # fmt: skip
    facts["message"] = _fill_template(error.message, facts)
    return facts


def _fill_template(template: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _fill_template(value, facts) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill_template(value, facts) for value in template]
    if not isinstance(template, str):
        return template
    if (whole := PLACEHOLDER.fullmatch(template)) and whole[1] in facts:
        return facts[whole[1]]
    return PLACEHOLDER.sub(lambda found: str(facts.get(found[1], found[0])), template)


def _escape_xml(value: Any) -> str:
    """As it may stand in XML; what never may, such as NUL, becomes U+FFFD."""
    return escape(INVALID_XML.sub("\ufffd", str(value)))


def _encode_json(body: Any) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half of a surrogate pair, as in the path "/\ud800", counts as "?"
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _build_headers(
    transport: ErrorFormat, error: ErrorCode, facts: Mapping[str, Any]
) -> tuple[tuple[bytes, bytes], ...]:
    headers = {**transport.headers, **error.headers}
    return tuple((name.lower().encode(), str(_fill_template(value, facts)).encode()) for name, value in headers.items())
