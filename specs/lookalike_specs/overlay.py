"""Apply an OpenAPI Overlay 1.0 document (spec.openapis.org/overlay/v1.0.0.html) to the document that it extends.

Stricter than the standard: a target that matches nothing, an unknown key and an action that does nothing are errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Literal

import msgspec
from jsonpath_rfc9535 import JSONPathError, JSONPathNode, find

from .exceptions import SpecError


class _Info(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    version: str


class _Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target: str
    description: str = ""
    update: Any = msgspec.UNSET
    remove: bool = False


class _Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    overlay: Literal["1.0.0"]
    info: _Info
    actions: list[_Action]
    extends: str = ""


def apply_overlay(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return a changed copy of the document: every action of the overlay in order. Raise SpecError."""
    changed = deepcopy(document)
    for action in _parse_overlay(overlay).actions:
        nodes = _select(changed, action.target)
        has_update = action.update is not msgspec.UNSET
        if action.remove == has_update:
            raise _overlay_error(action.target, "needs either an update or a remove")
        if action.remove:
            _remove(changed, nodes, action.target)
        else:
            _update(nodes, action)
    return changed


def _parse_overlay(overlay: dict[str, Any]) -> _Overlay:
    try:
        return msgspec.convert(overlay, _Overlay)
    except msgspec.ValidationError as error:
        raise SpecError("overlay", str(error)) from error


def _select(document: dict[str, Any], target: str) -> list[JSONPathNode]:
    """Return the objects and arrays that the target selects: at least one, each once. Raise SpecError."""
    try:
        # a JSONPath such as `$..schema` can reach one node in two ways
        nodes = {node.location: node for node in find(target, document)}
    except JSONPathError as error:
        raise _overlay_error(target, f"is not JSONPath: {error}") from error
    if not nodes:
        raise _overlay_error(target, "matches nothing")
    if not all(isinstance(node.value, dict | list) for node in nodes.values()):
        raise _overlay_error(target, "selects something that is neither an object nor an array")
    return list(nodes.values())


def _update(nodes: Iterable[JSONPathNode], action: _Action) -> None:
    """Merge into each selected object, append to each selected array."""
    for node in nodes:
        value: Any = node.value
        if isinstance(value, list):
            value.append(deepcopy(action.update))
        elif isinstance(action.update, dict):
            _merge(value, action.update, action.target)
        else:
            raise _overlay_error(action.target, "an object can only be updated with an object")


def _merge(old: dict[str, Any], new: dict[str, Any], where: str) -> None:
    """Merge objects, concatenate arrays; anything else is replaced. Raise SpecError for two that do not fit."""
    for key, value in new.items():
        are_scalars = key in old and not isinstance(old[key], dict | list) and not isinstance(value, dict | list)
        if key not in old or are_scalars:
            old[key] = deepcopy(value)
        elif isinstance(old[key], dict) and isinstance(value, dict):
            _merge(old[key], value, f"{where}[{key!r}]")
        elif isinstance(old[key], list) and isinstance(value, list):
            old[key].extend(deepcopy(value))
        else:
            raise _overlay_error(
                f"{where}[{key!r}]", f"{type(old[key]).__name__} and {type(value).__name__} do not merge"
            )


def _remove(document: dict[str, Any], nodes: Iterable[JSONPathNode], target: str) -> None:
    """Delete each selected node, the last and the deepest first, so that no index shifts under the next."""
    for node in sorted(nodes, key=_removal_order, reverse=True):
        if not node.location:
            raise _overlay_error(target, "the whole document cannot be removed")
        *parents, last = node.location
        container: Any = document
        for step in parents:
            container = container[step]
        del container[last]


def _removal_order(node: JSONPathNode) -> list[tuple[bool, int | str]]:
    # numbers and names cannot be compared, so each step says first which of the two it is
    return [(isinstance(step, str), step) for step in node.location]


def _overlay_error(target: str, problem: str) -> SpecError:
    return SpecError(f"overlay {target}", problem)
