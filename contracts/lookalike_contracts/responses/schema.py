"""Is an answer what its spec documents: status, media type, body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from jsonschema.exceptions import best_match
from jsonschema_path import SchemaPath
from openapi_core import V30ResponseValidator, V31ResponseValidator
from openapi_core.templating.media_types.exceptions import MediaTypeFinderError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseFinderError

from lookalike_specs import load_api, read_document
from lookalike_specs.messages import XML_MEDIA_TYPE, Request, Response
from lookalike_specs.pointers import join_pointer
from lookalike_specs.references import resolve_operation, resolve_refs
from lookalike_specs.registry import add_cache_clearer, cache_per_api
from lookalike_specs.schema_values import guess_type, merge_schema
from lookalike_specs.xml_text import is_xml

from ..quotes import shorten_middle
from .bounded_validation import BOUNDED_FACTORIES
from .json_body import parse_json_body
from .openapi_adapter import OpenAPIResponse, match_operation, to_openapi_request

MAX_MESSAGE_LENGTH: Final = 400
SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
VALIDATORS: Final = {"3.0": V30ResponseValidator, "3.1": V31ResponseValidator}
ResponseViolationKind = Literal["path", "status", "media type", "schema"]
VIOLATION_KINDS: Final[Mapping[type[Exception], ResponseViolationKind]] = {
    PathError: "path",
    ResponseFinderError: "status",
    MediaTypeFinderError: "media type",
}


class ResponseViolation(NamedTuple):
    """One thing that the document does not allow, and the place in the answer's body.

    `rule` is the place in the operation's `responses`.
    """

    kind: ResponseViolationKind
    pointer: str
    message: str
    rule: str = ""


def describe_response_violations(api: str, request: Request, response: Response) -> tuple[str, ...]:
    """Return what an answer does that the API's document does not allow, a line each; empty when it conforms."""
    violations = find_response_violations(api, request, response)
    return tuple(f"{violation.pointer}: {violation.message}" for violation in violations)


def find_response_violations(
    api: str, request: Request, response: Response, *, strict: bool = False
) -> Iterator[ResponseViolation]:
    """Yield what an answer does that the API's document does not allow.

    When `strict`, fields that the document does not name are violations too.
    """
    yield from _compute_violations(api, request, response, strict)


# several checks look at the same exchange, one after the other
@lru_cache(maxsize=4)
def _compute_violations(api: str, request: Request, response: Response, strict: bool) -> tuple[ResponseViolation, ...]:
    return tuple(_iter_violations(api, request, response, strict))


add_cache_clearer(_compute_violations.cache_clear)


def _iter_violations(api: str, request: Request, response: Response, strict: bool) -> Iterator[ResponseViolation]:
    openapi_request = to_openapi_request(load_api(api), request)
    openapi_response = OpenAPIResponse(response)
    if not openapi_response.has_valid_media_type:
        yield ResponseViolation("media type", "", f"{response.media_type!r} is malformed")
    if _holds_half_character(response):
        yield ResponseViolation("schema", "", "holds half a character, such as \\ud800")
        return
    # openapi-core raises this, where it should have yielded an error; it is the answer's fault
    try:
        for error in _build_validator(api, strict).iter_errors(openapi_request, openapi_response):
            violation = _to_violation(error)
            if violation.kind == "schema" and response.body and _describes_xml_elements(api, request, response):
                continue
            yield violation._replace(rule=_locate_violation(api, request, response, violation))
    except RecursionError:
        yield ResponseViolation("schema", "", "is nested too deeply to be read")


def _holds_half_character(response: Response) -> bool:
    """Return whether a JSON text is no text: one half of a surrogate pair, which UTF-8 has no bytes for."""
    # an escape is the only way to write it, and hardly any body has one
    if SURROGATE_ESCAPE.search(response.body) is None:
        return False
    try:
        json.dumps(parse_json_body(response), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (RecursionError, TypeError, ValueError):
        # it is no JSON, or none that can be read, which the validator says in its own words
        return False
    return False


def _describes_xml_elements(api: str, request: Request, response: Response) -> bool:
    """Return whether the answer is XML whose schema describes elements: nobody here compares the two.

    The text itself would be no object, so that every answer of such a server would be called wrong.
    """
    media_type = response.media_type.partition(";")[0].strip().lower()
    operation = match_operation(load_api(api), request)
    if not is_xml(media_type) or operation is None:
        return False
    responses = _load_responses(api, operation.document_path, operation.method.lower())
    status = str(response.status)
    for key in (status, f"{status[0]}XX", "default"):
        if key in responses:
            contents = responses[key].get("content", {})
            # the document may write `text/xml; charset=utf-8`
            plain_contents = {name.partition(";")[0].strip().lower(): content for name, content in contents.items()}
            schema = (plain_contents.get(media_type) or {}).get("schema", {})
            return guess_type(merge_schema(dict(read_document(api)), schema)) in ("array", "object")
    return False


def _locate_violation(api: str, request: Request, response: Response, violation: ResponseViolation) -> str:
    """Return the place in the operation's `responses` of what an answer breaks, as a pointer from there."""
    operation = match_operation(load_api(api), request)
    if operation is None or violation.kind in ("path", "status"):
        return ""
    responses = _load_responses(api, operation.document_path, operation.method.lower())
    status = str(response.status)
    names = [name for name in (status, f"{status[0]}XX", "default") if name in responses]
    if not names:
        return ""
    documented = responses[names[0]]
    if violation.kind == "media type":
        return join_pointer(names[0], "content")
    media_types = documented.get("content", {})
    media_type = response.media_type.partition(";")[0].strip().lower()
    if media_type not in media_types:
        return join_pointer(names[0])
    return join_pointer(names[0], "content", media_type, "schema") + violation.rule


@cache_per_api
def _load_responses(api: str, path: str, method: str) -> dict[str, Any]:
    responses: dict[str, Any] = resolve_operation(read_document(api), path, method)["responses"]
    return responses


@cache_per_api
def _build_validator(api: str, strict: bool) -> Any:
    document: Mapping[str, Any] = read_document(api)
    # references are followed once here, and not in every answer, which takes half the time
    spec = SchemaPath.from_dict(resolve_refs(dict(document), document))
    # the documents say of XML that it is a text; openapi-core would parse it into elements
    decoders: dict[str, Any] = dict.fromkeys(("text/xml", XML_MEDIA_TYPE), _decode_text)
    version = document["openapi"][:3]
    return VALIDATORS[version](
        spec,
        schema_validators_factory=BOUNDED_FACTORIES[version],
        extra_media_type_deserializers=decoders,
        forbid_unspecified_additional_properties=strict,
    )


def _decode_text(data: bytes, charset: str = "utf-8") -> str:
    """Return XML as the text that it is. Raise ValueError."""
    try:
        return data.decode(charset)
    except LookupError as error:
        raise ValueError(f"nobody knows the character set {charset!r}") from error


def _to_violation(error: Exception) -> ResponseViolation:
    """Return the cause that tells most, and where it is."""
    # of the alternatives of a schema, the errors of the one that fits best
    cause = best_match(getattr(error.__cause__, "schema_errors", ()))
    if cause is not None:
        rule = join_pointer(*cause.absolute_schema_path)
        return ResponseViolation(
            "schema", join_pointer(*cause.absolute_path), shorten_middle(cause.message, MAX_MESSAGE_LENGTH), rule
        )
    # openapi-core wraps what is wrong with the media type in an error that says less
    if isinstance(error.__cause__, MediaTypeFinderError):
        error = error.__cause__
    return ResponseViolation(_find_kind(error), "", _describe_error(error))


def _find_kind(error: Exception) -> ResponseViolationKind:
    for error_type, kind in VIOLATION_KINDS.items():
        if isinstance(error, error_type):
            return kind
    return "schema"


def _describe_error(error: Exception) -> str:
    try:
        # the value in it may be the whole body: 5 MB that nobody reads
        return shorten_middle(str(error), MAX_MESSAGE_LENGTH)
    except UnicodeDecodeError:
        # openapi-core shows the body in its message
        return "the body is not UTF-8"
