"""An exchange without secrets."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lookalike_specs.veil import Redactor
from lookalike_specs.wire import RawHeaders

from ..journal import JournalEntry
from ..sandbox import Sandbox
from .values import list_sandbox_secrets, find_exchange_secrets


def redact_entry(entry: JournalEntry, sandbox: Sandbox, more: Iterable[bytes] = (), most: int | None = None) -> JournalEntry:
    """An entry of that sandbox's journal, its secrets and signatures covered wherever they stand, and `more` besides.

    Covered are the secrets that the sandbox was given, and whatever stands where secrets belong. Of bodies, the first
    `most` bytes are left.
    """
    request, reply = entry.request, entry.response
    veil = build_redactor(sandbox, (entry,), more)
    return msgspec.structs.replace(
        entry,
        request=msgspec.structs.replace(
            request,
            path=veil.redact(request.path.encode("utf-8", "replace")).decode("utf-8", "replace"),
            query=veil.redact(request.query),
            headers=_redact_headers(veil, request.headers),
            body=veil.redact(request.body, most),
        ),
        response=msgspec.structs.replace(reply, headers=_redact_headers(veil, reply.headers), body=veil.redact(reply.body, most)),
    )


def build_redactor(sandbox: Sandbox, entries: Iterable[JournalEntry], more: Iterable[bytes] = ()) -> Redactor:
    """Covers the secrets of a sandbox and of these entries in any text."""
    shown = {value for entry in entries for value in find_exchange_secrets(sandbox.services[entry.api], entry)}
    return Redactor({*list_sandbox_secrets(sandbox), *shown, *more})


def _redact_headers(veil: Redactor, headers: RawHeaders) -> RawHeaders:
    return tuple((veil.redact(name), veil.redact(value)) for name, value in headers)
