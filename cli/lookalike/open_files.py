"""Whether a command can open as many files as it needs: sockets are files too, and so is what an event loop waits by."""

from __future__ import annotations

from typing import Final

from lookalike_specs.files import count_free_files

from .click_ext import CommandError

# A server takes 15 for itself, the judge with a mock of its own 20, a driver's process three more.
MIN_FREE_FILES: Final = 32


def require_open_files(command: str, count: int = MIN_FREE_FILES) -> None:
    """Raise CommandError where fewer files can be opened than the command needs.

    Without them it would fail anywhere, and not always with a word: libuv, below uvloop, ends the whole process.
    """
    free = count_free_files(count)
    if free < count:
        hint = "raise the limit, with `ulimit -n 1024`"
        raise CommandError(f"`lookalike {command}` needs {count} files and sockets, and may open {free} more: {hint}")
