"""Import what other packages add: their entry points, and modules that the command line names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from .exceptions import SpecError


class PluginError(SpecError):
    """A plugin that cannot be used; `location` names it."""


class Plugin(NamedTuple):
    """An imported module, the name that its entry point has, and the distribution that brought it."""

    name: str
    module: ModuleType
    distribution: str


def load_entry_points(group: str) -> Iterator[Plugin]:
    """Import every entry point of a group, in the order of their names. Raise PluginError for one that cannot be."""
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        yield _load_entry_point(group, entry)


def import_plugin(name: str) -> ModuleType:
    """Import the module of that name; one in the current folder is found too. Raise PluginError."""
    here = str(Path.cwd())
    # a console script does not look into the current folder, `python -m` does: a plugin is found either way
    if here not in sys.path:
        sys.path.append(here)
    try:
        return import_module(name)
    except Exception as error:
        raise PluginError(f"module {name!r}", _describe_import_error(error)) from error


def import_folder(folder: Path) -> ModuleType:
    """Import the package that a folder is, wherever it lies, under the folder's name. Raise PluginError."""
    location = str(folder / "__init__.py")
    spec = spec_from_file_location(folder.name, location, submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise PluginError(f"folder {str(folder)!r}", "cannot be imported")
    module = module_from_spec(spec)
    sys.modules[folder.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[folder.name]
        raise PluginError(f"folder {str(folder)!r}", _describe_import_error(error)) from error
    return module


def _load_entry_point(group: str, entry: EntryPoint) -> Plugin:
    distribution = entry.dist.name if entry.dist else "an unknown package"
    try:
        module = entry.load()
    # whatever a foreign module raises when it is imported must not look like an error of ours
    except Exception as error:
        location = f"entry point {entry.name!r} of {group}, from {distribution}"
        raise PluginError(location, _describe_import_error(error)) from error
    if not isinstance(module, ModuleType):
        raise PluginError(f"entry point {entry.name!r} of {group}, from {distribution}", "names no module")
    return Plugin(entry.name, module, distribution)


def _describe_import_error(error: Exception) -> str:
    message = str(error).partition("\n")[0]
    return f"cannot be imported: {type(error).__name__}: {message}"
