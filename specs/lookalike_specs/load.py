"""From a document to an Api: everything is checked here, so that a wrong spec never starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from .api import WHOLE_BODY, Api, Field, Operation, ParameterLocation, SecurityScheme
from .document import read_document
from .exceptions import SpecError, UnknownVariant
from .extensions import (
    Credentials,
    OperationExtension,
    Reaction,
    RootExtension,
    SchemeExtension,
    Variant,
    VariantCondition,
)
from .lint import verify_api
from .messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, is_json
from .pointers import escape_pointer_token
from .provenance import PROVENANCE_KEY
from .references import METHODS, list_parameter_pointers, list_server_urls, resolve_operation
from .registry import cache_per_api

BODY_TYPES: dict[str, ParameterLocation] = {
    FORM_MEDIA_TYPE: "form",
    MULTIPART_MEDIA_TYPE: "form",
    JSON_MEDIA_TYPE: "json",
}
DEFAULT_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
# `{}` in a document's `security`: whoever calls has to prove nothing
ANONYMOUS = SecurityScheme("", "", "", SchemeExtension(scheme="none", errors={}))
ExtensionT = TypeVar("ExtensionT", RootExtension, OperationExtension, SchemeExtension)


@cache_per_api
def load_api(api_id: str) -> Api:
    """Return one API, checked. Raise UnknownApi, or SpecError where the document says what cannot be meant."""
    return build_api(api_id, read_document(api_id))


def build_api(api_id: str, document: dict[str, Any]) -> Api:
    """Return the API that a document describes, checked. Raise SpecError."""
    root = _read_extension(api_id, document, RootExtension, "")
    operations = tuple(_iter_operations(api_id, document))
    servers = list(list_server_urls(document))
    for operation in operations:
        servers += operation.servers
    # a table keeps the order and drops what stands twice
    api = Api(api_id, document, root, tuple(dict.fromkeys(servers)), operations)
    verify_api(api)
    return api


def _read_extension(api_id: str, node: dict[str, Any], extension_type: type[ExtensionT], pointer: str) -> ExtensionT:
    try:
        return msgspec.convert(node["x-lookalike"], extension_type)
    except KeyError as error:
        raise SpecError(f"{api_id}#{pointer}", "has no x-lookalike") from error
    except msgspec.ValidationError as error:
        raise SpecError(f"{api_id}#{pointer}/x-lookalike", str(error)) from error


def _iter_operations(api_id: str, document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _read_operation(api_id, document, path, method)


def _read_operation(api_id: str, document: dict[str, Any], path: str, method: str) -> Operation:
    node = resolve_operation(document, path, method)
    pointer = f"/paths/{escape_pointer_token(path)}/{method}"
    parameter_pointers = list_parameter_pointers(document, path, method)
    success = _choose_success(node["responses"])
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        # `/#AddImage` is `/`: the rest tells operations of one path apart and is never sent
        path=path.partition("#")[0],
        document_path=path,
        servers=tuple(list_server_urls(node)),
        media_types=tuple(node.get("requestBody", {}).get("content", ())),
        fields=tuple(_read_fields(api_id, node, pointer, parameter_pointers)),
        schemes=tuple(_iter_schemes(api_id, document, node)),
        extension=_read_extension(api_id, node, OperationExtension, pointer),
        pointer=pointer,
        response_schema=_find_json_schema(node["responses"][success]),
        success_status=success,
        body_media_type=_choose_body_type(node),
    )


def _choose_success(responses: dict[str, Any]) -> str:
    """Return the key of the first response that is a success, else `default`, else the first there is."""
    listed = [key for key in responses if not key.startswith("x-")]
    successes = [key for key in listed if key.startswith("2")]
    defaults = [key for key in listed if key == "default"]
    return (successes + defaults + listed)[0]


def _find_json_schema(response: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a response that is JSON; an empty one where it is none."""
    for media_type, content in response.get("content", {}).items():
        if is_json(media_type):
            schema: dict[str, Any] = content.get("schema", {})
            return schema
    return {}


def _choose_body_type(node: dict[str, Any]) -> str:
    """Return the media type of the body that is read: JSON before all others, "" where there is no body."""
    types = list(node.get("requestBody", {}).get("content", ()))
    return next(iter([name for name in types if is_json(name)] + types), "")


def _iter_schemes(api_id: str, document: dict[str, Any], node: dict[str, Any]) -> Iterator[SecurityScheme]:
    """Yield what may prove who calls, in the order in which the document has it."""
    definitions = document.get("components", {}).get("securitySchemes", {})
    for alternative in node.get("security", document.get("security", [])):
        parts = tuple(_read_scheme(api_id, name, definitions[name]) for name in alternative)
        if not parts:
            yield ANONYMOUS
        elif len(parts) == 1:
            yield parts[0]
        else:
            # every one of them is needed: together they are one way to prove who calls
            yield replace(parts[0], name="+".join(alternative), extension=_join_extensions(parts), parts=parts)


def _join_extensions(parts: tuple[SecurityScheme, ...]) -> SchemeExtension:
    return SchemeExtension(scheme="all", errors=parts[0].extension.errors)


def _read_scheme(api_id: str, name: str, node: dict[str, Any]) -> SecurityScheme:
    extension = _read_extension(api_id, node, SchemeExtension, f"/components/securitySchemes/{name}")
    # a scheme of type `http` has neither `in` nor `name`: its place is the header `Authorization`
    return SecurityScheme(name, node.get("in", "header"), node.get("name", "authorization"), extension)


def _read_fields(api_id: str, node: dict[str, Any], pointer: str, parameter_pointers: tuple[str, ...]) -> list[Field]:
    """Return parameters, then what the body holds; a form's fields count once, however many media types it comes in."""
    parameters = [
        _read_parameter(parameter, parameter_pointer)
        for parameter, parameter_pointer in zip(node["parameters"], parameter_pointers, strict=True)
    ]
    contents = node.get("requestBody", {}).get("content", {})
    if contents and node.get("x-lookalike", {}).get("whole-body"):
        return [*parameters, _read_whole_body(node, pointer)]
    body_fields: dict[str, Field] = {}
    for media_type, content in contents.items():
        if media_type not in BODY_TYPES:
            problem = f"{media_type} is not read; known: {', '.join(BODY_TYPES)}"
            raise SpecError(f"{api_id}#{pointer}/requestBody", problem)
        content_pointer = f"{pointer}/requestBody/content/{escape_pointer_token(media_type)}"
        for field in _iter_properties(media_type, content["schema"], f"{content_pointer}/schema/properties"):
            body_fields[field.name] = field
    return [*parameters, *body_fields.values()]


def _read_whole_body(node: dict[str, Any], pointer: str) -> Field:
    """Return the field for a body that is one value."""
    media_type = _choose_body_type(node)
    body = node["requestBody"]
    return Field(
        name=WHOLE_BODY,
        location="body",
        required=body.get("required", False),
        schema=body["content"][media_type].get("schema", {}),
        reactions={},
        pointer=f"{pointer}/requestBody/content/{escape_pointer_token(media_type)}/schema",
    )


def _iter_properties(media_type: str, schema: dict[str, Any], pointer: str) -> Iterator[Field]:
    required_names = schema.get("required", [])
    for name, property_schema in schema["properties"].items():
        location = BODY_TYPES[media_type]
        # a part that has a media type of its own is a file
        if "contentMediaType" in property_schema:
            location = "file"
        yield Field(
            name=name,
            location=location,
            required=name in required_names,
            schema=property_schema,
            reactions=_read_reactions(property_schema),
            pointer=f"{pointer}/{escape_pointer_token(name)}",
        )


def _read_parameter(node: dict[str, Any], pointer: str) -> Field:
    style = node.get("style", DEFAULT_STYLES[node["in"]])
    return Field(
        name=node["name"],
        location=node["in"],
        required=node.get("required", False),
        schema=node["schema"],
        reactions=_read_reactions(node),
        pointer=pointer,
        when=_read_condition(node),
        style=style,
        # OpenAPI: lists and objects are spread over several pairs in the style `form`, and in no other
        explode=node.get("explode", style == "form"),
    )


def _read_reactions(node: dict[str, Any]) -> dict[str, Reaction]:
    """Return keyword -> what breaking it brings, as `x-errors` of a parameter or a property has it."""
    reactions = dict(node.get("x-errors", {}))
    # where the reactions come from, which is no keyword of a schema
    reactions.pop(PROVENANCE_KEY, None)
    return reactions


def _read_condition(node: dict[str, Any]) -> VariantCondition | None:
    if "x-when" not in node:
        return None
    try:
        return msgspec.convert(node["x-when"], VariantCondition)
    except msgspec.ValidationError as error:
        raise SpecError(f"{node['name']}/x-when", str(error)) from error


def resolve_variants(api: Api, chosen: Credentials) -> dict[str, str]:
    """Return every variant's value: the chosen ones, else their defaults. Raise UnknownVariant."""
    variants = api.root.variants
    for name, value in chosen.items():
        if name not in variants or value not in variants[name].values:
            raise UnknownVariant(api.id, name, value, _list_variant_values([variants]))
    return {name: chosen.get(name, variant.default) for name, variant in variants.items()}


def assign_variants(api_ids: Iterable[str], chosen: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return API -> its chosen variants, from `api.name` or `name` -> value. Raise UnknownVariant.

    A bare name goes to every API that has such a switch with such a value.
    """
    variants = {api_id: load_api(api_id).root.variants for api_id in api_ids}
    assigned: dict[str, dict[str, str]] = {api_id: {} for api_id in variants}
    for key, value in chosen.items():
        prefix, dot, name = key.rpartition(".")
        if dot and prefix in variants:
            takers = [prefix]
        elif dot:
            takers = []
        else:
            takers = [api_id for api_id, switches in variants.items() if _has_value(switches, name, value)]
        if not takers:
            # with a prefix there is a taker unless the prefix itself is wrong
            api_ids = tuple(variants) if dot else ()
            raise UnknownVariant(prefix, name, value, _list_variant_values(variants.values()), api_ids)
        for api_id in takers:
            assigned[api_id][name] = value
    return assigned


def _has_value(variants: Mapping[str, Variant], name: str, value: str) -> bool:
    return name in variants and value in variants[name].values


def _list_variant_values(tables: Iterable[Mapping[str, Variant]]) -> dict[str, tuple[str, ...]]:
    """Return variant -> its values, for a message that says what would have been right."""
    values: dict[str, tuple[str, ...]] = {}
    for variants in tables:
        for name, variant in variants.items():
            values[name] = tuple(variant.values)
    return values
