"""Follow the local `$ref`s of a document, and put together what an operation shares with its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from .exceptions import SpecError
from .pointers import MISSING, join_pointer, resolve_pointer

METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
# deeper than any document needs; what lies below keeps its reference
MAX_REF_DEPTH = 12


def resolve_refs(document: dict[str, Any], node: Any, _open: tuple[str, ...] = ()) -> Any:
    """Return a copy of the node, every local `$ref` in it replaced by what it points to. Raise SpecError.

    What stands beside a `$ref` is kept, and counts more: `{$ref: …, description: mine}` keeps its description.
    Where a schema holds itself, the reference that closes the circle stays as it is.
    """
    if isinstance(node, list):
        return [resolve_refs(document, item, _open) for item in node]
    if not isinstance(node, dict):
        return node
    # a property can be called `$ref` too: then a schema stands there, and no text
    if not isinstance(node.get("$ref"), str):
        return {key: resolve_refs(document, value, _open) for key, value in node.items()}
    reference, beside = follow_reference_chain(document, node)
    # `Node: {children: {items: {$ref: Node}}}` would go on for ever
    if reference in _open or len(_open) >= MAX_REF_DEPTH:
        return {**beside, "$ref": reference}
    target = resolve_refs(document, follow_reference(document, reference), (*_open, reference))
    return {**target, **beside}


def follow_reference_chain(document: dict[str, Any], node: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the last reference of a chain, which leads to no other one, and what stands beside the references.

    Raise SpecError for a chain that leads back to itself, or to nothing.
    """
    beside: dict[str, Any] = {}
    seen: list[str] = []
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in seen:
            raise SpecError(reference, "references lead to each other in a circle")
        seen.append(reference)
        # what stands nearer to where the reference is used counts more
        beside = {**{key: value for key, value in node.items() if key != "$ref"}, **beside}
        node = follow_reference(document, reference)
    return seen[-1], beside


def follow_reference(document: Any, reference: str) -> Any:
    """Return what `#/components/…` points to. Raise SpecError where nothing stands there."""
    target = resolve_pointer(document, unquote(reference).removeprefix("#"))
    if target is MISSING:
        raise SpecError(reference, "points to nothing in this document")
    return target


def resolve_operation(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    """Return one operation, references resolved, with the parameters that all operations of its path share."""
    item = document["paths"][path]
    own = item[method]
    shared = [*item.get("parameters", ()), *own.get("parameters", ())]
    resolved: dict[str, Any] = resolve_refs(document, {**own, "parameters": shared})
    return resolved


def list_parameter_pointers(document: dict[str, Any], path: str, method: str) -> tuple[str, ...]:
    """Return where each parameter of `resolve_operation` stands, in its order; of a reference, where it leads."""
    item = document["paths"][path]
    pointer = join_pointer("paths", path)
    shared = _iter_parameter_pointers(item, pointer)
    own = _iter_parameter_pointers(item[method], f"{pointer}/{method}")
    return (*shared, *own)


def _iter_parameter_pointers(node: dict[str, Any], pointer: str) -> Iterator[str]:
    for position, parameter in enumerate(node.get("parameters", ())):
        if "$ref" in parameter:
            yield parameter["$ref"].removeprefix("#")
        else:
            yield f"{pointer}/parameters/{position}"


def list_server_urls(node: dict[str, Any]) -> Iterator[str]:
    """Yield every server's URL of a document or an operation; a variable stands for each of its values.

    `https://imagesearch.{region}.aliyuncs.com` is one URL for each region.
    """
    for server in node.get("servers", ()):
        urls = [server["url"]]
        for name, variable in server.get("variables", {}).items():
            values = variable.get("enum", [variable["default"]])
            urls = [url.replace(f"{{{name}}}", value) for url in urls for value in values]
        yield from urls
