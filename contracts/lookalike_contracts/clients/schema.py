"""A request held to its API's document by openapi-core."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
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

from lookalike_specs import Api, Operation, read_document
from lookalike_specs.messages import FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Request
from lookalike_specs.references import resolve_refs

from ..responses.openapi_adapter import to_openapi_request
from .parsed_request import ClientRequest
from .violation import RequestViolation, RequestViolationKind

VALIDATORS: Final[Mapping[str, tuple[Any, ...]]] = {
    "3.0": (V30RequestParametersValidator, V30RequestBodyValidator),
    "3.1": (V31RequestParametersValidator, V31RequestBodyValidator),
}
MAX_REMEMBERED: Final = 512
MAX_REMEMBERED_BODY: Final = 16 * 1024
KEYWORD_KINDS: Final[Mapping[str, RequestViolationKind]] = {
    "required": "missing", "type": "type", "minimum": "limit", "maximum": "limit", "exclusiveMinimum": "limit",
    "exclusiveMaximum": "limit", "minLength": "limit", "maxLength": "limit", "minItems": "limit", "maxItems": "limit",
}  # fmt: skip


def validate_schema(request: ClientRequest) -> tuple[RequestViolation, ...]:
    """Return what the document does not allow: missing, of a wrong type, over a limit, none of those listed.

    A test suite sends the same request again and again, and to validate one takes ten milliseconds. So what came of the
    last ones is remembered; a body of megabytes is not.
    """
    variants = tuple(sorted(request.variants.items()))
    if len(request.request.body) > MAX_REMEMBERED_BODY:
        return _validate_schema(request.api, request.operation, request.request, variants)
    return _remember_validation(request.api, request.operation, request.request, variants)


@lru_cache(maxsize=MAX_REMEMBERED)
def _remember_validation(
    api: Api, operation: Operation, message: Request, variants: tuple[tuple[str, str], ...]
) -> tuple[RequestViolation, ...]:
    return _validate_schema(api, operation, message, variants)


def _validate_schema(
    api: Api, operation: Operation, message: Request, variants: tuple[tuple[str, str], ...]
) -> tuple[RequestViolation, ...]:
    return tuple(_iter_schema_violations(ClientRequest(api, operation, message, dict(variants))))


def _iter_schema_violations(request: ClientRequest) -> Iterator[RequestViolation]:
    media_types = request.operation.media_types
    if request.request.content_type == FORM_MEDIA_TYPE and request.form and FORM_MEDIA_TYPE not in media_types:
        yield _build_wrong_media_type(request)
        return
    openapi_request = replace(to_openapi_request(request.api, request.request), request=request.normalized_request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated parameter may be used
        errors = list[Exception]()
        for validator in _build_validators(request.api.id):
            errors += validator.iter_errors(openapi_request)
    for error in errors:
        yield from _to_violations(request, error)


@cache
def _build_validators(api: str) -> tuple[Any, ...]:
    document: Mapping[str, Any] = read_document(api)
    # references are followed once here, and not in every request
    resolved = resolve_refs(dict(document), document)
    for operation in _iter_operations(resolved):
        content = operation.get("requestBody", {}).get("content", {})
        if MULTIPART_MEDIA_TYPE in content:
            # A `ClientRequest` has its multipart form as a URL-encoded one. openapi-core's own reader of multipart takes
            # a field `5` for a text, whatever the schema says.
            content.setdefault(FORM_MEDIA_TYPE, {"schema": content[MULTIPART_MEDIA_TYPE].get("schema", {})})
    spec = SchemaPath.from_dict(resolved)
    return tuple(validator(spec) for validator in VALIDATORS[document["openapi"][:3]])


def _iter_operations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for path_item in document.get("paths", {}).values():
        for operation in path_item.values():
            if isinstance(operation, dict):
                yield operation


def _to_violations(request: ClientRequest, error: Any) -> Iterator[RequestViolation]:
    name = str(getattr(error, "name", ""))
    cause = error.__cause__
    schema_errors = getattr(cause, "schema_errors", ())
    if isinstance(error, MissingParameterError):
        yield _build_violation(request, "missing", name, "is required and missing", "required")
    elif isinstance(error, MissingRequestBodyError):
        yield request.build_violation("missing", "", "the body is required and missing", keyword="requestBody")
    elif schema_errors:
        yield from _to_keyword_violations(request, name, schema_errors)
    elif isinstance(cause, CastError):
        # of a form openapi-core says the value only
        name = name or _find_name(request, cause.value)
        yield _build_violation(request, "type", name, f"is no {cause.type}: {cause.value!r}", "type")
    elif isinstance(cause, MediaTypeFinderError):
        yield _build_wrong_media_type(request)
    else:
        message = f"{name or 'the body'} cannot be read as the document says"
        yield request.build_violation("body", name, message, subject=name)


def _find_name(request: ClientRequest, value: Any) -> str:
    for name, other in request.form + request.query:
        if other == value:
            return name
    return ""


def _build_wrong_media_type(request: ClientRequest) -> RequestViolation:
    media_types = " or ".join(request.operation.media_types)
    message = f"the body is {media_types}, not {request.request.content_type!r}"
    return request.build_violation("body", "", message, keyword="requestBody")


def _to_keyword_violations(
    request: ClientRequest, name: str, errors: Iterable[ValidationError]
) -> Iterator[RequestViolation]:
    """Yield the violation that each broken keyword of a schema is; a member of a body has its path for a name."""
    checked_objects = set[str]()
    for error in errors:
        path = ".".join(str(step) for step in error.absolute_path)
        if error.validator != "required":
            kind = KEYWORD_KINDS.get(str(error.validator), "value")
            yield _build_violation(request, kind, name or path, f": {error.message}", str(error.validator))
        elif path not in checked_objects:
            # jsonschema has an error for each member that is missing and says in none of them, but for its text, which
            # one it is about: the first one stands for all
            checked_objects.add(path)
            for member in _list_missing_members(error):
                full_name = name or ".".join(filter(None, (path, member)))
                yield _build_violation(request, "missing", full_name, "is required and missing", "required")


def _list_missing_members(error: ValidationError) -> list[str]:
    """Return the required members that an object lacks, in the schema's order."""
    required = list[str](error.validator_value)  # type: ignore[arg-type]
    members = dict[str, Any](error.instance)  # type: ignore[arg-type]
    return [member for member in required if member not in members]


def _build_violation(
    request: ClientRequest, kind: RequestViolationKind, name: str, description: str, keyword: str
) -> RequestViolation:
    separator = "" if description.startswith(":") else " "
    message = f"{name or 'a value'}{separator}{description}"
    return request.build_violation(kind, name, message, subject=name.partition(".")[0], keyword=keyword)
