"""An exchange without secrets."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lookalike_specs.veil import Veil
from lookalike_specs.wire import RawHeaders

from ..journal import Entry
from ..sandbox import Sandbox
from .values import given, presented


def redacted(entry: Entry, sandbox: Sandbox, more: Iterable[bytes] = (), most: int | None = None) -> Entry:
    """An entry of that sandbox's journal, its secrets and signatures covered wherever they stand, and `more` besides.

    Covered are the secrets that the sandbox was given, and whatever stands where secrets belong. Of bodies, the first
    `most` bytes are left.
    """
    request, reply = entry.request, entry.reply
    veil = covering(sandbox, (entry,), more)
    return msgspec.structs.replace(
        entry,
        request=msgspec.structs.replace(
            request,
            path=veil.cover(request.path.encode("utf-8", "replace")).decode("utf-8", "replace"),
            query=veil.cover(request.query),
            headers=_headers(veil, request.headers),
            body=veil.cover(request.body, most),
        ),
        reply=msgspec.structs.replace(reply, headers=_headers(veil, reply.headers), body=veil.cover(reply.body, most)),
    )


def covering(sandbox: Sandbox, entries: Iterable[Entry], more: Iterable[bytes] = ()) -> Veil:
    """Covers the secrets of a sandbox and of these entries in any text."""
    shown = {value for entry in entries for value in presented(sandbox.services[entry.api], entry)}
    return Veil({*given(sandbox), *shown, *more})


def _headers(veil: Veil, headers: RawHeaders) -> RawHeaders:
    return tuple((veil.cover(name), veil.cover(value)) for name, value in headers)
