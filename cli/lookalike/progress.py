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
    """Who is told how far a run is."""

    def set_label(self, what: str) -> None:
        """Name what is under way."""
        ...

    def step(self) -> None:
        """One step more is done."""
        ...


class NullProgress:
    """Tells nobody."""

    def set_label(self, what: str) -> None:
        """Nothing."""

    def step(self) -> None:
        """Nothing."""


class TerminalProgress:
    """Click's bar, with the name of what is under way at its end."""

    def __init__(self, bar: ProgressBar[Any]) -> None:
        self._bar = bar

    def set_label(self, what: str) -> None:
        """Draw it anew where the name is another one."""
        if self._bar.current_item != what:
            self._bar.current_item = what
            self._bar.render_progress()

    def step(self) -> None:
        """Draw it one step longer."""
        self._bar.update(1)


@contextmanager
def show_progress(total: int) -> Iterator[Progress]:
    """A bar of so many steps on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield NullProgress()
        return
    bar: ProgressBar[Any]
    with click.progressbar(
        length=total, file=sys.stderr, item_show_func=lambda item: str(item or ""), show_eta=False, update_min_steps=1
    ) as bar:
        yield TerminalProgress(bar)
