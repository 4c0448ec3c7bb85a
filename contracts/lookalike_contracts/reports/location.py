"""Where a rule stands, as the file is called from where the run was started."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from lookalike_specs.place import Place

HOME = Path(str(files("lookalike_specs")))


def file(place: Place) -> str:
    """The file's path below the current folder, with `/`; below the package's where it lies elsewhere."""
    path = HOME / place.file
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return f"{HOME.name}/{place.file}"
