"""The two forms of Alibaba Cloud's answers, JSON and XML, and which of them a caller asks for."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from lookalike_specs import Operation
from lookalike_specs.messages import Response
from lookalike_specs.xml_text import escape_xml

from ...context import RequestContext
from ...parsing import ParsedRequest
from ...service import Service
from ..common import encode_json

JSON_MEDIA_TYPE: Final = "application/json;charset=utf-8"
XML_MEDIA_TYPE: Final = "text/xml;charset=utf-8"


def select_error_format(service: Service, parsed: ParsedRequest, chosen: str, operation: Operation | None) -> str:
    """Return the name of an error's format: the XML one of the chosen format where XML is asked for."""
    xml = service.api.root.error_formats[chosen].xml
    if xml and wants_xml(service, parsed, operation):
        return xml
    return chosen


def wants_xml(service: Service, parsed: ParsedRequest, operation: Operation | None) -> bool:
    """Return what `Format` says, where an operation takes it.

    Without one, only those who sign in the parameters (RPC) may get XML, as a variant says.
    """
    if operation and not any(field.name == "Format" for field in operation.fields):
        return False
    for name, value in parsed.pairs:
        if name == "Format":
            # anything else than the two is as good as no `Format`, and only the first one counts
            if value.upper() in ("JSON", "XML"):
                return value.upper() == "XML"
            break
    return service.variants["format-default"] == "xml" and not parsed.request.get_header(b"authorization")


def build_response(context: RequestContext, body: dict[str, Any]) -> Response:
    """Return a success as JSON, or as XML whose root is the operation's name and "Response"."""
    encoded = encode_json(body)
    operation = context.endpoint.operation
    if not wants_xml(context.service, context.parsed, operation):
        return Response(status=200, body=encoded, media_type=JSON_MEDIA_TYPE)
    # a body can hold items that are bytes of JSON already, so it is read back before it is written as XML
    xml = encode_xml(f"{operation.id}Response", msgspec.json.decode(encoded))
    return Response(status=200, body=xml, media_type=XML_MEDIA_TYPE)


def encode_xml(root: str, value: Any) -> bytes:
    """Return a value as an XML document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{_encode_element(root, value)}'.encode()


def _encode_element(name: str, value: Any) -> str:
    """Return an element: an object's members are elements in it, a list is its element repeated, null is none."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(_encode_element(name, item) for item in value)
    if isinstance(value, dict):
        content = "".join(_encode_element(key, item) for key, item in value.items())
    elif isinstance(value, bool):
        content = str(value).lower()
    else:
        content = escape_xml(value)
    return f"<{name}>{content}</{name}>"
