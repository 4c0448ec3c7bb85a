"""Read an API's OpenAPI document from its files, or take one that was read already."""

from __future__ import annotations

from datetime import date, datetime, time
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from .exceptions import SpecError
from .inferred_extensions import complete_document, is_complete
from .overlay import apply_overlay
from .registry import OUR_ORIGIN, SPEC_FILE, cache_per_api, get_source, list_api_ids

__all__ = ["list_api_ids"]

# the loader in C, where PyYAML was built with it, is many times as fast
YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OVERLAY_FILE = "overlay.yaml"


@cache_per_api
def read_document(api: str) -> dict[str, Any]:
    """Return the document of one API, its overlay applied. Raise UnknownApi, SpecError."""
    source = get_source(api)
    if source.folder is None:
        return source.document or {}
    document = _read_yaml(source.folder, api, SPEC_FILE)
    if (source.folder / OVERLAY_FILE).is_file():
        document = apply_overlay(document, _read_yaml(source.folder, api, OVERLAY_FILE))
    if source.origin == OUR_ORIGIN or is_complete(document):
        return document
    completed: dict[str, Any] = to_json_value(document)
    complete_document(completed, api, f"{api}/{SPEC_FILE}")
    return completed


def _read_yaml(folder: Traversable, api: str, name: str) -> dict[str, Any]:
    text = (folder / name).read_text("utf-8")
    try:
        content = yaml.load(text, Loader=YamlLoader)  # noqa: S506 - Loader is a SafeLoader
    except yaml.YAMLError as error:
        raise SpecError(f"{api}/{name}", f"is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise SpecError(f"{api}/{name}", "is not a mapping")
    return content


def to_json_value(node: Any) -> Any:
    """Return YAML's values as JSON has them: keys are texts (`200:`), dates are written out; nothing is shared."""
    if isinstance(node, dict):
        return {_to_json_key(key): to_json_value(value) for key, value in node.items()}
    if isinstance(node, list | tuple | set):
        return [to_json_value(value) for value in node]
    if isinstance(node, datetime | date | time):
        return node.isoformat()
    if isinstance(node, bytes):
        return node.decode("latin-1")
    return node


def _to_json_key(key: Any) -> str:
    # YAML 1.1 reads `on:` and `yes:` as truths, and `200:` as a number
    if isinstance(key, bool):
        return str(key).lower()
    return str(key)
