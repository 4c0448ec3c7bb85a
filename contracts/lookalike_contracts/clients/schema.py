"""A request held to its API's document by openapi-core."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from jsonschema.exceptions import ValidationError
from jsonschema_path import SchemaPath
from openapi_core.casting.schemas.exceptions import CastError
from openapi_core.templating.media_types.exceptions import MediaTypeFinderError
from openapi_core.validation.request import (
    V30RequestBodyValidator,
    V30RequestParametersValidator,
    V31RequestBodyValidator,
    V31RequestParametersValidator,
)
from openapi_core.validation.request.exceptions import MissingParameterError, MissingRequestBodyError

from lookalike_specs import read_document
from lookalike_specs.references import resolve_refs

from ..responses.openapi_adapter import to_openapi_request
from .parsed_request import ClientRequest
from .violation import RequestViolation, RequestViolationKind

VALIDATORS: Final[Mapping[str, tuple[Any, ...]]] = {
    "3.0": (V30RequestParametersValidator, V30RequestBodyValidator),
    "3.1": (V31RequestParametersValidator, V31RequestBodyValidator),
}
KEYWORD_KINDS: Final[Mapping[str, RequestViolationKind]] = {
    "required": "missing", "type": "type", "minimum": "limit", "maximum": "limit", "exclusiveMinimum": "limit",
    "exclusiveMaximum": "limit", "minLength": "limit", "maxLength": "limit", "minItems": "limit", "maxItems": "limit",
}  # fmt: skip


def validate_schema(asked: ClientRequest) -> Iterator[RequestViolation]:
    """What the document does not allow: missing, of a wrong type, over a limit, none of those listed."""
    meant = replace(to_openapi_request(asked.api, asked.request), request=asked.normalized_request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated parameter may be used
        errors = [error for validator in _build_validators(asked.api.id) for error in validator.iter_errors(meant)]
    for error in errors:
        yield from _to_violations(asked, error)


@cache
def _build_validators(api: str) -> tuple[Any, ...]:
    document: Mapping[str, Any] = read_document(api)
    # references are followed once here, and not in every request
    spec = SchemaPath.from_dict(resolve_refs(dict(document), document))
    return tuple(validator(spec) for validator in VALIDATORS[document["openapi"][:3]])


def _to_violations(asked: ClientRequest, error: Any) -> Iterator[RequestViolation]:
    name = str(getattr(error, "name", ""))
    cause = error.__cause__
    broken = getattr(cause, "schema_errors", ())
    if isinstance(error, MissingParameterError):
        yield _build_violation(asked, "missing", name, "is required and missing")
    elif isinstance(error, MissingRequestBodyError):
        yield RequestViolation("missing", "", "the body is required and missing", asked.locate_rule())
    elif broken:
        yield from (_build_keyword_violation(asked, name, each) for each in broken)
    elif isinstance(cause, CastError):
        name = name or next((n for n, value in asked.form + asked.query if value == cause.value), "")
        yield _build_violation(asked, "type", name, f"is no {cause.type}: {cause.value!r}")
    elif isinstance(cause, MediaTypeFinderError):
        told = f"the body is {' or '.join(asked.operation.media_types)}, not {asked.request.content_type!r}"
        yield RequestViolation("body", "", told, asked.locate_rule())
    else:
        yield RequestViolation(
            "body", name, f"{name or 'the body'} cannot be read as the document says", asked.locate_rule(name)
        )


def _build_keyword_violation(asked: ClientRequest, name: str, error: ValidationError) -> RequestViolation:
    """One keyword of a schema that does not hold."""
    kind = KEYWORD_KINDS.get(str(error.validator), "value")
    steps = [str(step) for step in error.absolute_path]
    if error.validator == "required":
        wanted = list[str](error.validator_value)  # type: ignore[arg-type]
        given = dict[str, Any](error.instance)  # type: ignore[arg-type]
        steps += [each for each in wanted if each not in given][:1]
        return _build_violation(asked, kind, name or ".".join(steps), "is required and missing")
    return _build_violation(asked, kind, name or ".".join(steps), f": {error.message}")


def _build_violation(asked: ClientRequest, kind: RequestViolationKind, name: str, what: str) -> RequestViolation:
    spaced = what if what.startswith(":") else f" {what}"
    return RequestViolation(kind, name, f"{name or 'a value'}{spaced}", asked.locate_rule(name.partition(".")[0]))
