"""What a request says for each parameter, read without the mock's eyes."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.message import Message
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from lookalike_specs.api import Field
from lookalike_specs.messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Request, parse_pairs

SCALAR_TYPES = ("integer", "number", "boolean", "null")


def parse_parameters(request: Request) -> dict[str, Any]:
    """Parameter -> value: texts, but for what stands in a JSON body. Header names are in lower case."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
    return headers | dict(parse_pairs(request.query)) | _parse_body(request)


def format_value(value: Any) -> str:
    """A value as documents and queries write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def is_valid_value(field: Field, value: Any) -> bool:
    """Whether the parameter's schema allows the value."""
    validator = _build_validator(json.dumps(field.schema, default=str))
    return any(validator.is_valid(read) for read in _interpret_value(field, value))


@cache
def _build_validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


def _interpret_value(field: Field, value: Any) -> list[Any]:
    """A text may stand for a number: what it can be taken for."""
    types = field.schema.get("type", ())
    wanted = {types} if isinstance(types, str) else set(types)
    if field.location == "json" or not isinstance(value, str) or not wanted & set(SCALAR_TYPES):
        return [value]
    try:
        return [json.loads(value), value]
    except (ValueError, RecursionError):
        return [value]


def _parse_body(request: Request) -> dict[str, Any]:
    if request.content_type == FORM_MEDIA_TYPE:
        return dict(parse_pairs(request.body))
    if request.content_type == MULTIPART_MEDIA_TYPE:
        return _parse_multipart(request)
    if request.content_type == JSON_MEDIA_TYPE:
        try:
            read = json.loads(request.body)
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}
    return {}


def _parse_multipart(request: Request) -> dict[str, Any]:
    head = f"content-type: {request.get_header(b'content-type')}\r\n\r\n".encode("latin-1")
    message = message_from_bytes(head + request.body)
    parts = message.get_payload() if message.is_multipart() else []
    named = (
        (part.get_param("name", header="content-disposition"), part) for part in parts if isinstance(part, Message)
    )
    return {str(name): _decode_text(part.get_payload(decode=True)) for name, part in named if name}


def _decode_text(payload: Any) -> str:
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
