"""Follow the local `$ref`s of a document, and put together what an operation shares with its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .exceptions import SpecError
from .pointers import MISSING, join_pointer, resolve_pointer

# deeper than any document nests; a reference that leads back to itself would have no end
MAX_REF_DEPTH = 40


def resolve_refs(document: dict[str, Any], node: Any, depth: int = 0) -> Any:
    """Return a copy of the node, every local `$ref` in it replaced by what it points to. Raise SpecError.

    What stands beside a `$ref` is kept, and counts more: `{$ref: …, description: mine}` keeps its description.
    """
    if depth > MAX_REF_DEPTH:
        raise SpecError("$ref", "references go deeper than is allowed, or in a circle")
    if isinstance(node, list):
        return [resolve_refs(document, item, depth + 1) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    # a property can be called `$ref` too: then a schema stands there, and no text
    if not isinstance(reference, str):
        return {key: resolve_refs(document, value, depth + 1) for key, value in node.items()}
    target = resolve_refs(document, follow_reference(document, reference), depth + 1)
    own = {key: value for key, value in node.items() if key != "$ref"}
    return {**target, **own}


def follow_reference(document: Any, reference: str) -> Any:
    """Return what `#/components/…` points to. Raise SpecError where nothing stands there."""
    target = resolve_pointer(document, reference.removeprefix("#"))
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
