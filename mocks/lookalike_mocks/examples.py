"""Answers of operations that nobody wrote a handler for: the document's own examples, else drawn from its schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from lookalike_specs import Api, Operation
from lookalike_specs.messages import RawHeaders, Response, is_json
from lookalike_specs.parameter_styles import format_simple
from lookalike_specs.references import resolve_refs
from lookalike_specs.schema_values import build_validator, draw_value
from lookalike_specs.xml_text import format_xml, is_xml

from .context import RequestContext
from .memory.caches import cache_result
from .sandbox.state import SandboxState

DEFAULT_SUCCESS: Final = 200
# answers without a body, whatever the document says (RFC 9110, 15.3.5, 15.3.6 and 15.4.5)
BODILESS_STATUSES: Final = frozenset((204, 205, 304))
Node = Mapping[str, Any]


def handle_example(state: SandboxState, call: RequestContext) -> Response:
    """Return the first documented success of the operation, in the named example that was asked for, if any."""
    operation = call.endpoint.operation
    key = operation.success_status
    status = DEFAULT_SUCCESS
    if key.isdecimal():
        status = int(key)
    return build_documented_response(call.service.api, operation, key, status, state.seed, call.situation)


def find_response_key(api: Api, operation: Operation, status: int) -> str:
    """Return the key of the response that the document has for a status: itself, `4XX`, `default`; "" for none."""
    responses = _get_responses(api, operation)
    for key in (str(status), f"{status // 100}XX", "default"):
        if key in responses:
            return key
    return ""


def get_response_extension(api: Api, operation: Operation, key: str) -> Node:
    """Return `x-lookalike` of a response, which has the body of an error as a template."""
    extension: Node = _get_responses(api, operation)[key].get("x-lookalike", {})
    return extension


@cache_result()
def build_documented_response(  # noqa: PLR0913, PLR0917 - all of it decides what is answered, and the cache goes by it
    api: Api, operation: Operation, key: str, status: int, seed: int, example: str = ""
) -> Response:
    """Return a response as the document has it under a key, the same each time for the same seed."""
    node = resolve_refs(dict(api.document), _get_responses(api, operation)[key])
    name = f"{seed}/{api.id}/{operation.id}/{key}"
    headers = _draw_headers(api, node, name)
    media_type, content = _choose_content(node)
    if not media_type or status in BODILESS_STATUSES or operation.method == "HEAD":
        return Response(status=status, body=b"", media_type="", headers=headers)
    plain_type = media_type.partition(";")[0].strip()
    value = _choose_value(api, content, plain_type, name, example)
    # the schema as it stands in the document: a `$ref` in it names the root of XML
    contents = _get_responses(api, operation)[key].get("content", {})
    schema = contents.get(media_type, content).get("schema", {})
    body = _encode_value(api, schema, value, plain_type)
    if not body:
        media_type = ""
    return Response(status=status, body=body, media_type=media_type, headers=headers)


def _get_responses(api: Api, operation: Operation) -> dict[str, Any]:
    method = operation.pointer.rpartition("/")[2]
    responses: dict[str, Any] = api.document["paths"][operation.document_path][method]["responses"]
    return responses


def _choose_content(node: Node) -> tuple[str, Node]:
    """Return a media type and what the document has for it, JSON before all others; "" where there is no body."""
    contents = node.get("content") or {}
    for media_type, content in contents.items():
        if is_json(media_type.partition(";")[0].strip()):
            return media_type, content or {}
    for media_type, content in contents.items():
        # a range such as `image/*` is no media type that an answer can have
        return media_type.replace("*/*", "application/octet-stream").replace("/*", "/plain"), content or {}
    return "", {}


def _choose_value(api: Api, content: Node, media_type: str, name: str, example: str) -> Any:
    """Return the named example, else the first that the schema allows, else what is drawn."""
    schema = content.get("schema", {})
    is_valid = build_validator(api.document, schema)
    named = {key: entry["value"] for key, entry in (content.get("examples") or {}).items() if "value" in entry}
    if example in named:
        return named[example]
    values = list(named.values())
    if "example" in content:
        values.insert(0, content["example"])
    for value in values:
        # an example of XML is a text, and the schema describes what the text says
        if is_valid(value) or (isinstance(value, str) and is_xml(media_type)):
            return value
    return draw_value(api.document, schema, name).value


def _encode_value(api: Api, schema: Any, value: Any, plain_type: str) -> bytes:
    """Return a body: JSON, XML, or a text as it is. What no text says, such as an object as CSV, has no body."""
    if is_json(plain_type):
        return msgspec.json.encode(value)
    # an example of XML is a text already
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if is_xml(plain_type):
        return format_xml(dict(api.document), schema, value)
    if isinstance(value, dict | list) or value is None:
        return b""
    return format_simple(value).encode()


def _draw_headers(api: Api, node: Node, name: str) -> RawHeaders:
    headers = node.get("headers") or {}
    result = []
    for header, described in headers.items():
        # the body's own media type stands there
        if header.lower() == "content-type" or not isinstance(described, dict):
            continue
        value = described.get("example")
        if value is None:
            value = draw_value(api.document, described.get("schema", {}), f"{name}/{header}").value
        text = format_simple(value)
        if text.isascii() and text.isprintable():
            result.append((header.lower().encode(), text.encode()))
    return tuple(result)
