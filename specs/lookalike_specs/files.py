"""Files that whoever reads them finds whole, and how many can be open."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp


def write_atomically(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file beside its place, then move it there. Raises OSError, and leaves what was there before.

    `mode`: the new file's permissions; by default those of the file that it replaces, or as any new file has them.
    A device or a pipe (`/dev/stdout`) is written to: a file must not be put in its place.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    # a link stays a link: the file that it leads to is replaced
    target = path.resolve()
    if mode is None:
        mode = _choose_mode(target)
    # in the same folder, as a file can be moved in one step only within a file system
    handle, name = mkstemp(dir=target.parent, prefix=".lookalike-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _choose_mode(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    # `mkstemp` lets only the owner read; and the umask can be asked for only by setting it
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


def count_free_files(wanted: int) -> int:
    """Return how many files and sockets can be opened, `wanted` at most.

    It is tried, as a limit says nothing of what is open already.
    """
    descriptors = []
    try:
        for _ in range(wanted):
            # stderr, which is always there
            descriptors.append(os.dup(2))
    except OSError:
        pass
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return len(descriptors)
