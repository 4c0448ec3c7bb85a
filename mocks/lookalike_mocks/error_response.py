"""An error of the catalogue, in the form in which this vendor answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http.client import responses
from typing import Any, Final

import msgspec

from lookalike_specs import Operation
from lookalike_specs.extensions import ErrorCode, ErrorFormat
from lookalike_specs.messages import RawHeaders, Response
from lookalike_specs.xml_text import escape_xml

from .context import derive_response_ids
from .examples import build_documented_response, find_response_key, get_response_extension
from .exceptions import VendorError
from .parsing import ParsedRequest
from .sandbox.state import SandboxState
from .service import Endpoint, Service
from .vendors import ERROR_FORMAT_SELECTORS

# where neither the document nor we have a response for a status
PLAIN_BODY: Final = {"error": "{message}"}
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
# what ends a header, or cannot stand in one
CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")


def render_error(
    service: Service, endpoint: Endpoint | None, parsed: ParsedRequest, state: SandboxState, vendor_error: VendorError
) -> Response:
    """Return the response to a request that was refused, in the operation's own words where it has some.

    The format is the error's own, the vendor's choice, or the variant's; there is no endpoint where nothing matched.
    """
    operation = None
    operation_id = ""
    error_id = vendor_error.error_id
    if endpoint is not None:
        operation = endpoint.operation
        operation_id = operation.id
        error_id = operation.extension.error_aliases.get(error_id, error_id)
    error = service.api.get_error(error_id)
    error_format = service.api.root.error_formats[_select_error_format(service, parsed, error, operation)]
    facts = _collect_facts(service, state, parsed, error, vendor_error.template_values)
    facts["operation"] = operation_id
    if error_format.body is None:
        return _render_documented(service, state.seed, error, operation, facts)
    return Response(
        status=int(_fill_template(error_format.status, facts)),
        body=_render_body(error_format, facts),
        media_type=error_format.media_type,
        headers=_build_headers(error_format, error, facts),
    )


def _render_documented(
    service: Service, seed: int, error: ErrorCode, operation: Operation | None, facts: Mapping[str, Any]
) -> Response:
    """Return the operation's own response of that status; a plain one where the document has none."""
    template: Any = PLAIN_BODY
    if operation is not None:
        key = find_response_key(service.api, operation, error.status)
        if key:
            template = get_response_extension(service.api, operation, key).get("body")
        if template is None:
            return build_documented_response(service.api, operation, key, error.status, seed)
    return Response(status=error.status, body=_encode_json(_fill_template(template, facts)))


def _select_error_format(service: Service, parsed: ParsedRequest, error: ErrorCode, operation: Operation | None) -> str:
    name = error.error_format or service.variants.get("error-format", service.api.root.default_error_format)
    if operation is not None:
        name = operation.extension.error_formats.get(name, name)
    select = ERROR_FORMAT_SELECTORS.get(service.api.id)
    if select is None:
        return name
    return select(service, parsed, name, operation)


def _collect_facts(
    service: Service, state: SandboxState, parsed: ParsedRequest, error: ErrorCode, template_values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the placeholders of messages and bodies stand for."""
    request = parsed.request
    ids = derive_response_ids(state.seed, request, state.clock.chosen_time)
    facts: dict[str, Any] = {
        "status": error.status,
        "reason": responses.get(error.status, ""),
        "code": error.code,
        "method": request.method,
        "path": request.path,
        "host": request.host,
        "allow": ", ".join(sorted(service.match_path(request.path).methods)),
        "timestamp": ids.timestamp_ms,
        "time": ids.iso_time,
        "trace_id": ids.trace_id,
        "request_id": ids.request_id,
        "parameter": "",
        "rule": "",
        "value": "",
        **template_values,
    }
    facts["message"] = _fill_template(error.message, facts)
    return facts


def _render_body(error_format: ErrorFormat, facts: Mapping[str, Any]) -> bytes:
    if isinstance(error_format.body, str):
        # a text is XML or HTML, so that a value such as `<script>` must not become part of it
        escaped = {name: escape_xml(value) for name, value in facts.items()}
        text: str = _fill_template(error_format.body, escaped)
        return text.encode("utf-8", "replace")
    return _encode_json(_fill_template(error_format.body, facts))


def _encode_json(body: Any) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half of a surrogate pair, as in the path "/\ud800", counts as "?"
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _fill_template(template: Any, facts: Mapping[str, Any]) -> Any:
    """Return a template with its placeholders filled; an unknown one stays as it is.

    A text that is one placeholder becomes the fact itself, of whatever type: `{code}` becomes the number 439.
    """
    if isinstance(template, dict):
        return {key: _fill_template(value, facts) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill_template(value, facts) for value in template]
    if not isinstance(template, str):
        return template
    placeholder = PLACEHOLDER.fullmatch(template)
    if placeholder is not None and placeholder[1] in facts:
        return facts[placeholder[1]]
    return PLACEHOLDER.sub(lambda match: str(facts.get(match[1], match[0])), template)


def _build_headers(error_format: ErrorFormat, error: ErrorCode, facts: Mapping[str, Any]) -> RawHeaders:
    templates = {**error_format.headers, **error.headers}
    headers = []
    for name, template in templates.items():
        # a fact may be a text of the request's, and `a%0d%0aSet-Cookie: b` must not become a header of its own
        text = CONTROLS.sub(" ", str(_fill_template(template, facts))).strip()
        headers.append((name.lower().encode(), text.encode("utf-8", "replace")))
    return tuple(headers)
