"""From a document to an Api: everything is checked here, so that a wrong spec never starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from .api import WHOLE_BODY, Api, Field, Operation, ParameterLocation, SecurityScheme
from .document import read_document
from .exceptions import SpecError, UnknownVariant
from .extensions import Credentials, OperationExtension, RootExtension, SchemeExtension, Variant, VariantCondition
from .lint import verify_api
from .messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, is_json
from .pointers import escape_pointer_token
from .references import list_parameter_pointers, resolve_operation
from .registry import cache_per_api

METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
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
def load_api(api: str) -> Api:
    """One API, checked. Raises UnknownApi, or SpecError where the document says something that cannot be meant."""
    return build_api(api, read_document(api))


def build_api(api: str, document: dict[str, Any]) -> Api:
    """The API that a document describes. Raises SpecError."""
    root = _read_extension(api, document, RootExtension, "")
    operations = tuple(_read_operations(api, document))
    servers = dict.fromkeys([*list_server_urls(document), *(server for each in operations for server in each.servers)])
    loaded = Api(api, document, root, tuple(servers), operations)
    verify_api(loaded)
    return loaded


def _read_extension(api: str, node: dict[str, Any], kind: type[ExtensionT], where: str) -> ExtensionT:
    try:
        return msgspec.convert(node["x-lookalike"], kind)
    except KeyError as missing:
        raise SpecError(f"{api}#{where}", "has no x-lookalike") from missing
    except msgspec.ValidationError as wrong:
        raise SpecError(f"{api}#{where}/x-lookalike", str(wrong)) from wrong


def list_server_urls(node: dict[str, Any]) -> Iterator[str]:
    """Every server's URL of a document or an operation; a variable stands for each of its values."""
    for server in node.get("servers", ()):
        urls = [server["url"]]
        for name, variable in server.get("variables", {}).items():
            values = variable.get("enum", [variable["default"]])
            urls = [url.replace(f"{{{name}}}", value) for url in urls for value in values]
        yield from urls


def _read_operations(api: str, document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        yield from (_read_operation(api, document, path, method) for method in METHODS if method in item)


def _read_operation(api: str, document: dict[str, Any], path: str, method: str) -> Operation:
    node = resolve_operation(document, path, method)
    pointer = f"/paths/{escape_pointer_token(path)}/{method}"
    success = _choose_success(node["responses"])
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path.partition("#")[0],
        document_path=path,
        servers=tuple(list_server_urls(node)),
        media_types=tuple(node.get("requestBody", {}).get("content", ())),
        fields=tuple(_read_fields(api, node, pointer, list_parameter_pointers(document, path, method))),
        schemes=tuple(_read_schemes(api, document, node)),
        extension=_read_extension(api, node, OperationExtension, pointer),
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


def _read_schemes(api: str, document: dict[str, Any], node: dict[str, Any]) -> Iterator[SecurityScheme]:
    """What may prove who calls, in the order in which the document has it."""
    known = document.get("components", {}).get("securitySchemes", {})
    security = node.get("security", document.get("security", []))
    for alternative in security:
        parts = tuple(_read_scheme(api, name, known[name]) for name in alternative)
        if not parts:
            yield ANONYMOUS
        elif len(parts) == 1:
            yield parts[0]
        else:
            # every one of them is needed: together they are one way to prove who calls
            yield replace(parts[0], name="+".join(alternative), extension=_join_extensions(parts), parts=parts)


def _join_extensions(parts: tuple[SecurityScheme, ...]) -> SchemeExtension:
    return SchemeExtension(scheme="all", errors=parts[0].extension.errors)


def _read_scheme(api: str, name: str, node: dict[str, Any]) -> SecurityScheme:
    extension = _read_extension(api, node, SchemeExtension, f"/components/securitySchemes/{name}")
    return SecurityScheme(name, node.get("in", "header"), node.get("name", "authorization"), extension)


def _read_fields(api: str, node: dict[str, Any], pointer: str, pointers: tuple[str, ...]) -> Iterable[Field]:
    """A form's fields count once, however many media types it may come in."""
    fields = [_read_parameter(parameter, at) for parameter, at in zip(node["parameters"], pointers, strict=True)]
    body: dict[str, Field] = {}
    contents = node.get("requestBody", {}).get("content", {})
    if node.get("x-lookalike", {}).get("whole-body") and contents:
        return [*fields, _read_whole_body(node, pointer)]
    for media_type, content in contents.items():
        if media_type not in BODY_TYPES:
            raise SpecError(f"{api}#{pointer}/requestBody", f"{media_type} is not read; known: {', '.join(BODY_TYPES)}")
        required = content["schema"].get("required", [])
        base = f"{pointer}/requestBody/content/{escape_pointer_token(media_type)}/schema/properties"
        body |= {
            name: _read_property(
                name,
                _locate_property(media_type, schema),
                name in required,
                schema,
                f"{base}/{escape_pointer_token(name)}",
            )
            for name, schema in content["schema"]["properties"].items()
        }
    return [*fields, *body.values()]


def _read_whole_body(node: dict[str, Any], pointer: str) -> Field:
    """Return the field for a body that is one value."""
    media_type = _choose_body_type(node)
    body = node["requestBody"]
    where = f"{pointer}/requestBody/content/{escape_pointer_token(media_type)}/schema"
    return Field(
        WHOLE_BODY, "body", body.get("required", False), body["content"][media_type].get("schema", {}), {}, where
    )


def _locate_property(media_type: str, schema: dict[str, Any]) -> ParameterLocation:
    """Where a property of a body stands; a part that has a media type of its own is a file."""
    return "file" if "contentMediaType" in schema else BODY_TYPES[media_type]


def _read_property(name: str, place: ParameterLocation, required: bool, schema: dict[str, Any], pointer: str) -> Field:
    return Field(name, place, required, schema, schema.get("x-errors", {}), pointer)


def _read_parameter(node: dict[str, Any], pointer: str) -> Field:
    required = node.get("required", False)
    reactions = node.get("x-errors", {})
    style = node.get("style", DEFAULT_STYLES[node["in"]])
    return Field(
        node["name"],
        node["in"],
        required,
        node["schema"],
        reactions,
        pointer,
        _read_condition(node),
        style,
        node.get("explode", style == "form"),
    )


def _read_condition(node: dict[str, Any]) -> VariantCondition | None:
    try:
        return msgspec.convert(node["x-when"], VariantCondition) if "x-when" in node else None
    except msgspec.ValidationError as wrong:
        raise SpecError(f"{node['name']}/x-when", str(wrong)) from wrong


def resolve_variants(api: Api, chosen: Credentials) -> dict[str, str]:
    """Every variant's value: the chosen ones, else their defaults. Raises UnknownVariant."""
    known = api.root.variants
    for name, value in chosen.items():
        if name not in known or value not in known[name].values:
            raise UnknownVariant(api.id, name, value, {key: tuple(found.values) for key, found in known.items()})
    return {name: chosen.get(name, variant.default) for name, variant in known.items()}


def assign_variants(apis: Iterable[str], chosen: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """API -> its chosen variants, from `api.name` or `name` -> value. Raises UnknownVariant.

    A bare name goes to every API that has such a switch with such a value.
    """
    known = {api: load_api(api).root.variants for api in apis}
    found: dict[str, dict[str, str]] = {api: {} for api in known}
    for key, value in chosen.items():
        api, dot, name = key.rpartition(".")
        fitting = (
            [api]
            if dot and api in known
            else [a for a in known if not dot and value in _variant_values(known[a], name)]
        )
        if not fitting:
            raise UnknownVariant(api, name, value, {n: tuple(v.values) for t in known.values() for n, v in t.items()})
        for each in fitting:
            found[each][name] = value
    return found


def _variant_values(known: Mapping[str, Variant], name: str) -> Mapping[str, str]:
    return known[name].values if name in known else {}
