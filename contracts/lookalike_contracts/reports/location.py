"""Where a rule stands, as somebody in the current folder would name the file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from lookalike_specs.source_map import SourceLocation

PACKAGE_ROOT = Path(str(files("lookalike_specs")))


def get_display_path(location: SourceLocation) -> str:
    """Return the file's path below the current folder, with `/`; below the package's name where it lies elsewhere.

    Code scanning and annotations match paths against the checkout, so that a path from there is worth more than an
    absolute one, which differs on every machine.
    """
    path = PACKAGE_ROOT / location.file
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        # a document of somebody else's, outside the current folder, is named by its whole path
        if path.is_relative_to(PACKAGE_ROOT):
            return f"{PACKAGE_ROOT.name}/{location.file}"
        return path.as_posix()
