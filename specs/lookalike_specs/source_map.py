"""Where in our files something stands that a pointer into an API's document means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from .document import MAX_REF_DEPTH, OVERLAY_FILE, YamlLoader, unescape_pointer_token
from .overlay import apply_overlay
from .registry import SPEC_FILE, get_source

MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class SourceLocation:
    """A file of this package, a JSON pointer into the document as it is read, and the line in the file, from 1."""

    file: str
    pointer: str
    line: int

    def __str__(self) -> str:
        """As editors and terminals take it."""
        return f"{self.file}:{self.line}"


class _LocatedMapping(dict[str, Any]):
    """A mapping that knows where it stands."""

    location: tuple[str, int] = ("", 1)


class _LocatedList(list[Any]):
    """A list that knows where it stands."""

    location: tuple[str, int] = ("", 1)


class _LocatedScalar(str):
    """A scalar that knows where it stands."""

    location: tuple[str, int] = ("", 1)


LOCATED_TYPES: Final = (_LocatedMapping, _LocatedList, _LocatedScalar)


def locate_source(api: str, pointer: str) -> SourceLocation:
    """Where that is, or the deepest that exists on the way there; `$ref` is followed. Raises UnknownApi."""
    root = node = _read_located_document(api)
    name, line = node.location
    walked = ""
    for step in pointer.split("/")[1:]:
        node = _get_child(_follow_reference(root, node, step), unescape_pointer_token(step))
        if not isinstance(node, LOCATED_TYPES):
            break
        name, line = node.location
        walked += f"/{step}"
    return SourceLocation(f"apis/{api}/{name}", walked, line)


def _get_child(node: Any, step: str) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and step.isascii() and step.isdecimal() and int(step) < len(node):
        return node[int(step)]
    return None


def _follow_reference(root: Any, node: Any, step: str) -> Any:
    """The node itself, or what it refers to where only that has the step."""
    for _ in range(MAX_REF_DEPTH):
        reference = node.get("$ref") if isinstance(node, dict) and step not in node else None
        if not isinstance(reference, str):
            break
        node = root
        for each in reference.removeprefix("#/").split("/"):
            node = _get_child(node, unescape_pointer_token(each))
    return node


@cache
def _read_located_document(api: str) -> Any:
    """The document as `read` gives it, overlay applied, each part with its place."""
    folder = get_source(api).folder
    if folder is None:
        return _LocatedMapping()
    document = _read_located_yaml(folder, SPEC_FILE)
    if not (folder / OVERLAY_FILE).is_file():
        return document
    overlay = _read_located_yaml(folder, OVERLAY_FILE)
    plain = {key: str(overlay[key]) for key in overlay if key not in ("info", "actions")}
    return apply_overlay(
        document,
        plain | {"info": _unwrap_scalars(overlay["info"]), "actions": [*map(_unwrap_scalars, overlay["actions"])]},
    )


def _unwrap_scalars(node: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping whose scalars are plain; only what lies deeper keeps its place."""
    kinds: Mapping[str, Callable[[Any], Any]] = {"remove": lambda text: text == "true"}
    return {
        key: kinds.get(key, str)(value) if isinstance(value, _LocatedScalar) else value for key, value in node.items()
    }


def _read_located_yaml(folder: Traversable, name: str) -> Any:
    text = (folder / name).read_text("utf-8")
    return _build_located(yaml.compose(text, Loader=YamlLoader), name, 1)


def _build_located(node: Any, name: str, line: int) -> Any:
    """A node of YAML as a value with its place: the line of its key, or of itself in a list."""
    made: Any
    if isinstance(node, yaml.MappingNode):
        made = _LocatedMapping(
            (key.value, _build_located(value, name, key.start_mark.line + 1)) for key, value in _iterate_pairs(node)
        )
    elif isinstance(node, yaml.SequenceNode):
        made = _LocatedList(_build_located(value, name, value.start_mark.line + 1) for value in node.value)
    else:
        made = _LocatedScalar(node.value)
    made.location = (name, line)
    return made


def _iterate_pairs(node: Any) -> Iterator[tuple[Any, Any]]:
    """The keys and values of a mapping, first those that it takes over by `<<`."""
    for key, value in node.value:
        if key.tag == MERGE_TAG:
            for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                yield from _iterate_pairs(each)
    yield from (pair for pair in node.value if pair[0].tag != MERGE_TAG)
