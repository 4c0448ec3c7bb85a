"""Is an answer what its spec documents: status, media type, body."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema_path import SchemaPath
from openapi_core import V30ResponseValidator, V31ResponseValidator

from lookalike_specs import load, read
from lookalike_specs.wire import Reply, Request

from .exchange import Answer, question

VALIDATORS = {"3.0": V30ResponseValidator, "3.1": V31ResponseValidator}


def violations(api: str, request: Request, reply: Reply) -> tuple[str, ...]:
    """What the answer does that the API's document does not allow, a line each; empty when it conforms."""
    asked = question(load(api), request)
    return tuple(_line(error) for error in _validator(api).iter_errors(asked, Answer(reply)))


@cache
def _validator(api: str) -> Any:
    document: Mapping[str, Any] = read(api)
    spec = SchemaPath.from_dict(document)
    texts: dict[str, Any] = dict.fromkeys(("text/xml", "application/xml"), _text)
    return VALIDATORS[document["openapi"][:3]](spec, extra_media_type_deserializers=texts)


def _text(data: bytes, charset: str = "utf-8") -> str:
    """XML as the text that it is."""
    return data.decode(charset)


def _line(error: Exception) -> str:
    """The cause that tells most, and where it is; of the alternatives of a schema, that of the one that fits best."""
    cause = best_match(getattr(error.__cause__, "schema_errors", ()))
    return f"{cause.json_path}: {cause.message}" if cause else str(error)
