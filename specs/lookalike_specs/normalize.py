"""Bring an OpenAPI 3.0 or 3.1 document into the form that the loader reads, and say what cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from .exceptions import SpecError
from .pointers import escape_pointer_token
from .references import METHODS, follow_reference, follow_reference_chain, list_server_urls
from .schema_repair import repair_schema

# a host that nobody can have (RFC 6761), for servers that the document gives as a path alone
NO_HOST: Final = "http://server.invalid"
OPENAPI_31: Final = "3.1.0"
DATA_KEYWORDS: Final = frozenset(("example", "examples", "default", "enum", "const", "value"))
# OpenAPI says that parameters of these names are ignored: other parts of the document tell them
IGNORED_HEADERS: Final = frozenset(("accept", "content-type", "authorization"))
LOCATIONS: Final = frozenset(("path", "query", "header", "cookie"))
STYLES: Final = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
TEMPLATE_NAME: Final = re.compile(r"\{([^{}]+)\}")
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
        replace(repair_schema(schema, pointer, is_30, notices))
    document["servers"] = [{"url": url} for url in _make_absolute(list_server_urls(document))] or [{"url": NO_HOST}]
    _normalize_paths(document, notices)
    document["openapi"] = OPENAPI_31
    # callbacks and webhooks are requests that the API sends, which a server that answers has no use for
    document.pop("webhooks", None)
    if not document["paths"]:
        raise SpecError(file, "".join(notices[:1]) or "has no operation: there is nothing to serve")


def _mend_references(document: Document, node: Any, pointer: str, notices: Notices) -> None:
    """Replace each reference that leads nowhere by `{}`, which allows anything."""
    for key, value in _list_children(node):
        where = f"{pointer}/{escape_pointer_token(str(key))}"
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            problem = _find_reference_problem(document, value)
            if problem:
                notices.append(f"{where}: $ref {value['$ref']!r} {problem}; anything is allowed there")
                node[key] = {}
                continue
        _mend_references(document, value, where, notices)


def _list_children(node: Any) -> list[tuple[Any, Any]]:
    if isinstance(node, dict):
        return list(node.items())
    if isinstance(node, list):
        return list(enumerate(node))
    return []


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


def _make_absolute(urls: Iterator[str]) -> list[str]:
    """Return URLs that begin with http; one that is a path alone is at a host that nobody has."""
    absolute_urls = (urljoin(f"{NO_HOST}/", url) for url in urls)
    return list(dict.fromkeys(url.rstrip("/") for url in absolute_urls if urlsplit(url).scheme in ("http", "https")))


def _normalize_paths(document: Document, notices: Notices) -> None:
    paths: Document = {}
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
            paths[path] = item
    document["paths"] = paths


def _resolve_item(document: Document, node: Any) -> Document | None:
    if not isinstance(node, dict):
        return None
    if not isinstance(node.get("$ref"), str):
        return node
    item: Document = _inline_object(document, node)
    return item


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
    node["responses"] = {_normalize_status(key): _inline_object(document, value) for key, value in responses.items()}


def _normalize_status(key: str) -> str:
    """Return `4XX` for `4xx`."""
    if key[:1].isdigit():
        return key.upper()
    return key


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
    if not isinstance(target, dict):
        return beside
    return {**target, **beside}


def _normalize_parameters(
    document: Document, path: str, nodes: list[Any], pointer: str, notices: Notices
) -> list[Document]:
    parameters: dict[tuple[str, str], Document] = {}
    templated = TEMPLATE_NAME.findall(path)
    for number, node in enumerate(nodes):
        parameter = _normalize_parameter(_inline_object(document, node), f"{pointer}/parameters/{number}", notices)
        if parameter is None:
            continue
        if parameter["in"] == "path" and parameter["name"] not in templated:
            notices.append(f"{pointer}/parameters/{number}: {parameter['name']!r} is not in the path; it is left out")
            continue
        parameters[parameter["in"], parameter["name"]] = parameter
    for name in templated:
        if ("path", name) not in parameters:
            notices.append(f"{pointer}: {name!r} of the path is no parameter; any text is allowed there")
            parameters["path", name] = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    return _drop_clashing(list(parameters.values()), pointer, notices)


def _drop_clashing(parameters: list[Document], pointer: str, notices: Notices) -> list[Document]:
    """Return the parameters, of two with one name in different places the first."""
    first_ones: dict[str, Document] = {}
    for parameter in parameters:
        name = parameter["name"]
        if name in first_ones:
            places = f"{first_ones[name]['in']} and the {parameter['in']}"
            notices.append(f"{pointer}: {name!r} is in the {places}; the second one is not looked at")
        else:
            first_ones[name] = parameter
    return list(first_ones.values())


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
    media = {_normalize_media_type(name): {"schema": {}, **(value or {})} for name, value in content.items()}
    node["requestBody"] = {**body, "content": media}


def _normalize_media_type(name: str) -> str:
    """Return a media type without parameters, in lower case; `*/*`, which some generators write, is JSON."""
    plain = name.partition(";")[0].strip().lower()
    if plain in ("*/*", "application/*"):
        return "application/json"
    return plain
