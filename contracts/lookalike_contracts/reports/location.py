"""Where a rule stands, as the file is called from where the run was started."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from lookalike_specs.place import SourceLocation

PACKAGE_ROOT = Path(str(files("lookalike_specs")))


def get_display_path(place: SourceLocation) -> str:
    """The file's path below the current folder, with `/`; below the package's where it lies elsewhere."""
    path = PACKAGE_ROOT / place.file
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return f"{PACKAGE_ROOT.name}/{place.file}"
