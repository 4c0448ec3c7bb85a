"""Which values nobody else may see: a sandbox's own secrets, and what an exchange holds in the places of secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from lookalike_specs import redaction
from lookalike_specs.messages import RawHeaders, Request, Response
from lookalike_specs.redaction import Redactor

from .reason import Reason
from .sandbox import Sandbox
from .sandbox.identity import format_as_uuid, iter_tokens
from .sandbox.issued_secrets import ISSUED_SECRETS
from .sandbox.journal import JournalEntry
from .sandbox.state import SandboxAccounts
from .service import Service


def redact_entry(
    entry: JournalEntry, sandbox: Sandbox, more: Iterable[bytes] = (), max_body_bytes: int | None = None
) -> JournalEntry:
    """Return an entry of that sandbox's journal with its secrets and signatures redacted wherever they stand.

    Redacted are the secrets that the sandbox was given, whatever stands where secrets belong, and `more` besides. Of
    bodies, the first `max_body_bytes` are left.
    """
    request = entry.request
    response = entry.response
    redactor = build_redactor(sandbox, (entry,), more)
    path = redactor.redact(request.path.encode("utf-8", "replace"))
    reason_finder = None
    reason = entry.why
    if reason is not None:
        # from the request as it came: without its secrets a signature can no more be recomputed
        reason_finder = partial(_get_reason, redact_reason(redactor, reason))
    return msgspec.structs.replace(
        entry,
        request=msgspec.structs.replace(
            request,
            path=path.decode("utf-8", "replace"),
            query=redactor.redact(request.query),
            headers=_redact_headers(redactor, request.headers),
            body=redactor.redact(request.body, max_body_bytes),
        ),
        response=msgspec.structs.replace(
            response,
            headers=_redact_headers(redactor, response.headers),
            body=redactor.redact(response.body, max_body_bytes),
        ),
        reason_finder=reason_finder,
    )


def redact_reason(redactor: Redactor, reason: Reason) -> Reason:
    """Return a reason with the secrets covered in its texts."""
    text = redact_text(redactor, reason.text)
    value = redact_text(redactor, reason.value)
    return msgspec.structs.replace(reason, text=text, value=value)


def redact_text(redactor: Redactor, text: str) -> str:
    """Return a text with the secrets covered."""
    return redactor.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _get_reason(reason: Reason, _: Request) -> Reason:
    return reason


def build_redactor(sandbox: Sandbox, entries: Iterable[JournalEntry], more: Iterable[bytes] = ()) -> Redactor:
    """Return what redacts the secrets of a sandbox and of these entries in any text, and those of other sandboxes."""
    secrets = {*list_sandbox_secrets(sandbox), *more}
    for entry in entries:
        service = sandbox.services.get(entry.api)
        if service is not None:
            secrets.update(find_request_secrets(service, entry.request, entry.response))
        else:
            secrets.update(find_secrets_of_any(sandbox.services.values(), entry.request))
    return Redactor(secrets, ISSUED_SECRETS.get_redactor())


def find_secrets_of_any(services: Iterable[Service], request: Request) -> Iterator[bytes]:
    """Yield what may be a secret in a request that is no API's: those of every API, and a sandbox's keys anywhere."""
    for service in services:
        yield from find_request_secrets(service, request)
    texts = [request.path, request.query.decode("latin-1"), request.body.decode("latin-1")]
    texts += [value.decode("latin-1") for _, value in request.headers]
    for text in texts:
        for token in iter_tokens(text):
            yield token.encode()
            yield format_as_uuid(token).encode()


def list_sandbox_secrets(sandbox: Sandbox) -> Iterator[bytes]:
    """Yield the secrets of a sandbox; with the demo accounts', those of all accounts that the specs know."""
    for api, service in sandbox.services.items():
        accounts = [sandbox.credentials[api]]
        if not sandbox.state.accounts:
            accounts += [credentials for credentials, _ in service.api.accounts]
        for credentials in accounts:
            for name, value in credentials.items():
                if name in service.api.root.secrets:
                    yield value.encode()


def list_account_secrets(service: Service, accounts: SandboxAccounts) -> Iterator[bytes]:
    """Yield the secrets of a sandbox for one API; without accounts of its own, those of all that the specs know."""
    all_credentials = [credentials for credentials, _ in service.api.accounts]
    if accounts:
        all_credentials = [account.credentials for account in accounts.get(service.api.id, {}).values()]
    for credentials in all_credentials:
        for name, value in credentials.items():
            if name in service.api.root.secrets:
                yield value.encode()


def find_request_secrets(service: Service, request: Request, response: Response | None = None) -> Iterator[bytes]:
    """Yield what stands where secrets and signatures belong, right or wrong; trigger keys are none."""
    for value in redaction.find_secrets(service.api.root.secrets, request, response):
        if not _is_trigger(service, value.decode("utf-8", "replace")):
            yield value


def _is_trigger(service: Service, value: str) -> bool:
    matches = [pattern.fullmatch(value) for pattern in service.trigger_keys.values()]
    return any(match is not None and match[1] in service.situations for match in matches)


def _redact_headers(redactor: Redactor, headers: RawHeaders) -> RawHeaders:
    return tuple((redactor.redact(name), redactor.redact(value)) for name, value in headers)
