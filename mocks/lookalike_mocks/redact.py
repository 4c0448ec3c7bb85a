"""Which values nobody else may see: a sandbox's own secrets, and what an exchange holds in the places of secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from lookalike_specs import redaction
from lookalike_specs.messages import RawHeaders
from lookalike_specs.redaction import Redactor

from .sandbox import Sandbox
from .sandbox.journal import JournalEntry
from .service import Service, parse_trigger


def list_sandbox_secrets(sandbox: Sandbox) -> Iterator[bytes]:
    """The secrets of a sandbox; with the demo accounts', those of all accounts that the specs know."""
    for api, service in sandbox.services.items():
        accounts = [sandbox.credentials[api]]
        if not sandbox.state.accounts:
            accounts += [credentials for credentials, _ in service.api.accounts]
        secret = service.api.root.secrets
        yield from (value.encode() for account in accounts for name, value in account.items() if name in secret)


def find_exchange_secrets(service: Service, entry: JournalEntry) -> Iterator[bytes]:
    """What stands where secrets and signatures belong, right or wrong; magic keys are none."""
    found = redaction.find_secrets(service.api.root.secrets, entry.request, entry.response)
    return (value for value in found if not _is_trigger(service, value.decode("utf-8", "replace")))


def _is_trigger(service: Service, value: str) -> bool:
    return any(service.has_situation(parse_trigger(value, template)) for template in service.trigger_keys.values())


def redact_entry(
    entry: JournalEntry, sandbox: Sandbox, more: Iterable[bytes] = (), most: int | None = None
) -> JournalEntry:
    """An entry of that sandbox's journal, its secrets and signatures covered wherever they stand, and `more` besides.

    Covered are the secrets that the sandbox was given, and whatever stands where secrets belong. Of bodies, the first
    `most` bytes are left.
    """
    request = entry.request
    reply = entry.response
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
        response=msgspec.structs.replace(
            reply, headers=_redact_headers(veil, reply.headers), body=veil.redact(reply.body, most)
        ),
    )


def build_redactor(sandbox: Sandbox, entries: Iterable[JournalEntry], more: Iterable[bytes] = ()) -> Redactor:
    """Covers the secrets of a sandbox and of these entries in any text."""
    shown = {value for entry in entries for value in find_exchange_secrets(sandbox.services[entry.api], entry)}
    return Redactor({*list_sandbox_secrets(sandbox), *shown, *more})


def _redact_headers(veil: Redactor, headers: RawHeaders) -> RawHeaders:
    return tuple((veil.redact(name), veil.redact(value)) for name, value in headers)
