"""Import what other packages add: their entry points, and modules that the command line names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple, TypeVar

from .exceptions import SpecError

Entry = TypeVar("Entry")
UndoList = list[Callable[[], object]]
# Whatever a foreign module raises when it is imported must not look like an error of ours, and a `sys.exit()` in it must
# not end the command without a word.
IMPORT_ERRORS: Final = (Exception, SystemExit)


class PluginError(SpecError):
    """A plugin that cannot be used; `location` names it."""


class Plugin(NamedTuple):
    """An imported module, the name that its entry point has, and the distribution that brought it."""

    name: str
    module: ModuleType
    distribution: str


# For each plugin that is being imported, the innermost last: what takes back what it has registered until now. Imports
# nest, as a plugin that reads an API while it is imported has the others imported too; each answers for itself alone.
_undo_lists: Final[list[tuple[str, UndoList]]] = []


def add_entry(table: dict[str, Entry], name: str, entry: Entry) -> None:
    """Add to a table what a plugin brings; it leaves the table again if the plugin fails later in its import."""
    table[name] = entry
    add_undo(lambda: table.pop(name, None))


def add_undo(undo: Callable[[], object]) -> None:
    """Have this called if the plugin that is being imported fails; whatever is registered otherwise stays."""
    if _undo_lists:
        _, undo_list = _undo_lists[-1]
        undo_list.append(undo)


@contextmanager
def undo_on_failure(module: str) -> Iterator[None]:
    """Take back all that a plugin registers inside, if anything in it raises: half a plugin would judge by half its rules.

    Its modules are forgotten too. Otherwise Python would not run them again at the next attempt, and what they
    registered would be missing without a word.
    """
    modules_before = set(sys.modules)
    # A plugin that asks for an API while it is imported is come across again among the entry points: still one plugin.
    undo_list = dict(_undo_lists).get(module, [])
    _undo_lists.append((module, undo_list))
    try:
        yield
    except BaseException:
        while undo_list:
            undo = undo_list.pop()
            undo()
        _forget_modules(module.partition(".")[0], modules_before)
        raise
    finally:
        _undo_lists.pop()


def _forget_modules(package: str, modules_before: set[str]) -> None:
    # only those of the plugin: a library that came with it, such as NumPy, cannot be imported a second time
    for name in set(sys.modules) - modules_before:
        if name.partition(".")[0] == package:
            del sys.modules[name]


def _accept_plugin(_: Plugin) -> None:
    """Do nothing: importing the module has registered what it brings."""


def load_entry_points(group: str, register: Callable[[Plugin], None] = _accept_plugin) -> None:
    """Import every entry point of a group, in the order of their names, and register each.

    Raise PluginError for one that cannot be imported. Of one that fails nothing stays registered; those before it stay.
    """
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        with undo_on_failure(entry.module):
            register(_load_entry_point(group, entry))


def import_plugin(name: str) -> ModuleType:
    """Import the module of that name; one in the current folder is found too. Raise PluginError."""
    here = str(Path.cwd())
    # a console script does not look into the current folder, `python -m` does: a plugin is found either way
    if here not in sys.path:
        sys.path.append(here)
    try:
        return import_module(name)
    except IMPORT_ERRORS as error:
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
    except IMPORT_ERRORS as error:
        del sys.modules[folder.name]
        raise PluginError(f"folder {str(folder)!r}", _describe_import_error(error)) from error
    return module


def _load_entry_point(group: str, entry: EntryPoint) -> Plugin:
    distribution = "an unknown package"
    if entry.dist:
        distribution = entry.dist.name
    try:
        module = entry.load()
    except IMPORT_ERRORS as error:
        location = f"entry point {entry.name!r} of {group}, from {distribution}"
        raise PluginError(location, _describe_import_error(error)) from error
    if not isinstance(module, ModuleType):
        raise PluginError(f"entry point {entry.name!r} of {group}, from {distribution}", "names no module")
    return Plugin(entry.name, module, distribution)


def _describe_import_error(error: BaseException) -> str:
    description = f"cannot be imported: {type(error).__name__}"
    message = str(error).partition("\n")[0]
    if message:
        description += f": {message}"
    return description
