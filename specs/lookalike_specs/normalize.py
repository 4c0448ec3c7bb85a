"""Bring an OpenAPI 3.0 or 3.1 document into the form that the loader reads, and say what cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import jsonschema_rs

from .exceptions import SpecError
from .pointers import escape_pointer_token
from .references import METHODS, follow_reference, follow_reference_chain, list_server_urls

# a host that nobody can have (RFC 6761), for servers that the document gives as a path alone
NO_HOST: Final = "http://server.invalid"
OPENAPI_31: Final = "3.1.0"
JSON_TYPES: Final = frozenset(("object", "array", "string", "integer", "number", "boolean", "null"))
DATA_KEYWORDS: Final = frozenset(("example", "examples", "default", "enum", "const", "value"))
# OpenAPI says that parameters of these names are ignored: other parts of the document tell them
IGNORED_HEADERS: Final = frozenset(("accept", "content-type", "authorization"))
LOCATIONS: Final = frozenset(("path", "query", "header", "cookie"))
STYLES: Final = {
    "path": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
TEMPLATE_NAME: Final = re.compile(r"\{([^{}]+)\}")
MAX_SCHEMA_REPAIRS: Final = 100
Notices = list[str]
Document = dict[str, Any]


def normalize_document(document: Document, file: str, notices: Notices) -> None:
    """Change the document in place; append to `notices` a line for each thing that is left out or taken otherwise.

    Raise SpecError where nothing is left to serve.
    """
    is_30 = str(document["openapi"]).startswith("3.0")
    if not isinstance(document.get("info"), dict):
        document["info"] = {}
    document["info"].setdefault("title", "API")
    document["info"].setdefault("version", "0")
    if not isinstance(document.get("components"), dict):
        document["components"] = {}
    _mend_references(document, document, "#", notices)
    for pointer, schema, replace in _iter_schema_roots(document, "#"):
        replace(_mend_schema(schema, pointer, is_30, notices))
    document["servers"] = [{"url": url} for url in _make_absolute(list_server_urls(document))] or [{"url": NO_HOST}]
    _normalize_paths(document, notices)
    document["openapi"] = OPENAPI_31
    # callbacks and webhooks are requests that the API sends, which a server that answers has no use for
    document.pop("webhooks", None)
    if not document["paths"]:
        raise SpecError(file, notices[0] if notices else "has no operation: there is nothing to serve")


def _mend_references(document: Document, node: Any, pointer: str, notices: Notices) -> None:
    """Replace each reference that leads nowhere by `{}`, which allows anything."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(children):
        where = f"{pointer}/{escape_pointer_token(str(key))}"
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            problem = _find_reference_problem(document, value)
            if problem:
                notices.append(f"{where}: $ref {value['$ref']!r} {problem}; anything is allowed there")
                node[key] = {}
                continue
        _mend_references(document, value, where, notices)


def _find_reference_problem(document: Document, node: Document) -> str:
    if not node["$ref"].startswith("#"):
        return "is in another document, which is not fetched"
    try:
        follow_reference_chain(document, node)
    except SpecError as error:
        return error.problem
    return ""


SchemaRoot = tuple[str, Any, Callable[[Any], None]]


def _iter_schema_roots(node: Any, pointer: str) -> Iterator[SchemaRoot]:
    """Yield each schema that is not inside another one: its pointer, itself, and a function that replaces it."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _iter_schema_roots(item, f"{pointer}/{index}")
        return
    if not isinstance(node, dict):
        return
    for key, value in list(node.items()):
        where = f"{pointer}/{escape_pointer_token(key)}"
        if key == "schema":
            yield where, value, _make_replacer(node, key)
        elif key == "schemas" and pointer == "#/components" and isinstance(value, dict):
            for name, schema in list(value.items()):
                yield f"{where}/{escape_pointer_token(name)}", schema, _make_replacer(value, name)
        elif key not in DATA_KEYWORDS:
            yield from _iter_schema_roots(value, where)


def _make_replacer(node: Document, key: str) -> Callable[[Any], None]:
    def replace(value: Any) -> None:
        node[key] = value

    return replace


def _mend_schema(schema: Any, pointer: str, is_30: bool, notices: Notices) -> Any:
    """Return a schema of OpenAPI 3.1 that can be compiled, as near to this one as possible."""
    if not isinstance(schema, dict | bool):
        notices.append(f"{pointer}: is no schema; anything is allowed there")
        return {}
    mended = _convert_schema(schema, pointer, is_30, notices)
    for _ in range(MAX_SCHEMA_REPAIRS):
        error = _find_schema_error(mended)
        if error is None:
            return mended
        removed = _remove_keyword(mended, error)
        if removed is None:
            break
        notices.append(f"{pointer}{removed}: {error.message}; the keyword is not looked at")
    notices.append(f"{pointer}: cannot be used; anything is allowed there")
    return {}


def _find_schema_error(schema: Any) -> jsonschema_rs.ValidationError | None:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    try:
        jsonschema_rs.meta.validate({**dialect, **schema} if isinstance(schema, dict) else schema)
    except jsonschema_rs.ValidationError as error:
        return error
    return None


def _remove_keyword(schema: Any, error: jsonschema_rs.ValidationError) -> str | None:
    """Remove what an error of the metaschema is about; return its pointer, None where that is not found."""
    path = list(error.instance_path)
    while path:
        *above, last = path
        node: Any = schema
        for step in above:
            node = node[step]
        # an entry of a list (`type: [string, foo]`) cannot be taken away alone: the keyword above it goes
        if isinstance(node, dict) and last in node:
            del node[last]
            return "".join(f"/{escape_pointer_token(str(step))}" for step in path)
        path = above
    return None


def _convert_schema(schema: Any, pointer: str, is_30: bool, notices: Notices) -> Any:
    """Return the schema with its inner schemas converted: from 3.0 to 3.1, without what no validator can read."""
    if not isinstance(schema, dict):
        return schema
    result: Document = {}
    for key, value in schema.items():
        where = f"{pointer}/{escape_pointer_token(key)}"
        if key in ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas") and isinstance(
            value, dict
        ):
            result[key] = {
                name: _convert_schema(inner, f"{where}/{escape_pointer_token(name)}", is_30, notices)
                for name, inner in value.items()
            }
        elif key in ("allOf", "anyOf", "oneOf", "prefixItems") and isinstance(value, list):
            result[key] = [
                _convert_schema(inner, f"{where}/{number}", is_30, notices) for number, inner in enumerate(value)
            ]
        elif key in ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"):
            result[key] = _convert_schema(value, where, is_30, notices)
        else:
            result[key] = value
    _mend_type(result, pointer, notices)
    _mend_pattern(result, pointer, notices)
    return _upgrade_keywords(result) if is_30 else result


def _mend_type(schema: Document, pointer: str, notices: Notices) -> None:
    types = schema.get("type")
    listed = [types] if isinstance(types, str) else types
    if types is not None and not (isinstance(listed, list) and listed and JSON_TYPES.issuperset(map(str, listed))):
        notices.append(f"{pointer}/type: {types!r} is no type of JSON; any type is allowed there")
        del schema["type"]


def _mend_pattern(schema: Document, pointer: str, notices: Notices) -> None:
    """Drop a pattern that one of the two validators cannot read: Rust's of the mock, Python's of the judge."""
    pattern = schema.get("pattern")
    if pattern is None:
        return
    try:
        re.compile(pattern)
        jsonschema_rs.validator_for({"pattern": pattern})
    except (re.error, TypeError, ValueError, jsonschema_rs.ValidationError, OverflowError, RecursionError):
        notices.append(f"{pointer}/pattern: {str(pattern)[:60]!r} cannot be read; it is not looked at")
        del schema["pattern"]


def _upgrade_keywords(schema: Document) -> Document:
    """Return a schema of 3.0 as 3.1 has it: `nullable`, and bounds that are exclusive."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            is_exclusive = schema.pop(exclusive)
            if is_exclusive and bound in schema:
                schema[exclusive] = schema.pop(bound)
    if schema.pop("nullable", False) is not True:
        return schema
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _make_absolute(urls: Iterator[str]) -> list[str]:
    """Return URLs that begin with http; one that is a path alone is at a host that nobody has."""
    found = (urljoin(f"{NO_HOST}/", url) for url in urls)
    return list(dict.fromkeys(url.rstrip("/") for url in found if urlsplit(url).scheme in ("http", "https")))


def _normalize_paths(document: Document, notices: Notices) -> None:
    kept: Document = {}
    ids: set[str] = set()
    for path, node in document["paths"].items():
        if path.startswith("x-"):
            continue
        pointer = f"#/paths/{escape_pointer_token(path)}"
        item = _resolve_item(document, node)
        if item is None or not path.startswith("/"):
            notices.append(f"{pointer}: is no path with operations; it is left out")
            continue
        for method in [name for name in item if name in METHODS]:
            try:
                _normalize_operation(document, path, item, method, ids, notices)
            except (SpecError, AttributeError, TypeError, KeyError, ValueError) as error:
                notices.append(f"{pointer}/{method}: is left out: {error}")
                del item[method]
        if "trace" in item:
            notices.append(f"{pointer}/trace: is left out: the method is not served")
        item.pop("servers", None)
        item.pop("parameters", None)
        if any(method in item for method in METHODS):
            kept[path] = item
    document["paths"] = kept


def _resolve_item(document: Document, node: Any) -> Document | None:
    if not isinstance(node, dict):
        return None
    if not isinstance(node.get("$ref"), str):
        return node
    reference, beside = follow_reference_chain(document, node)
    target = follow_reference(document, reference)
    return {**target, **beside} if isinstance(target, dict) else None


def _normalize_operation(  # noqa: PLR0913, PLR0917 - the operation, and where it stands
    document: Document, path: str, item: Document, method: str, ids: set[str], notices: Notices
) -> None:
    node = item[method]
    pointer = f"#/paths/{escape_pointer_token(path)}/{method}"
    node.pop("callbacks", None)
    node["operationId"] = _choose_operation_id(node, path, method, ids)
    servers = node.get("servers") or item.get("servers")
    if servers:
        node["servers"] = [{"url": url} for url in _make_absolute(list_server_urls({"servers": servers}))]
    # those of the path come first, and one of the operation's own takes the place of one of the same name
    shared = item.get("parameters") or []
    node["parameters"] = _normalize_parameters(
        document, path, [*shared, *(node.get("parameters") or [])], pointer, notices
    )
    _normalize_body(document, node, method, pointer, notices)
    responses = node.get("responses")
    if not isinstance(responses, dict) or not any(not key.startswith("x-") for key in responses):
        notices.append(f"{pointer}: documents no response; it is answered 200, without a body")
        responses = {"200": {"description": "No response is documented."}}
    node["responses"] = {
        key if key.startswith("x-") else key.upper() if key != "default" else key: _inline_object(document, value)
        for key, value in responses.items()
    }


def _choose_operation_id(node: Document, path: str, method: str, ids: set[str]) -> str:
    """Return the operation's id; one that is missing or taken is made of the method and the path."""
    name = node.get("operationId")
    if not isinstance(name, str) or not name or name in ids:
        words = re.findall(r"[A-Za-z0-9]+", path)
        name = "-".join([method, *words])
    base = name
    number = 2
    while name in ids:
        name = f"{base}-{number}"
        number += 1
    ids.add(name)
    return name


def _inline_object(document: Document, node: Any) -> Any:
    """Return what a reference points to, so that every operation has an object of its own that can be added to."""
    if not isinstance(node, dict):
        return {}
    if not isinstance(node.get("$ref"), str):
        return node
    reference, beside = follow_reference_chain(document, node)
    target = follow_reference(document, reference)
    return {**target, **beside} if isinstance(target, dict) else beside


def _normalize_parameters(
    document: Document, path: str, nodes: list[Any], pointer: str, notices: Notices
) -> list[Document]:
    found: dict[tuple[str, str], Document] = {}
    templated = TEMPLATE_NAME.findall(path)
    for number, node in enumerate(nodes):
        parameter = _normalize_parameter(_inline_object(document, node), f"{pointer}/parameters/{number}", notices)
        if parameter is None:
            continue
        if parameter["in"] == "path" and parameter["name"] not in templated:
            notices.append(f"{pointer}/parameters/{number}: {parameter['name']!r} is not in the path; it is left out")
            continue
        found[parameter["in"], parameter["name"]] = parameter
    for name in templated:
        if ("path", name) not in found:
            notices.append(f"{pointer}: {name!r} of the path is no parameter; any text is allowed there")
            found["path", name] = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    return _drop_clashing(list(found.values()), pointer, notices)


def _drop_clashing(parameters: list[Document], pointer: str, notices: Notices) -> list[Document]:
    """Return the parameters, of two with one name in different places the first."""
    kept: dict[str, Document] = {}
    for parameter in parameters:
        name = parameter["name"]
        if name in kept:
            places = f"{kept[name]['in']} and the {parameter['in']}"
            notices.append(f"{pointer}: {name!r} is in the {places}; the second one is not looked at")
        else:
            kept[name] = parameter
    return list(kept.values())


def _normalize_parameter(node: Document, pointer: str, notices: Notices) -> Document | None:
    """Return a parameter that the loader can read; None for one that is left out."""
    name = node.get("name")
    place = node.get("in")
    if not isinstance(name, str) or place not in LOCATIONS:
        notices.append(f"{pointer}: is no parameter; it is left out")
        return None
    if place == "header" and name.lower() in IGNORED_HEADERS:
        return None
    result = {**node}
    if place == "path":
        result["required"] = True
    content = result.pop("content", None)
    if isinstance(content, dict) and content:
        media_type, media = next(iter(content.items()))
        # the value is JSON in a text: how it looks inside is not held against it
        notices.append(f"{pointer}: its value is {media_type} in a text; the text is not looked into")
        result["schema"] = {"type": "string"}
        result["example"] = (media or {}).get("example", "{}")
    if not isinstance(result.get("schema"), dict | bool):
        result["schema"] = {}
    style = result.get("style", STYLES[place][0])
    if style not in STYLES[place]:
        notices.append(f"{pointer}: style {style!r} is not read; it is taken for {STYLES[place][0]!r}")
        result.pop("style", None)
        result.pop("explode", None)
    return result


def _normalize_body(document: Document, node: Document, method: str, pointer: str, notices: Notices) -> None:
    if "requestBody" not in node:
        return
    body = _inline_object(document, node["requestBody"])
    content = body.get("content")
    if method in ("get", "head") or not isinstance(content, dict) or not content:
        notices.append(f"{pointer}/requestBody: is left out: it has no content, or the method has no body")
        del node["requestBody"]
        return
    media = {name.partition(";")[0].strip().lower(): value for name, value in content.items()}
    node["requestBody"] = {
        **body,
        "content": {
            # `*/*` is what some generators write for JSON
            "application/json" if name in ("*/*", "application/*") else name: {"schema": {}, **(value or {})}
            for name, value in media.items()
        },
    }
