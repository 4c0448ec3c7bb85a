"""The two forms of Alibaba Cloud's answers, JSON and XML, and which of them a caller asks for."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import msgspec

from lookalike_specs import Operation
from lookalike_specs.messages import Response

from ...context import RequestContext
from ...parsing import ParsedRequest
from ...service import Service

JSON_MEDIA_TYPE = "application/json;charset=utf-8"
XML_MEDIA_TYPE = "text/xml;charset=utf-8"


def select_error_format(service: Service, parsed: ParsedRequest, chosen: str, operation: Operation | None) -> str:
    """The form of an error: the XML one of the chosen transport where XML is asked for."""
    xml = service.api.root.error_formats[chosen].xml
    return xml if xml and wants_xml(service, parsed, operation) else chosen


def wants_xml(service: Service, parsed: ParsedRequest, operation: Operation | None) -> bool:
    """What `Format` says, where an operation takes it.

    Without one, only those who sign in the parameters (RPC) may get XML, as a variant says.
    """
    if operation and not any(field.name == "Format" for field in operation.fields):
        return False
    named = next((value.upper() for name, value in parsed.pairs if name == "Format"), "")
    if named in ("JSON", "XML"):
        return named == "XML"
    return service.variants["format-default"] == "xml" and not parsed.request.get_header(b"authorization")


def build_response(call: RequestContext, body: dict[str, Any]) -> Response:
    """A success as JSON, or as XML whose root is the operation's name and "Response"."""
    encoded = msgspec.json.encode(body)
    operation = call.endpoint.operation
    if not wants_xml(call.service, call.parsed, operation):
        return Response(status=200, body=encoded, media_type=JSON_MEDIA_TYPE)
    return Response(
        status=200, body=encode_xml(f"{operation.id}Response", msgspec.json.decode(encoded)), media_type=XML_MEDIA_TYPE
    )


def encode_xml(root: str, value: Any) -> bytes:
    """A value as an XML document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{_encode_element(root, value)}'.encode()


def _encode_element(name: str, value: Any) -> str:
    """An object's members are elements in it, a list is its element repeated, null is none."""
    if isinstance(value, list):
        return "".join(_encode_element(name, item) for item in value)
    if value is None:
        return ""
    if isinstance(value, dict):
        inside = "".join(_encode_element(key, item) for key, item in value.items())
    else:
        inside = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}>{inside}</{name}>"
