"""Read an API's OpenAPI document from its files, or take one that was read already."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from typing import Any

import yaml

from .exceptions import SpecError
from .overlay import apply_overlay
from .registry import SPEC_FILE, cache_per_api, get_source, list_api_ids

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
    if not (source.folder / OVERLAY_FILE).is_file():
        return document
    return apply_overlay(document, _read_yaml(source.folder, api, OVERLAY_FILE))


def _read_yaml(folder: Traversable, api: str, name: str) -> dict[str, Any]:
    text = (folder / name).read_text("utf-8")
    try:
        content = yaml.load(text, Loader=YamlLoader)  # noqa: S506 - Loader is a SafeLoader
    except yaml.YAMLError as error:
        raise SpecError(f"{api}/{name}", f"is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise SpecError(f"{api}/{name}", "is not a mapping")
    return content
