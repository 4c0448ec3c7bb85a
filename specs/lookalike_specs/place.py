"""Where in our files something stands that a pointer into an API's document means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from .document import HOME, MAX_DEPTH, Loader, ids, unescaped
from .errors import UnknownApi
from .overlay import apply

SPEC, OVERLAY = "openapi.yaml", "overlay.yaml"
MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Place:
    """A file of this package, a JSON pointer into the document as it is read, and the line in the file, from 1."""

    file: str
    pointer: str
    line: int

    def __str__(self) -> str:
        """As editors and terminals take it."""
        return f"{self.file}:{self.line}"


class _Mapping(dict[str, Any]):
    """A mapping that knows where it stands."""

    where: tuple[str, int] = ("", 1)


class _List(list[Any]):
    """A list that knows where it stands."""

    where: tuple[str, int] = ("", 1)


class _Scalar(str):
    """A scalar that knows where it stands."""

    where: tuple[str, int] = ("", 1)


MARKED: Final = (_Mapping, _List, _Scalar)


def place(api: str, pointer: str) -> Place:
    """Where that is, or the deepest that exists on the way there; `$ref` is followed. Raises UnknownApi."""
    root = node = _marked(api)
    (name, line), walked = node.where, ""
    for step in pointer.split("/")[1:]:
        node = _step(_followed(root, node, step), unescaped(step))
        if not isinstance(node, MARKED):
            break
        name, line = node.where
        walked += f"/{step}"
    return Place(f"apis/{api}/{name}", walked, line)


def _step(node: Any, step: str) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and step.isascii() and step.isdecimal() and int(step) < len(node):
        return node[int(step)]
    return None


def _followed(root: Any, node: Any, step: str) -> Any:
    """The node itself, or what it refers to where only that has the step."""
    for _ in range(MAX_DEPTH):
        reference = node.get("$ref") if isinstance(node, dict) and step not in node else None
        if not isinstance(reference, str):
            break
        node = root
        for each in reference.removeprefix("#/").split("/"):
            node = _step(node, unescaped(each))
    return node


@cache
def _marked(api: str) -> Any:
    """The document as `read` gives it, overlay applied, each part with its place."""
    if api not in ids():
        raise UnknownApi(api, ids())
    document = _read(api, SPEC)
    if not (HOME / api / OVERLAY).is_file():
        return document
    overlay = _read(api, OVERLAY)
    plain = {key: str(overlay[key]) for key in overlay if key not in ("info", "actions")}
    return apply(document, plain | {"info": _plain(overlay["info"]), "actions": [*map(_plain, overlay["actions"])]})


def _plain(node: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping whose scalars are plain; only what lies deeper keeps its place."""
    kinds: Mapping[str, Callable[[Any], Any]] = {"remove": lambda text: text == "true"}
    return {key: kinds.get(key, str)(value) if isinstance(value, _Scalar) else value for key, value in node.items()}


def _read(api: str, name: str) -> Any:
    text = (HOME / api / name).read_text("utf-8")
    return _made(yaml.compose(text, Loader=Loader), name, 1)


def _made(node: Any, name: str, line: int) -> Any:
    """A node of YAML as a value with its place: the line of its key, or of itself in a list."""
    made: Any
    if isinstance(node, yaml.MappingNode):
        made = _Mapping((key.value, _made(value, name, key.start_mark.line + 1)) for key, value in _pairs(node))
    elif isinstance(node, yaml.SequenceNode):
        made = _List(_made(value, name, value.start_mark.line + 1) for value in node.value)
    else:
        made = _Scalar(node.value)
    made.where = (name, line)
    return made


def _pairs(node: Any) -> Iterator[tuple[Any, Any]]:
    """The keys and values of a mapping, first those that it takes over by `<<`."""
    for key, value in node.value:
        if key.tag == MERGE:
            for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                yield from _pairs(each)
    yield from (pair for pair in node.value if pair[0].tag != MERGE)
