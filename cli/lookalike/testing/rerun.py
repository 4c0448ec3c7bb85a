"""How to see an exchange of a test again, when its server, its sandbox and its credentials are gone.

`lookalike serve` with the same seed answers the demo account as it answered the test. So the line for a shell has the demo
account's public key in the place of the sandbox's, is signed with its secret, and asks for the situation by a header.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, get_args
from urllib.parse import quote

import msgspec

from lookalike_mocks import Sandbox
from lookalike_mocks.redact import find_secrets_of_any, list_sandbox_secrets
from lookalike_mocks.sandbox.issued_secrets import ISSUED_SECRETS
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.service import Service
from lookalike_specs import SecurityScheme, curl
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request
from lookalike_specs.redaction import Redactor
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.canonical import is_form
from lookalike_specs.signing.sign import sign

from ..spec_options import list_api_words
from .settings import Settings

BASE_URL: Final = "http://127.0.0.1:8765"
MASK: Final = "***"
# what is wrong with a proof of who calls, as a reason names it
PROOF_RULES: Final = frozenset(get_args(Refusal))
Credentials = Mapping[str, str]


def build_serve_command(api: str, settings: Settings) -> str:
    """Return the command that serves one API as a test had it."""
    words = ["lookalike", "serve", *list_api_words((api,)), "--seed", str(settings.seed)]
    if settings.size != Settings().size:
        words += ["--size", str(settings.size)]
    for name, value in settings.variants:
        owner, dot, _ = name.partition(".")
        if not dot or owner == api:
            words += ["--variant", f"{name}={value}"]
    return shlex.join(words)


def build_curl_command(entry: JournalEntry, sandbox: Sandbox, max_body_bytes: int) -> str:
    """Return the exchange's request as a curl line for that server, without any secret but the demo account's.

    `sandbox` is the one whose credentials the client had been given. What it got wrong stays wrong: a signature that did
    not hold is left as it was, and what it had instead of a key is covered.
    """
    request = entry.request
    expires = False
    secrets = {*list_sandbox_secrets(sandbox), *find_secrets_of_any(sandbox.services.values(), request)}
    if entry.api:
        service = sandbox.services[entry.api]
        demo_account = service.api.account
        request = _replace_credentials(request, sandbox.credentials[entry.api], demo_account)
        scheme = _find_scheme(service, entry)
        expires = scheme is not None and SCHEMES[scheme.extension.scheme].expires
        if scheme is not None and not expires and _can_be_signed(entry):
            request = sign(request, scheme, demo_account, SigningContext(datetime.now(UTC), ""))
        # they are no secrets: the documents and `lookalike apis` show them
        secrets -= {value.encode() for value in demo_account.values()}
    request = _redact(request, Redactor(secrets, ISSUED_SECRETS.get_redactor()), max_body_bytes)
    reason = entry.why
    if reason is not None and reason.origin == "schedule":
        # the sandbox had it beforehand; a request of its own has to ask for it
        prefer = f"example={entry.api}/{entry.situation}".encode()
        request = msgspec.structs.replace(request, headers=(*request.headers, (b"prefer", prefer)))
    command = curl.build_curl_command(request, BASE_URL)
    if expires and MASK in command:
        command += "  # signatures of this kind hold for minutes: lookalike sign makes another"
    elif len(entry.request.body) > max_body_bytes:
        command += "  # the body is longer"
    return command


def _replace_credentials(request: Request, credentials: Credentials, demo_account: Credentials) -> Request:
    query = request.query
    body = request.body
    headers = request.headers
    for name, value in credentials.items():
        demo_value = demo_account.get(name, "")
        if not value or not demo_value:
            continue
        # as it is, and as it stands in a query or a form
        for old, new in ((value, demo_value), (quote(value, safe=""), quote(demo_value, safe=""))):
            query = query.replace(old.encode(), new.encode())
            body = body.replace(old.encode(), new.encode())
            headers = tuple((key, header.replace(old.encode(), new.encode())) for key, header in headers)
    return msgspec.structs.replace(request, query=query, body=body, headers=headers)


def _can_be_signed(entry: JournalEntry) -> bool:
    """Return whether a new signature goes into the request in the place of the old one, and that one was right."""
    reason = entry.why
    was_refused = reason is not None and reason.rule in PROOF_RULES
    return not was_refused and (not entry.request.body or is_form(entry.request))


def _find_scheme(service: Service, entry: JournalEntry) -> SecurityScheme | None:
    """Return the scheme by which a request is signed; None for none."""
    for operation in service.api.operations:
        if operation.id != entry.operation:
            continue
        for scheme in operation.schemes:
            if SCHEMES[scheme.extension.scheme].read_signature(entry.request):
                return scheme
    return None


def _redact(request: Request, redactor: Redactor, max_body_bytes: int) -> Request:
    path = redactor.redact(request.path.encode("utf-8", "replace"))
    return msgspec.structs.replace(
        request,
        path=path.decode("utf-8", "replace"),
        query=redactor.redact(request.query),
        headers=tuple((redactor.redact(name), redactor.redact(value)) for name, value in request.headers),
        body=redactor.redact(request.body, max_body_bytes),
    )
