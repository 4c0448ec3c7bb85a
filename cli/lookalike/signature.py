"""One signed request and how its signature came about, from what a command line asked for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from lookalike_specs import Api, Operation, SecurityScheme
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import (
    build_minimal_values,
    build_request,
    collect_examples,
    parse_values,
    select_required_credentials,
)
from lookalike_specs.signing import SCHEMES, MalformedCredential, SigningContext
from lookalike_specs.signing.sign import compute_stages, get_credential_name, sign

from . import curl
from .click_ext import CommandError, suggest_closest


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What `lookalike sign` prints; `stages` is None for a plain key, `unknown` pairs a name with those known."""

    api: str
    scheme: str
    request: Request
    base_url: str
    stages: Mapping[str, str] | None
    unknown_parameters: tuple[tuple[str, list[str]], ...]

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.method

    @property
    def url(self) -> str:
        """The whole URL."""
        return curl.build_url(self.request, self.base_url)

    @property
    def bare_url(self) -> str:
        """The URL without its query."""
        return self.url.partition("?")[0]

    @property
    def curl(self) -> str:
        """The request as a curl line."""
        return curl.build_curl_command(self.request, self.base_url)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "api": self.api,
            "scheme": self.scheme,
            "method": self.method,
            "url": self.url,
            "headers": {name.decode(): value.decode() for name, value in self.request.headers},
            "body": self.request.body.decode(),
            "stages": self.stages,
            "curl": self.curl,
        }


@dataclass(frozen=True, slots=True)
class SignOptions:
    """What the caller wants to have otherwise than the spec and the demo account say; None: as they say."""

    method: str | None = None
    path: str | None = None
    url: str | None = None
    scheme: str | None = None
    key: str | None = None
    secret: str | None = None
    timestamp: str | None = None
    nonce: str | None = None
    reveal: bool = False
    in_url: bool = False


def sign_request(api: Api, given: Mapping[str, str], wish: SignOptions) -> SignedRequest:
    """Sign the values given, or the spec's example where there are none. Raises Problem."""
    operation = _select_operation(api, wish)
    scheme = _select_scheme(operation, wish)
    account = _merge_account(api, scheme, wish)
    base = _select_base_url(api, operation, wish.url)
    values = parse_values(operation, {name: _read_value(text) for name, text in given.items()})
    values = (
        select_required_credentials(operation, account) | values
        if given
        else build_minimal_values(api, operation, account)
    )
    known = collect_examples(api, operation)
    needs = {name: known[name] for name in SCHEMES[scheme.extension.scheme].required_parameters}
    request = sign(build_request(operation, needs | values, base), scheme, account, _create_context(wish))
    found = compute_stages(request, scheme, account, reveal=wish.reveal)
    steps = None if found is None or isinstance(found, MalformedCredential) else found.steps
    shown: dict[str, str] | None = None if steps is None else {step.name: step.value for step in steps}
    names = [field.name for field in operation.fields]
    unknown = tuple((name, names) for name in given if name not in names)
    return SignedRequest(api.id, scheme.name, request, base, shown, unknown)


def _select_operation(api: Api, wish: SignOptions) -> Operation:
    """The API's operation at that path, else its first one sent there. `/#AddImage` is that operation at `/`."""
    every = api.operations
    at_path = [each for each in every if wish.path in (None, each.path, each.document_path)] or every
    found = next((each for each in at_path if wish.path and wish.method in (None, each.method)), at_path[0])
    path = found.path if wish.path in (None, found.document_path) else wish.path
    return replace(found, method=(wish.method or found.method).upper(), path=path)


def _select_scheme(operation: Operation, wish: SignOptions) -> SecurityScheme:
    """The scheme of that name, else the first that fits."""
    schemes = operation.schemes
    names = [found.name for found in operation.schemes]
    if wish.scheme is not None:
        if wish.scheme not in names:
            raise CommandError(
                f"no scheme {wish.scheme!r}; known: {', '.join(names)}{suggest_closest(wish.scheme, names)}"
            )
        schemes = (schemes[names.index(wish.scheme)],)
    fitting = [found for found in schemes if not wish.in_url or found.location == "query"]
    if not fitting:
        raise CommandError(f"{schemes[0].name} stands in a header, not in the URL; use --output curl")
    return fitting[0]


def _merge_account(api: Api, scheme: SecurityScheme, wish: SignOptions) -> dict[str, str]:
    """The demo account's credentials, with a key and a secret of the caller's in their place."""
    secret = SCHEMES[scheme.extension.scheme].secret_name
    if wish.secret is not None and not secret:
        raise CommandError(f"{scheme.name} is a plain key; there is no secret")
    changed = {get_credential_name(scheme): wish.key, secret: wish.secret}
    return api.account | {name: value for name, value in changed.items() if value is not None}


def _create_context(wish: SignOptions) -> SigningContext:
    """The moment of signing; now, with a random nonce, where nothing is said."""
    try:
        at = datetime.fromisoformat(wish.timestamp) if wish.timestamp else datetime.now(UTC)
    except ValueError as wrong:
        raise CommandError(f"--timestamp is ISO 8601 such as 2026-01-31T12:00:00Z, not {wish.timestamp!r}") from wrong
    return SigningContext(at if at.tzinfo else at.replace(tzinfo=UTC), wish.nonce or uuid4().hex, wish.in_url)


def _select_base_url(api: Api, operation: Operation, url: str | None) -> str:
    """Where the request goes: scheme, host, and perhaps a prefix."""
    if url is None and operation.servers:
        return operation.servers[0]
    if url is None:
        server = api.document["servers"][0]
        return str(server["url"]).format(**{name: of["default"] for name, of in server.get("variables", {}).items()})
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or not split.netloc:
        raise CommandError(f"--url is a base URL such as http://127.0.0.1:8765, not {url!r}")
    return url


def _read_value(text: str) -> str:
    """A value as given; `@FILE` is that file in Base64."""
    if not text.startswith("@"):
        return text
    try:
        return b64encode(Path(text[1:]).read_bytes()).decode("ascii")
    except OSError as gone:
        raise CommandError(f"cannot read {text[1:]}: {gone.strerror}") from gone
