"""Read an API's OpenAPI document as it stands on disk."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from typing import Any

import yaml

from .exceptions import SpecError
from .overlay import apply_overlay
from .registry import SPEC_FILE, cache_per_api, get_source, list_api_ids

__all__ = ["list_api_ids"]

YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_REF_DEPTH = 40
OVERLAY_FILE = "overlay.yaml"


@cache_per_api
def read_document(api: str) -> dict[str, Any]:
    """Return the document of one API, its overlay applied. Raise UnknownApi, SpecError."""
    source = get_source(api)
    if source.folder is None:
        return source.document or {}
    document = _read_yaml(source.folder, api, SPEC_FILE)
    if not (source.folder / OVERLAY_FILE).is_file():
        return document
    return apply_overlay(document, _read_yaml(source.folder, api, OVERLAY_FILE))


def resolve_refs(document: dict[str, Any], node: Any, depth: int = 0) -> Any:
    """The node with every local `$ref` in it replaced by what it points to. Raises SpecError."""
    if depth > MAX_REF_DEPTH:
        raise SpecError("$ref", "references go deeper than is allowed, or in a circle")
    if isinstance(node, list):
        return [resolve_refs(document, item, depth + 1) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(reference := node.get("$ref"), str):
        target = resolve_refs(document, _follow_reference(document, reference), depth + 1)
        return {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return {key: resolve_refs(document, value, depth + 1) for key, value in node.items()}


def resolve_operation(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    """One operation, references resolved, with the parameters that all operations of its path share."""
    item = document["paths"][path]
    own = item[method]
    shared = [*item.get("parameters", ()), *own.get("parameters", ())]
    resolved: dict[str, Any] = resolve_refs(document, {**own, "parameters": shared})
    return resolved


def list_parameter_pointers(document: dict[str, Any], path: str, method: str) -> tuple[str, ...]:
    """Where each parameter of an operation stands, those that its path shares first; of a reference, where it leads."""
    item = document["paths"][path]
    base = f"/paths/{escape_pointer_token(path)}"
    nodes = ((item, base), (item[method], f"{base}/{method}"))
    return tuple(
        given.get("$ref", f"#{at}/parameters/{number}").removeprefix("#")
        for node, at in nodes
        for number, given in enumerate(node.get("parameters", ()))
    )


def escape_pointer_token(step: str) -> str:
    """A name as a step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def unescape_pointer_token(step: str) -> str:
    """A step of a JSON pointer as the name that it is."""
    return step.replace("~1", "/").replace("~0", "~")


def _follow_reference(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    try:
        for step in reference.removeprefix("#/").split("/"):
            node = node[unescape_pointer_token(step)]
    except (KeyError, TypeError) as gone:
        raise SpecError(reference, "points to nothing in this document") from gone
    return node


def _read_yaml(folder: Traversable, api: str, name: str) -> dict[str, Any]:
    try:
        loaded = yaml.load((folder / name).read_text("utf-8"), Loader=YamlLoader)  # noqa: S506 - Loader is a SafeLoader
    except yaml.YAMLError as broken:
        raise SpecError(f"{api}/{name}", f"is not YAML: {broken}") from broken
    if not isinstance(loaded, dict):
        raise SpecError(f"{api}/{name}", "is not a mapping")
    return loaded
