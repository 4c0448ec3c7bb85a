"""Read an OpenAPI document that a caller names, whoever wrote it, and register it as an API."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

from .api import Api
from .document import YamlLoader, to_json_value
from .exceptions import SpecError
from .inferred_extensions import complete_document
from .load import build_api, load_api
from .registry import register_document

# what people call such a file when its folder says whose it is: the title tells more
GENERIC_STEMS: Final = frozenset(("openapi", "swagger", "api", "spec", "index", "main", "schema"))
SUPPORTED_VERSIONS: Final = ("3.0", "3.1")


def load_spec_file(path: str | Path) -> Api:
    """Return the API that a document describes, registered under its id: the file's stem, or the title's words.

    `registry.get_source(api.id).notices` says what of it cannot be served, a line each. Raise SpecError.
    """
    document = read_spec_file(path)
    api_id = choose_id(Path(path), document)
    try:
        notices = complete_document(document, api_id, str(path))
        # built once before it is registered, so that what cannot be meant takes no other document's place
        build_api(api_id, document)
    except RecursionError as error:
        raise SpecError(str(path), "is nested too deeply to be read") from error
    register_document(api_id, document, origin=str(path), notices=notices)
    return load_api(api_id)


def read_spec_file(path: str | Path) -> dict[str, Any]:
    """Return the document of a YAML or JSON file as it stands there. Raise SpecError for what is no OpenAPI 3."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise SpecError(str(path), "no such file") from error
    except UnicodeDecodeError as error:
        raise SpecError(str(path), "is not UTF-8") from error
    except OSError as error:
        raise SpecError(str(path), f"cannot be read: {error.strerror}") from error
    try:
        loaded = _parse_text(text)
    except yaml.YAMLError as error:
        raise SpecError(str(path), f"is neither JSON nor YAML: {_describe_yaml_error(error)}") from error
    except RecursionError as error:
        raise SpecError(str(path), "is nested too deeply to be read") from error
    _check_version(str(path), loaded)
    document: dict[str, Any] = to_json_value(loaded)
    return document


def choose_id(path: Path, document: dict[str, Any]) -> str:
    """Return the id of an API that a file describes: `petstore.yaml` is `petstore`; `openapi.yaml` is its title."""
    stem = make_slug(path.name.partition(".")[0])
    title = document["info"].get("title") if isinstance(document.get("info"), dict) else None
    slug = make_slug(str(title or ""))
    return (slug if stem in GENERIC_STEMS or not stem else stem) or stem or "api"


def make_slug(text: str) -> str:
    """Return the letters and digits of a text, with a dash for whatever stands between them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _parse_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, Loader=YamlLoader)  # noqa: S506 - Loader is a SafeLoader


def _check_version(path: str, loaded: Any) -> None:
    if not isinstance(loaded, dict):
        raise SpecError(path, "is no OpenAPI document: it holds no object")
    if "swagger" in loaded:
        raise SpecError(path, f"is Swagger {loaded['swagger']}, which is not read: convert it to OpenAPI 3 first")
    version = str(loaded.get("openapi", ""))
    if not version:
        raise SpecError(path, "is no OpenAPI document: it has no `openapi`")
    if not version.startswith(SUPPORTED_VERSIONS):
        raise SpecError(path, f"is OpenAPI {version}; {' and '.join(SUPPORTED_VERSIONS)} are read")
    if not isinstance(loaded.get("paths"), dict) or not loaded["paths"]:
        raise SpecError(path, "has no paths: there is nothing to serve")


def _describe_yaml_error(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    return f"{problem}, line {mark.line + 1}" if mark else problem
