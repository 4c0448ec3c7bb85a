"""One signed request and how its signature came about, from what a command line asked for."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
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

METHOD_PATTERN: Final = re.compile(r"[A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class SigningReport:
    """What `lookalike sign` prints.

    `stages` is None for a plain key; `unknown_parameters` pairs each name that the operation does not have with the
    names that it has.
    """

    api: str
    scheme: str
    request: Request
    base_url: str
    stages: Mapping[str, str] | None
    unknown_parameters: tuple[tuple[str, list[str]], ...]

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def url(self) -> str:
        return curl.build_url(self.request, self.base_url)

    @property
    def bare_url(self) -> str:
        """Return the URL without its query."""
        return self.url.partition("?")[0]

    @property
    def curl(self) -> str:
        """Return the request as a curl line."""
        return curl.build_curl_command(self.request, self.base_url)

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
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
    """What the caller wants other than the spec and the demo account say; None: as they say."""

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


def sign_request(api: Api, texts: Mapping[str, str], options: SignOptions) -> SigningReport:
    """Sign these values, or the spec's example where there are none. Raises CommandError."""
    _require_request_line(options)
    operation = _select_operation(api, options)
    scheme = _select_scheme(operation, options)
    account = _merge_account(api, scheme, options)
    base = _select_base_url(api, operation, options.url)
    values = _build_values(api, operation, account, texts)
    # What a scheme needs beside the caller's own values (an action, a version) comes from the spec's example.
    examples = collect_examples(api, operation)
    required = {name: examples[name] for name in SCHEMES[scheme.extension.scheme].required_parameters}
    unsigned = build_request(operation, required | values, base)
    request = sign(unsigned, scheme, account, _create_context(options))
    stages = _list_stages(request, scheme, account, reveal=options.reveal)
    names = [field.name for field in operation.fields]
    unknown = tuple((name, names) for name in texts if name not in names)
    return SigningReport(api.id, scheme.name, request, base, stages, unknown)


def _require_request_line(options: SignOptions) -> None:
    """Raise CommandError for a method or a path that no request can have."""
    if options.method is not None and not METHOD_PATTERN.fullmatch(options.method):
        raise CommandError(f"--method is a word such as GET, not {options.method!r}")
    if options.path is not None and not options.path.startswith("/"):
        raise CommandError(f"--path begins with /, which {options.path!r} does not")


def _build_values(
    api: Api, operation: Operation, account: Mapping[str, str], texts: Mapping[str, str]
) -> dict[str, Any]:
    if not texts:
        return build_minimal_values(api, operation, account)
    values = parse_values(operation, {name: _read_value(text) for name, text in texts.items()})
    return select_required_credentials(operation, account) | values


def _list_stages(
    request: Request, scheme: SecurityScheme, account: Mapping[str, str], *, reveal: bool
) -> dict[str, str] | None:
    """Return the stages of signing by their names; None for a plain key, which signs nothing."""
    stages = compute_stages(request, scheme, account, reveal=reveal)
    if stages is None or isinstance(stages, MalformedCredential):
        return None
    return {step.name: step.value for step in stages.steps}


def _select_operation(api: Api, options: SignOptions) -> Operation:
    """Return the operation at that path, else the API's first one, sent there.

    `/#AddImage` means the operation of that name at `/`, as the document writes it.
    """
    at_path = [
        operation for operation in api.operations if options.path in (None, operation.path, operation.document_path)
    ]
    candidates = at_path or list(api.operations)
    operation = candidates[0]
    if options.path:
        by_method = [one for one in candidates if options.method in (None, one.method)]
        operation = next(iter(by_method), candidates[0])
    path = operation.path
    if options.path is not None and options.path != operation.document_path:
        path = options.path
    return replace(operation, method=(options.method or operation.method).upper(), path=path)


def _select_scheme(operation: Operation, options: SignOptions) -> SecurityScheme:
    """Return the scheme of that name, else the first that fits. Raises CommandError."""
    schemes = operation.schemes
    if options.scheme is not None:
        names = [scheme.name for scheme in operation.schemes]
        if options.scheme not in names:
            hint = suggest_closest(options.scheme, names)
            raise CommandError(f"no scheme {options.scheme!r}; known: {', '.join(names)}{hint}")
        schemes = (schemes[names.index(options.scheme)],)
    fitting = [scheme for scheme in schemes if not options.in_url or scheme.location == "query"]
    if not fitting:
        raise CommandError(f"{schemes[0].name} stands in a header, not in the URL; use --output curl")
    return fitting[0]


def _merge_account(api: Api, scheme: SecurityScheme, options: SignOptions) -> dict[str, str]:
    """Return the demo account's credentials, with the caller's key and secret in their place."""
    secret_name = SCHEMES[scheme.extension.scheme].secret_name
    if options.secret is not None and not secret_name:
        raise CommandError(f"{scheme.name} is a plain key; there is no secret")
    account = dict(api.account)
    if options.key is not None:
        account[get_credential_name(scheme)] = options.key
    if options.secret is not None:
        account[secret_name] = options.secret
    return account


def _create_context(options: SignOptions) -> SigningContext:
    """Return the time and nonce of signing: now and a random one, where nothing is said."""
    timestamp = datetime.now(UTC)
    if options.timestamp:
        try:
            timestamp = datetime.fromisoformat(options.timestamp)
        except ValueError as error:
            example = "2026-01-31T12:00:00Z"
            raise CommandError(f"--timestamp is ISO 8601 such as {example}, not {options.timestamp!r}") from error
    if timestamp.tzinfo is None:
        timestamp = timestamp.replace(tzinfo=UTC)
    return SigningContext(timestamp, options.nonce or uuid4().hex, options.in_url)


def _select_base_url(api: Api, operation: Operation, url: str | None) -> str:
    """Return where the request goes: scheme, host, and perhaps a prefix. Raises CommandError."""
    if url is None:
        # An operation may have a server of its own: uploads go to a storage service, for example.
        if operation.servers:
            return operation.servers[0]
        server = api.document["servers"][0]
        defaults = {name: variable["default"] for name, variable in server.get("variables", {}).items()}
        return str(server["url"]).format(**defaults)
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or not split.netloc:
        raise CommandError(f"--url is a base URL such as http://127.0.0.1:8765, not {url!r}")
    return url


def _read_value(text: str) -> str:
    """Return a value as given; `@FILE` stands for that file in Base64. Raises CommandError."""
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    try:
        return b64encode(path.read_bytes()).decode("ascii")
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
