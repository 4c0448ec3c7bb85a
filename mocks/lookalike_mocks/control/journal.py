"""The journal of a sandbox: shown, cleared."""

from __future__ import annotations

from msgspec import UNSET

from . import answers
from .operation import ControlRequest, Deferred
from .show import JournalRenderer


def get_journal(ask: ControlRequest) -> Deferred:
    """The exchanges of a sandbox, and its notes."""
    sandbox, page = ask.sandbox, ask.query
    journal = sandbox.journal
    since = 0 if page.since is UNSET else page.since
    newer = [pair for pair in journal.numbered_entries if pair[0] > since]
    chosen = newer[-page.limit :] if page.since is UNSET else newer[: page.limit]
    last = chosen[-1][0] if chosen else since
    notes, dropped = [answers.NoteView(note.timestamp, note.text) for note in journal.notes], journal.dropped
    show = JournalRenderer(sandbox, ask.base_url, ask.context.token).render_exchange
    return Deferred(lambda: answers.JournalPage([show(number, entry) for number, entry in chosen], last, dropped, notes))


def clear_journal(ask: ControlRequest) -> None:
    """Forget the exchanges of a sandbox, and its notes."""
    ask.sandbox.journal.clear()
