"""The two forms of Alibaba Cloud's answers, JSON and XML, and which of them a caller asks for."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import msgspec

from lookalike_specs.signing import parameters
from lookalike_specs.wire import Pairs, Reply, Request

from ..service import Service

JSON, XML = "application/json;charset=utf-8", "text/xml;charset=utf-8"
IN_XML = {"gateway-json": "gateway-xml", "in-body": "in-body-xml"}


def transport(service: Service, request: Request, chosen: str) -> str:
    """The form of an error: the XML one of the chosen transport where XML is asked for."""
    return IN_XML[chosen] if wants_xml(service, request, parameters.sent(request)) else chosen


def wants_xml(service: Service, request: Request, pairs: Pairs) -> bool:
    """What `Format` says. Without one, only those who sign in the parameters (RPC) may get XML, as a variant says."""
    named = next((value.upper() for name, value in pairs if name == "Format"), "")
    if named in ("JSON", "XML"):
        return named == "XML"
    return service.variants["format-default"] == "xml" and not request.header(b"authorization")


def reply(body: dict[str, Any], root: str = "") -> Reply:
    """A success as JSON, or as XML when the name of its root is given."""
    encoded = msgspec.json.encode(body)
    if not root:
        return Reply(status=200, body=encoded, media_type=JSON)
    text = f'<?xml version="1.0" encoding="UTF-8"?>{_element(root, msgspec.json.decode(encoded))}'
    return Reply(status=200, body=text.encode(), media_type=XML)


def _element(name: str, value: Any) -> str:
    """An object's members are elements in it, a list is its element repeated, null is none."""
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if value is None:
        return ""
    if isinstance(value, dict):
        inside = "".join(_element(key, item) for key, item in value.items())
    else:
        inside = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}>{inside}</{name}>"
