"""Is an answer what its spec documents: status, media type, body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from jsonschema.exceptions import ValidationError, best_match
from jsonschema_path import SchemaPath
from openapi_core import V30ResponseValidator, V31ResponseValidator
from openapi_core.templating.media_types.exceptions import MediaTypeFinderError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseFinderError

from lookalike_specs import load, read
from lookalike_specs.document import escaped, resolve
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
    yield from _violated(api, request, reply, strict)


# several checks look at the same exchange, one after the other
@lru_cache(maxsize=4)
def _violated(api: str, request: Request, reply: Reply, strict: bool) -> tuple[Violation, ...]:
    return tuple(_found(api, request, reply, strict))


def _found(api: str, request: Request, reply: Reply, strict: bool) -> Iterator[Violation]:
    asked, answer = question(load(api), request), Answer(reply)
    if not answer.has_good_media_type:
        yield Violation("media type", "", f"{reply.media_type!r} is malformed")
    try:
        for error in _validator(api, strict).iter_errors(asked, answer):
            yield _violation(error)
    except RecursionError:
        yield Violation("schema", "", "is nested too deeply to be read")
    except UnicodeEncodeError:
        yield Violation("schema", "", "holds half a character, such as \\ud800")


@cache
def _validator(api: str, strict: bool) -> Any:
    document: Mapping[str, Any] = read(api)
    # references are followed once here, and not in every answer, which takes half the time
    spec = SchemaPath.from_dict(resolve(dict(document), document))
    texts: dict[str, Any] = dict.fromkeys(("text/xml", "application/xml"), _text)
    return VALIDATORS[document["openapi"][:3]](
        spec, extra_media_type_deserializers=texts, forbid_unspecified_additional_properties=strict
    )


def _text(data: bytes, charset: str = "utf-8") -> str:
    """XML as the text that it is. Raises ValueError."""
    try:
        return data.decode(charset)
    except LookupError as unknown:
        raise ValueError(f"nobody knows the character set {charset!r}") from unknown


def _violation(error: Exception) -> Violation:
    """The cause that tells most, and where it is; of the alternatives of a schema, that of the one that fits best."""
    cause = best_match(getattr(error.__cause__, "schema_errors", ()))
    if cause is not None:
        return Violation("schema", _pointer(cause), cause.message)
    # what is wrong with the media type is told as a cause
    told = error.__cause__ if isinstance(error.__cause__, MediaTypeFinderError) else error
    kinds: list[Kind] = [kind for known, kind in KINDS.items() if isinstance(told, known)]
    kind = kinds[0] if kinds else "schema"
    return Violation(kind, "", _said(told))


def _said(error: Exception) -> str:
    try:
        return str(error)
    except UnicodeDecodeError:
        # openapi-core shows the body in its message
        return "the body is not UTF-8"


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{escaped(str(step))}" for step in error.absolute_path)
