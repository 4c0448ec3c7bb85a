"""A request's values, by the names of its parameters, and whether a parameter's schema allows a value."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator

from lookalike_specs.api import Field
from lookalike_specs.messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, Request, parse_pairs

from .multipart import parse_parts

SCALAR_TYPES: Final = frozenset(("integer", "number", "boolean", "null"))


def parse_parameters(request: Request) -> dict[str, Any]:
    """Return parameter -> value: texts, but for what stands in a JSON body. Header names are in lower case."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
    return headers | dict(parse_pairs(request.query)) | _parse_body(request)


def is_valid_value(field: Field, value: Any) -> bool:
    """Return whether the parameter's schema allows the value."""
    validator = _build_validator(json.dumps(field.schema, default=str))
    return any(validator.is_valid(reading) for reading in _interpret_value(field, value))


@cache
def _build_validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


def _interpret_value(field: Field, value: Any) -> list[Any]:
    """Return all that a value can be taken for: outside of JSON, `5` may be a number and a text."""
    types = field.schema.get("type", ())
    allowed = {types} if isinstance(types, str) else set(types)
    if field.location == "json" or not isinstance(value, str) or SCALAR_TYPES.isdisjoint(allowed):
        return [value]
    try:
        return [json.loads(value), value]
    except (ValueError, RecursionError):
        return [value]


def _parse_body(request: Request) -> dict[str, Any]:
    if request.content_type == FORM_MEDIA_TYPE:
        return dict(parse_pairs(request.body))
    if request.content_type == JSON_MEDIA_TYPE:
        return _parse_json_object(request.body)
    return {part.name: part.value.decode("utf-8", "replace") for part in parse_parts(request)}


def _parse_json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
