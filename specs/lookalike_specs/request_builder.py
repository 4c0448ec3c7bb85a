"""Build a request from the document's own examples, or from values of the caller's, before anybody signs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .api import WHOLE_BODY, Api, Field, Operation
from .messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Pairs, RawHeaders, Request, is_json
from .parameter_styles import PREFIXED_STYLES, format_pairs, format_text
from .references import resolve_operation
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
    """Return every value that the document has an example for, by name."""
    # the method of the document, which is in the pointer: a caller may have put another one into the operation
    method = operation.pointer.rpartition("/")[2]
    node = resolve_operation(dict(api.document), operation.document_path, method)
    examples = {parameter["name"]: _find_example(parameter) for parameter in node["parameters"]}
    contents = node.get("requestBody", {}).get("content", {})
    if contents and operation.extension.whole_body:
        examples[WHOLE_BODY] = _find_example(contents[operation.body_media_type])
    else:
        for content in contents.values():
            examples |= _find_example(content) or {}
    return {name: value for name, value in examples.items() if value is not None}


def build_minimal_values(api: Api, operation: Operation, account: Values) -> dict[str, Any]:
    """Return the values of the shortest good request, and the credentials that stand among its required parameters.

    That is what is required, the first parameter of each `any-of` rule, and the example of the body.
    """
    names = set()
    for field in operation.fields:
        if field.required or field.location in FILLED_LOCATIONS:
            names.add(field.name)
    for rule in operation.extension.rules:
        if rule.rule == "any-of":
            names.add(rule.parameters[0])
    examples = collect_examples(api, operation)
    values = {name: value for name, value in examples.items() if name in names}
    return values | select_required_credentials(operation, account)


def select_required_credentials(operation: Operation, account: Values) -> dict[str, Any]:
    """Return those of the account's credentials that stand among the required parameters."""
    return {field.name: account[field.name] for field in operation.fields if field.required and field.name in account}


def parse_values(operation: Operation, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that texts of a command line mean: JSON where the body is JSON and no text is wanted."""
    fields = {field.name: field for field in operation.fields}
    return {name: _parse_value(fields.get(name), text) for name, text in texts.items()}


def build_request(operation: Operation, values: Values, base: str) -> Request:
    """Return the request with each value where the document puts it, to the server of a base URL.

    A value that the operation does not know goes into the body if there is one, else into the query.
    """
    fields = {field.name: field for field in operation.fields}
    body_location = ""
    if operation.method not in BODILESS_METHODS and operation.body_location is not None:
        body_location = operation.body_location
    by_location = _group_by_location(fields, values, body_location)
    path = fill_path(operation, by_location.get("path", {}))
    host = urlsplit(base).netloc
    if body_location == "form" and set(operation.media_types) == {MULTIPART_MEDIA_TYPE}:
        content_type = f"{MULTIPART_MEDIA_TYPE}; boundary={BOUNDARY}"
        return Request(
            method=operation.method,
            path=path,
            query=encode_query(by_location.get("query", {})),
            headers=_encode_headers({"host": host, "content-type": content_type}),
            body=_encode_multipart(by_location),
        )
    media_type = MEDIA_TYPES.get(body_location, "")
    if by_location.get("body"):
        media_type = operation.body_media_type
    headers = {"host": host}
    if media_type:
        headers["content-type"] = media_type
    headers |= _build_headers(fields, by_location)
    return Request(
        method=operation.method,
        path=path,
        query=_encode_query(fields, by_location.get("query", {})),
        headers=_encode_headers(headers),
        body=_encode_body(body_location, by_location.get(body_location, {}), media_type),
    )


def fill_path(operation: Operation, values: Values) -> str:
    """Return the operation's path with these values in the place of `{name}`; one without a value stays."""
    path = operation.path
    if "{" not in path:
        return path
    fields = {field.name: field for field in operation.fields}
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", _format_text(fields.get(name), value))
    return path


def _group_by_location(fields: Mapping[str, Field], values: Values, body_location: str) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        location: str = body_location or "query"
        if name in fields:
            location = fields[name].location
        # a field of the body has no place in a request by GET: it goes into the query, as a wrong client would send it
        if location not in (*OWN_LOCATIONS, body_location):
            location = "query"
        groups.setdefault(location, {})[name] = value
    return groups


def _build_headers(fields: Mapping[str, Field], by_location: Mapping[str, Values]) -> dict[str, str]:
    headers = {}
    for name, value in by_location.get("header", {}).items():
        headers[name.lower()] = _format_text(fields.get(name), value)
    if "cookie" in by_location:
        cookies = by_location["cookie"].items()
        headers["cookie"] = "; ".join(f"{name}={_format_text(fields.get(name), value)}" for name, value in cookies)
    return headers


def _encode_multipart(by_location: Mapping[str, Values]) -> bytes:
    """Return a form of parts, its files last: OSS ignores what comes behind a file."""
    parts = []
    for name, value in by_location.get("form", {}).items():
        parts.append(PART_TEMPLATE.format(BOUNDARY, name, "", format_value(value)))
    for name, value in by_location.get("file", {}).items():
        parts.append(PART_TEMPLATE.format(BOUNDARY, name, '; filename="file"', format_value(value)))
    return f"{''.join(parts)}--{BOUNDARY}--\r\n".encode()


def encode_query(values: Values) -> bytes:
    """Return values as a query string or a form."""
    pairs: Pairs = tuple((name, format_value(value)) for name, value in values.items())
    return canonical.encode_pairs(pairs).encode("ascii")


def format_value(value: Any) -> str:
    """Return a value as it stands in a query or a header: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _encode_headers(headers: Mapping[str, str]) -> RawHeaders:
    return tuple((name.encode("latin-1"), value.encode("utf-8")) for name, value in headers.items())


def _encode_query(fields: Mapping[str, Field], values: Values) -> bytes:
    """Return values as a query string, lists and objects in the style of their parameter."""
    if not any(isinstance(value, list | dict) for value in values.values()):
        return encode_query(values)
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if name in fields:
            pairs += format_pairs(fields[name], value)
        else:
            pairs.append((name, format_value(value)))
    return canonical.encode_pairs(tuple(pairs)).encode("ascii")


def _format_text(field: Field | None, value: Any) -> str:
    if field is not None and (isinstance(value, list | dict) or field.style in PREFIXED_STYLES):
        return format_text(field, value)
    return format_value(value)


def _encode_body(body_location: str, values: Values, media_type: str) -> bytes:
    if body_location == "body":
        return _encode_whole_body(values, media_type)
    if body_location == "json":
        return json.dumps(values, ensure_ascii=False).encode()
    return encode_query(values)


def _encode_whole_body(values: Values, media_type: str) -> bytes:
    if WHOLE_BODY not in values:
        return b""
    value = values[WHOLE_BODY]
    if is_json(media_type):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return format_value(value).encode("utf-8", "replace")


def _parse_value(field: Field | None, text: str) -> Any:
    if field is None or field.location not in ("json", "body") or field.schema.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        # what is no JSON is sent as it is: whoever tests a server may want just that
        return text


def _find_example(node: Mapping[str, Any]) -> Any:
    """Return the example of a parameter or a body; None where there is none."""
    if "example" in node:
        return node["example"]
    for example in node.get("examples", {}).values():
        if "value" in example:
            return example["value"]
    for example in node.get("schema", {}).get("examples", []):
        return example
    return None
