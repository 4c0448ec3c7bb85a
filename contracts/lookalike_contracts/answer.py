"""Is an answer what its spec documents: status, media type, body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from jsonschema.exceptions import ValidationError, best_match
from jsonschema_path import SchemaPath
from openapi_core import V30ResponseValidator, V31ResponseValidator
from openapi_core.templating.media_types.exceptions import MediaTypeFinderError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseFinderError

from lookalike_specs import load, read
from lookalike_specs.wire import Reply, Request

from .exchange import Answer, question

VALIDATORS = {"3.0": V30ResponseValidator, "3.1": V31ResponseValidator}
Kind = Literal["path", "status", "media type", "schema"]
KINDS: Mapping[type[Exception], Kind] = {
    PathError: "path",
    ResponseFinderError: "status",
    MediaTypeFinderError: "media type",
}


class Violation(NamedTuple):
    """One thing that the document does not allow, and the place in the answer's body."""

    kind: Kind
    pointer: str
    message: str


def violations(api: str, request: Request, reply: Reply) -> tuple[str, ...]:
    """What the answer does that the API's document does not allow, a line each; empty when it conforms."""
    return tuple(f"{found.pointer}: {found.message}" for found in violated(api, request, reply))


def violated(api: str, request: Request, reply: Reply, *, strict: bool = False) -> Iterator[Violation]:
    """The same as values; when `strict`, fields that the document does not name are none of it."""
    asked = question(load(api), request)
    for error in _validator(api, strict).iter_errors(asked, Answer(reply)):
        yield _violation(error)


@cache
def _validator(api: str, strict: bool) -> Any:
    document: Mapping[str, Any] = read(api)
    spec = SchemaPath.from_dict(document)
    texts: dict[str, Any] = dict.fromkeys(("text/xml", "application/xml"), _text)
    return VALIDATORS[document["openapi"][:3]](
        spec, extra_media_type_deserializers=texts, forbid_unspecified_additional_properties=strict
    )


def _text(data: bytes, charset: str = "utf-8") -> str:
    """XML as the text that it is."""
    return data.decode(charset)


def _violation(error: Exception) -> Violation:
    """The cause that tells most, and where it is; of the alternatives of a schema, that of the one that fits best."""
    cause = best_match(getattr(error.__cause__, "schema_errors", ()))
    if cause is not None:
        return Violation("schema", _pointer(cause), cause.message)
    kinds: list[Kind] = [kind for known, kind in KINDS.items() if isinstance(error, known)]
    kind = kinds[0] if kinds else "schema"
    return Violation(kind, "", str(error))


def _pointer(error: ValidationError) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path)
