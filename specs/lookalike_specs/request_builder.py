"""A request as the spec's own examples make it, or with values of the caller's, before anybody signs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .api import Api, Field, Operation
from .messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Pairs, RawHeaders, Request
from .references import resolve_operation as in_document
from .signing import canonical

Values = Mapping[str, Any]
MEDIA_TYPES = {"form": FORM_MEDIA_TYPE, "json": JSON_MEDIA_TYPE}
BOUNDARY = "lookalike"
PART_TEMPLATE = '--{}\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
BODILESS_METHODS = ("GET", "HEAD")


def collect_examples(api: Api, operation: Operation) -> dict[str, Any]:
    """Every value that the spec has an example for, by name."""
    # the method of the document: a caller may want another one
    node = in_document(dict(api.document), operation.document_path, operation.pointer.rpartition("/")[2])
    found = {parameter["name"]: _find_example(parameter) for parameter in node["parameters"]}
    for content in node.get("requestBody", {}).get("content", {}).values():
        found |= _find_example(content) or {}
    return {name: value for name, value in found.items() if value is not None}


def build_minimal_values(api: Api, operation: Operation, account: Values) -> dict[str, Any]:
    """The shortest good request: what is required, the first of each `any-of` rule, the body's example."""
    known = collect_examples(api, operation)
    wanted = {field.name for field in operation.fields if field.required or field.location in (*MEDIA_TYPES, "file")}
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
        at.setdefault(place if place in ("header", "file", kind) else "query", {})[name] = value
    headers = {name.lower(): format_value(value) for name, value in at.get("header", {}).items()}
    if kind == "form" and set(operation.media_types) == {MULTIPART_MEDIA_TYPE}:
        return _build_multipart(operation, at, base)
    content_type = {"content-type": MEDIA_TYPES[kind]} if kind else {}
    return Request(
        method=operation.method,
        path=operation.path,
        query=encode_query(at.get("query", {})),
        headers=_encode_headers({"host": urlsplit(base).netloc} | content_type | headers),
        body=_encode_body(kind, at.get(kind, {})),
    )


def _build_multipart(operation: Operation, at: Mapping[str, Values], base: str) -> Request:
    """A form of parts, its files last."""
    kinds = (("form", ""), ("file", '; filename="file"'))
    parts = [
        PART_TEMPLATE.format(BOUNDARY, name, more, format_value(v))
        for kind, more in kinds
        for name, v in at.get(kind, {}).items()
    ]
    return Request(
        method=operation.method,
        path=operation.path,
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


def _encode_body(kind: str, values: Values) -> bytes:
    if kind == "json":
        return json.dumps(values, ensure_ascii=False).encode()
    return encode_query(values)


def _parse_value(field: Field | None, given: str) -> Any:
    if field is None or field.location != "json" or field.schema.get("type") == "string":
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
