"""A request as the spec's own examples make it, or with values of the caller's, before anybody signs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .api import WHOLE_BODY, Api, Field, Operation
from .messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Pairs, RawHeaders, Request, is_json
from .parameter_styles import format_pairs, format_text
from .references import resolve_operation as in_document
from .signing import canonical

Values = Mapping[str, Any]
MEDIA_TYPES = {"form": FORM_MEDIA_TYPE, "json": JSON_MEDIA_TYPE}
BOUNDARY = "lookalike"
PART_TEMPLATE = '--{}\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
BODILESS_METHODS = ("GET", "HEAD")
# what the body's example has is sent, whether it is required or not
FILLED_LOCATIONS = (*MEDIA_TYPES, "file", "body")
OWN_LOCATIONS = ("path", "header", "cookie", "file")


def collect_examples(api: Api, operation: Operation) -> dict[str, Any]:
    """Every value that the spec has an example for, by name."""
    # the method of the document: a caller may want another one
    node = in_document(dict(api.document), operation.document_path, operation.pointer.rpartition("/")[2])
    found = {parameter["name"]: _find_example(parameter) for parameter in node["parameters"]}
    contents = node.get("requestBody", {}).get("content", {})
    if operation.extension.whole_body and contents:
        found[WHOLE_BODY] = _find_example(contents[operation.body_media_type])
        contents = {}
    for content in contents.values():
        found |= _find_example(content) or {}
    return {name: value for name, value in found.items() if value is not None}


def build_minimal_values(api: Api, operation: Operation, account: Values) -> dict[str, Any]:
    """The shortest good request: what is required, the first of each `any-of` rule, the body's example."""
    known = collect_examples(api, operation)
    wanted = {field.name for field in operation.fields if field.required or field.location in FILLED_LOCATIONS}
    wanted |= {rule.parameters[0] for rule in operation.extension.rules if rule.rule == "any-of"}
    return {name: value for name, value in known.items() if name in wanted} | select_required_credentials(
        operation, account
    )


def select_required_credentials(operation: Operation, account: Values) -> dict[str, Any]:
    """Those of the account's credentials that stand among the required parameters."""
    return {field.name: account[field.name] for field in operation.fields if field.required and field.name in account}


def parse_values(operation: Operation, given: Mapping[str, str]) -> dict[str, Any]:
    """Texts from a command line as the values that they mean: JSON where the body is JSON and no text is wanted."""
    fields = {field.name: field for field in operation.fields}
    return {name: _parse_value(fields.get(name), text) for name, text in given.items()}


def build_request(operation: Operation, values: Values, base: str) -> Request:
    """The request with each value where the spec puts it; a value that it does not know goes where most are."""
    kind = "" if operation.method in BODILESS_METHODS else operation.body_location or ""
    places = {field.name: field.location for field in operation.fields}
    at: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        place = places.get(name, kind or "query")
        at.setdefault(place if place in (*OWN_LOCATIONS, kind) else "query", {})[name] = value
    fields = {field.name: field for field in operation.fields}
    headers = {name.lower(): _format_text(fields.get(name), value) for name, value in at.get("header", {}).items()}
    if "cookie" in at:
        cookies = (f"{name}={_format_text(fields.get(name), value)}" for name, value in at["cookie"].items())
        headers["cookie"] = "; ".join(cookies)
    path = fill_path(operation, at.get("path", {}))
    if kind == "form" and set(operation.media_types) == {MULTIPART_MEDIA_TYPE}:
        return _build_multipart(operation, at, base, path)
    media_type = MEDIA_TYPES.get(kind, operation.body_media_type if at.get("body") else "")
    content_type = {"content-type": media_type} if media_type else {}
    return Request(
        method=operation.method,
        path=path,
        query=_encode_query(fields, at.get("query", {})),
        headers=_encode_headers({"host": urlsplit(base).netloc} | content_type | headers),
        body=_encode_body(kind, at.get(kind, {}), media_type),
    )


def fill_path(operation: Operation, values: Values) -> str:
    """Return the operation's path with these values in the place of `{name}`; one without a value stays."""
    path = operation.path
    if "{" in path:
        fields = {field.name: field for field in operation.fields}
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", _format_text(fields.get(name), value))
    return path


def _build_multipart(operation: Operation, at: Mapping[str, Values], base: str, path: str) -> Request:
    """A form of parts, its files last."""
    kinds = (("form", ""), ("file", '; filename="file"'))
    parts = [
        PART_TEMPLATE.format(BOUNDARY, name, more, format_value(v))
        for kind, more in kinds
        for name, v in at.get(kind, {}).items()
    ]
    return Request(
        method=operation.method,
        path=path,
        query=encode_query(at.get("query", {})),
        headers=_encode_headers(
            {"host": urlsplit(base).netloc, "content-type": f"{MULTIPART_MEDIA_TYPE}; boundary={BOUNDARY}"}
        ),
        body=f"{''.join(parts)}--{BOUNDARY}--\r\n".encode(),
    )


def encode_query(values: Values) -> bytes:
    """Values as a query string or form."""
    pairs: Pairs = tuple((name, format_value(value)) for name, value in values.items())
    return canonical.encode_pairs(pairs).encode("ascii")


def format_value(value: Any) -> str:
    """A value as it stands in a query or a header."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _encode_headers(headers: Mapping[str, str]) -> RawHeaders:
    return tuple((name.encode("latin-1"), value.encode("utf-8")) for name, value in headers.items())


def _encode_query(fields: Mapping[str, Field], values: Values) -> bytes:
    """Return values as a query string, lists and objects in the style of their parameter."""
    if not any(isinstance(value, list | dict) for value in values.values()):
        return encode_query(values)
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        field = fields.get(name)
        pairs += format_pairs(field, value) if field else [(name, format_value(value))]
    return canonical.encode_pairs(tuple(pairs)).encode("ascii")


def _format_text(field: Field | None, value: Any) -> str:
    return format_text(field, value) if field and isinstance(value, list | dict) else format_value(value)


def _encode_body(kind: str, values: Values, media_type: str) -> bytes:
    if kind == "body":
        return _encode_whole_body(values, media_type)
    if kind == "json":
        return json.dumps(values, ensure_ascii=False).encode()
    return encode_query(values)


def _encode_whole_body(values: Values, media_type: str) -> bytes:
    if WHOLE_BODY not in values:
        return b""
    value = values[WHOLE_BODY]
    if is_json(media_type):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return format_value(value).encode("utf-8", "replace")


def _parse_value(field: Field | None, given: str) -> Any:
    if field is None or field.location not in ("json", "body") or field.schema.get("type") == "string":
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


def _find_example(node: Mapping[str, Any]) -> Any:
    """The example of a parameter or a body."""
    if "example" in node:
        return node["example"]
    named = [entry["value"] for entry in node.get("examples", {}).values() if "value" in entry]
    return next(iter([*named, *node.get("schema", {}).get("examples", [])]), None)
