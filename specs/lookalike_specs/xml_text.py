"""Write a value as XML, by the names, attributes and wrappers that a schema's `xml` objects give (OpenAPI 3.1, 4.8.26).

    tags: {type: array, items: {type: string, xml: {name: tag}}, xml: {wrapped: true}}

makes of `["a", "b"]`

    <tags><tag>a</tag><tag>b</tag></tags>
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from .parameter_styles import format_scalar
from .schema_values import merge_schema

Document = dict[str, Any]
COMPONENT_SCHEMAS: Final = "#/components/schemas/"
# XML 1.0 has no way to say these, not even `&#0;`: most controls, halves of surrogate pairs, U+FFFE and U+FFFF
NO_XML_CHARACTERS: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# a parser reads a bare carriage return as a line feed
XML_REFERENCES: Final = {"\r": "&#13;"}


def is_xml(media_type: str) -> bool:
    """Return whether a media type without parameters is XML."""
    return media_type in ("application/xml", "text/xml") or media_type.endswith("+xml")


def replace_invalid_characters(text: str) -> str:
    """Return a text with U+FFFD in place of each character that XML cannot say."""
    return NO_XML_CHARACTERS.sub("\ufffd", text)


def escape_xml(value: Any) -> str:
    """Return a value as a text that may stand in an element: escaped, and without what XML cannot say."""
    return escape(replace_invalid_characters(str(value)), XML_REFERENCES)


def find_root_name(document: Document, schema: Any) -> str:
    """Return the name of the root element: `xml.name`, else the component that the schema refers to; "" for none.

    OpenAPI names no root for a schema that stands in the response itself, and a name of ours would be no answer of that
    API.
    """
    if not isinstance(schema, Mapping):
        return ""
    name = _get_hints(merge_schema(document, dict(schema))).get("name")
    if isinstance(name, str) and name:
        return name
    reference = str(schema.get("$ref", ""))
    if reference.startswith(COMPONENT_SCHEMAS):
        return reference.removeprefix(COMPONENT_SCHEMAS)
    return ""


def format_xml(document: Document, schema: Any, value: Any) -> bytes:
    """Return a value as an XML document in UTF-8; b"" where the schema names no root, or XML cannot say the value."""
    name = find_root_name(document, schema)
    if not name:
        return b""
    merged = merge_schema(document, dict(schema))
    root = ET.Element(_qualify(name, merged))
    if isinstance(value, list):
        # an array at the root is always wrapped, as a document has one root
        _append_items(document, root, merged, value, name)
    else:
        _fill_element(document, root, merged, value)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    # a name such as `$id` is none in XML; ElementTree writes it without a word
    try:
        ET.fromstring(text)  # noqa: S314 - our own text
    except ET.ParseError:
        return b""
    return text


def _get_hints(schema: Document) -> Mapping[str, Any]:
    hints = schema.get("xml")
    if isinstance(hints, Mapping):
        return hints
    return {}


def _qualify(name: str, schema: Document) -> str:
    """Return the name as ElementTree wants it, with its namespace in braces; it chooses prefixes itself."""
    namespace = _get_hints(schema).get("namespace")
    if namespace:
        return f"{{{namespace}}}{name}"
    return name


def _fill_element(document: Document, element: ET.Element, schema: Document, value: Any) -> None:
    """Write a value into its element: members of an object as children or attributes, anything else as its text."""
    if not isinstance(value, dict):
        # XML has no null: an element without a text comes nearest
        if value is not None:
            element.text = replace_invalid_characters(format_scalar(value))
        return
    for name, member in value.items():
        inner = _merge_inner(document, schema.get("properties", {}).get(name))
        _append_member(document, element, name, inner, member)


def _merge_inner(document: Document, schema: Any) -> Document:
    # `true` is a schema, too
    if isinstance(schema, dict):
        return merge_schema(document, schema)
    return {}


def _append_member(document: Document, element: ET.Element, name: str, schema: Document, value: Any) -> None:
    hints = _get_hints(schema)
    if isinstance(value, list):
        parent = element
        if hints.get("wrapped"):
            parent = ET.SubElement(element, _qualify(str(hints.get("name") or name), schema))
        # the name of an array that is not wrapped counts for nothing, says OpenAPI: that of its items does
        _append_items(document, parent, schema, value, name)
        return
    own_name = _qualify(str(hints.get("name") or name), schema)
    if hints.get("attribute"):
        element.set(own_name, replace_invalid_characters(format_scalar(value)))
        return
    _fill_element(document, ET.SubElement(element, own_name), schema, value)


def _append_items(document: Document, parent: ET.Element, schema: Document, items: list[Any], name: str) -> None:
    inner = _merge_inner(document, schema.get("items"))
    item_name = _qualify(str(_get_hints(inner).get("name") or name), inner)
    for item in items:
        _fill_element(document, ET.SubElement(parent, item_name), inner, item)
