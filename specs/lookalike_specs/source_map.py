"""Where in our files something stands that a pointer into an API's document means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

from .document import OVERLAY_FILE, YamlLoader
from .overlay import apply_overlay
from .pointers import get_child, resolve_pointer, unescape_pointer_token
from .references import MAX_REF_DEPTH
from .registry import SPEC_FILE, cache_per_api, get_source

MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class SourceLocation:
    """A file, a JSON pointer into the document as it is read, and the line in the file, from 1.

    The file is below this package; of other APIs it is the whole path.
    """

    file: str
    pointer: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class _LocatedMapping(dict[str, Any]):
    """A mapping with the file and the line where it stands."""

    location: tuple[str, int] = ("", 1)


class _LocatedList(list[Any]):
    """A list with the file and the line where it stands."""

    location: tuple[str, int] = ("", 1)


class _LocatedScalar(str):
    """The text of a scalar with the file and the line where it stands."""

    location: tuple[str, int] = ("", 1)


LOCATED_TYPES: Final = (_LocatedMapping, _LocatedList, _LocatedScalar)


def locate_source(api: str, pointer: str) -> SourceLocation:
    """Return where a pointer's target stands, or the deepest part of the way that exists. Raise UnknownApi.

    A `$ref` on the way is followed, so that a finding about a shared parameter leads to the parameter itself.
    """
    root = node = _read_located_document(api)
    file, line = node.location
    existing_pointer = ""
    for token in pointer.split("/")[1:]:
        name = unescape_pointer_token(token)
        node = get_child(_follow_reference(root, node, name), name)
        if not isinstance(node, LOCATED_TYPES):
            break
        file, line = node.location
        existing_pointer += f"/{token}"
    source = get_source(api)
    if source.folder is None:
        return SourceLocation(str(Path(source.origin).absolute()), existing_pointer, line)
    return SourceLocation(f"{source.folder_name}/{file}", existing_pointer, line)


def _follow_reference(root: Any, node: Any, name: str) -> Any:
    """Return the node itself, or what it refers to where only that has the member."""
    # bounded, as a document may refer in a circle
    for _ in range(MAX_REF_DEPTH):
        if not isinstance(node, dict) or name in node:
            return node
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        node = resolve_pointer(root, reference.removeprefix("#"))
    return node


@cache_per_api
def _read_located_document(api: str) -> Any:
    """Return the document as `read_document` does, overlay applied, but with the location of each part."""
    source = get_source(api)
    folder = source.folder
    if folder is None:
        return _read_located_file(source.origin)
    document = _read_located_yaml(folder, SPEC_FILE)
    if not (folder / OVERLAY_FILE).is_file():
        return document
    overlay = _read_located_yaml(folder, OVERLAY_FILE)
    # the overlay's own words become plain, as they are checked; what its actions put into the document stays located
    plain: dict[str, Any] = {key: str(value) for key, value in overlay.items() if key not in ("info", "actions")}
    plain["info"] = _unwrap_scalars(overlay["info"])
    plain["actions"] = [_unwrap_scalars(action) for action in overlay["actions"]]
    return apply_overlay(document, plain)


def _read_located_file(path: str) -> Any:
    """Return the document of a file that a caller named; JSON is YAML too. An empty one where it is gone."""
    try:
        located = _build_located(yaml.compose(Path(path).read_text("utf-8-sig"), Loader=YamlLoader), path, 1)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return _LocatedMapping()
    return located if isinstance(located, _LocatedMapping) else _LocatedMapping()


def _unwrap_scalars(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping whose own scalars are plain; what lies deeper keeps its location."""
    plain: dict[str, Any] = {}
    for key, value in node.items():
        if not isinstance(value, _LocatedScalar):
            plain[key] = value
        elif key == "remove":
            # every located scalar is a text; of those in an action only this one means something else
            plain[key] = value == "true"
        else:
            plain[key] = str(value)
    return plain


def _read_located_yaml(folder: Traversable, name: str) -> Any:
    text = (folder / name).read_text("utf-8")
    return _build_located(yaml.compose(text, Loader=YamlLoader), name, 1)


def _build_located(node: Any, file: str, line: int) -> Any:
    """Return a node of YAML as a value with its location: the line of its key, or its own in a list."""
    located: Any
    if isinstance(node, yaml.MappingNode):
        located = _LocatedMapping()
        for key, value in _iterate_pairs(node):
            # the key's line: an alias (`*limits`) has its value where the anchor stands, far away
            located[key.value] = _build_located(value, file, key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode):
        located = _LocatedList(_build_located(item, file, item.start_mark.line + 1) for item in node.value)
    else:
        located = _LocatedScalar(node.value)
    located.location = (file, line)
    return located


def _iterate_pairs(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the keys and values of a mapping, first those that it takes over by `<<`."""
    own = []
    for key, value in node.value:
        if key.tag != MERGE_TAG:
            own.append((key, value))
        elif isinstance(value, yaml.SequenceNode):
            for base in value.value:
                yield from _iterate_pairs(base)
        else:
            yield from _iterate_pairs(value)
    # last, so that a key of its own replaces the one that it took over
    yield from own
