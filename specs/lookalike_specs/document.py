"""Read an API's OpenAPI document as it stands on disk."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from .exceptions import SpecError, UnknownApi
from .overlay import apply_overlay

YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
APIS_DIR = files(__package__) / "apis"
MAX_REF_DEPTH = 40


@cache
def list_api_ids() -> tuple[str, ...]:
    """The APIs that have a spec, in alphabetical order."""
    return tuple(sorted(entry.name for entry in APIS_DIR.iterdir() if (entry / "openapi.yaml").is_file()))


@cache
def read_document(api: str) -> dict[str, Any]:
    """The document of one API, its overlay applied. Raises UnknownApi."""
    if api not in list_api_ids():
        raise UnknownApi(api, list_api_ids())
    document = _read_yaml(api, "openapi.yaml")
    return (
        apply_overlay(document, _read_yaml(api, "overlay.yaml"))
        if (APIS_DIR / api / "overlay.yaml").is_file()
        else document
    )


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


def _read_yaml(api: str, name: str) -> dict[str, Any]:
    try:
        loaded = yaml.load((APIS_DIR / api / name).read_text("utf-8"), Loader=YamlLoader)  # noqa: S506 - Loader is a SafeLoader
    except yaml.YAMLError as broken:
        raise SpecError(f"{api}/{name}", f"is not YAML: {broken}") from broken
    if not isinstance(loaded, dict):
        raise SpecError(f"{api}/{name}", "is not a mapping")
    return loaded
