"""The journal of a sandbox: shown, cleared."""

from __future__ import annotations

from msgspec import UNSET

from . import answers
from .operation import Ask, Later
from .show import Showcase


def get(ask: Ask) -> Later:
    """The exchanges of a sandbox, and its notes."""
    sandbox, page = ask.sandbox, ask.query
    journal = sandbox.journal
    since = 0 if page.since is UNSET else page.since
    newer = [pair for pair in journal.numbered if pair[0] > since]
    chosen = newer[-page.limit :] if page.since is UNSET else newer[: page.limit]
    last = chosen[-1][0] if chosen else since
    notes, dropped = [answers.Remark(note.at, note.text) for note in journal.notes], journal.dropped
    show = Showcase(sandbox, ask.base, ask.served.token).exchange
    return Later(lambda: answers.Journal([show(number, entry) for number, entry in chosen], last, dropped, notes))


def clear(ask: Ask) -> None:
    """Forget the exchanges of a sandbox, and its notes."""
    ask.sandbox.journal.clear()
