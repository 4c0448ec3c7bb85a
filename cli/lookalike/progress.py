"""A bar on a terminal; nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


class Progress(Protocol):
    """What shows how far a run is."""

    def set_label(self, what: str) -> None:
        """Show the name of what is under way."""
        ...

    def step(self) -> None:
        """Show that one more step is done."""
        ...


class NullProgress:
    """Shows nothing: stderr is a pipe or a file."""

    def set_label(self, what: str) -> None:
        pass

    def step(self) -> None:
        pass


class TerminalProgress:
    """Click's bar, with the name of what is under way at its end."""

    def __init__(self, bar: ProgressBar[Any]) -> None:
        self._bar = bar

    def set_label(self, what: str) -> None:
        # Drawn only when the name changes: a run sends a hundred requests a second under one name.
        if self._bar.current_item != what:
            self._bar.current_item = what
            self._bar.render_progress()

    def step(self) -> None:
        """Draw the bar one step longer."""
        self._bar.update(1)


@contextmanager
def show_progress(total: int) -> Iterator[Progress]:
    """Yield a bar of so many steps on stderr, or nothing visible where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield NullProgress()
        return
    bar: ProgressBar[Any]
    with click.progressbar(
        length=total, file=sys.stderr, item_show_func=lambda item: str(item or ""), show_eta=False, update_min_steps=1
    ) as bar:
        yield TerminalProgress(bar)
