"""The APIs there are: ours, those of other packages, and documents that a caller names. All are registered alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

from .exceptions import SpecError, UnknownApi
from .plugins import (
    Plugin,
    PluginError,
    add_undo,
    import_folder,
    import_plugin,
    load_entry_points,
    undo_on_failure,
)

P = ParamSpec("P")
R = TypeVar("R")
API_GROUP: Final = "lookalike.apis"
SPEC_FILE: Final = "openapi.yaml"
OUR_ORIGIN: Final = "lookalike"
OUR_APIS: Final = "lookalike_specs.apis"


@dataclass(frozen=True, eq=False)
class ApiSource:
    """Where an API comes from: a folder with its documents, or a document that was read already.

    `origin` is who brought it, for messages. One that is not `listed` is served and checked only where it is named.
    `notices` say what of the document cannot be served.
    """

    id: str
    origin: str
    folder: Traversable | None = None
    document: dict[str, Any] | None = None
    listed: bool = True
    notices: tuple[str, ...] = ()

    @property
    def folder_name(self) -> str:
        """Return the folder as findings name it: ours by its place in this package, another one by its whole path."""
        if self.origin == OUR_ORIGIN or self.folder is None:
            return f"apis/{self.id}"
        return str(self.folder)


_sources: Final[dict[str, ApiSource]] = {}
_registered_packages: Final[set[str]] = set()
_cache_clearers: Final[list[Callable[[], None]]] = []


def cache_per_api(function: Callable[P, R]) -> Callable[P, R]:
    """Cache what follows from an API's id, until another document is registered under that id."""
    cached = cache(function)
    _cache_clearers.append(cached.cache_clear)
    return cast(Callable[P, R], cached)


def add_cache_clearer(clear: Callable[[], None]) -> None:
    """Have a cache cleared when another document is registered under an id."""
    _cache_clearers.append(clear)


def register_folder(folder: Traversable, *, origin: str, api_id: str = "") -> str:
    """Register the API whose `openapi.yaml` (and `overlay.yaml`) are in a folder; return its id, the folder's name.

    Raise PluginError for a folder without a document, and for an id that is taken.
    """
    name = api_id or folder.name
    if not (folder / SPEC_FILE).is_file():
        raise PluginError(f"API {name!r} from {origin}", f"has no {SPEC_FILE}")
    _add_source(ApiSource(name, origin, folder=folder))
    return name


def register_package(package: str, *, origin: str, api_id: str = "") -> tuple[str, ...]:
    """Register the API that a package holds, or each API in its folders; return their ids. Raise PluginError.

    `api_id` is the id of the API that the package itself holds; an API in a folder has the folder's name.
    """
    root = files(package)
    if (root / SPEC_FILE).is_file():
        return (register_folder(root, origin=origin, api_id=api_id or package.rpartition(".")[2].replace("_", "-")),)
    folders = [entry for entry in root.iterdir() if entry.is_dir() and (entry / SPEC_FILE).is_file()]
    return tuple(register_folder(folder, origin=origin) for folder in sorted(folders, key=lambda entry: entry.name))


def register_document(api_id: str, document: dict[str, Any], *, origin: str, notices: tuple[str, ...] = ()) -> None:
    """Register a document that was read already; it takes the place of another document, not of a listed API.

    Raise SpecError for an id that a listed API has.
    """
    existing = find_sources().get(api_id)
    if existing is not None and existing.listed:
        raise SpecError(origin, f"its id {api_id!r} is taken by {existing.origin}; name the file otherwise")
    if existing is not None and existing.document is not document:
        for clear in _cache_clearers:
            clear()
    _sources[api_id] = ApiSource(api_id, origin, document=document, listed=False, notices=notices)


def find_sources() -> dict[str, ApiSource]:
    """Return every registered API by its id, our own and those of installed packages among them. Raise PluginError."""
    _discover_packages()
    return _sources


def get_source(api_id: str) -> ApiSource:
    """Return where an API comes from. Raise UnknownApi."""
    source = find_sources().get(api_id)
    if source is None:
        raise UnknownApi(api_id, list_api_ids())
    return source


def list_api_ids() -> tuple[str, ...]:
    """Return the ids of the APIs that are served when none is named, in alphabetical order. Raise PluginError."""
    return tuple(sorted(name for name, source in find_sources().items() if source.listed))


@cache
def _discover_packages() -> None:
    """Register ours and those of installed packages, once; a failure is told again by the next call."""
    _register_once(OUR_APIS, OUR_ORIGIN, "")
    try:
        load_entry_points(API_GROUP, _register_plugin)
    except PluginError:
        # a plugin that asked for an API before it failed has had a call in between, whose success is remembered
        _discover_packages.cache_clear()
        raise


def _register_plugin(plugin: Plugin) -> None:
    _register_once(plugin.module.__name__, f"the package {plugin.distribution}", plugin.name)


def _register_once(package: str, origin: str, api_id: str) -> None:
    # an earlier call may have come this far before it failed at another plugin
    if package not in _registered_packages:
        register_package(package, origin=origin, api_id=api_id)
        _registered_packages.add(package)
        if origin != OUR_ORIGIN:
            add_undo(partial(_registered_packages.discard, package))


def register_import(name: str) -> None:
    """Register what the command line names: a folder with an API, or a module that is, or that registers, some.

    Raise PluginError; nothing of what it names is registered then.
    """
    # ours first, so that an id that is taken is told of theirs
    _discover_packages()
    folder = Path(name).resolve()
    if (folder / SPEC_FILE).is_file():
        with undo_on_failure(folder.name):
            register_folder(folder, origin=f"the folder {name}")
            if (folder / "__init__.py").is_file():
                import_folder(folder)
        return
    with undo_on_failure(name):
        module = import_plugin(name)
        if hasattr(module, "__path__"):
            _register_once(module.__name__, f"the module {name}", "")


def _add_source(source: ApiSource) -> None:
    existing = _sources.get(source.id)
    if existing is not None:
        raise PluginError(f"API {source.id!r} from {source.origin}", f"its id is taken by {existing.origin}")
    _sources[source.id] = source
    # ours stay: a plugin that asks for an API while it is imported is what has them registered
    if source.origin != OUR_ORIGIN:
        add_undo(partial(_remove_source, source.id))


def _remove_source(api_id: str) -> None:
    _sources.pop(api_id, None)
    # the plugin may have read its API before it failed
    for clear in _cache_clearers:
        clear()
