"""Holds requests that a client sent to the API's document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lookalike_specs import Api, Operation, load_api, resolve_variants
from lookalike_specs.messages import Request
from lookalike_specs.redaction import Redactor
from lookalike_specs.suggest import find_closest

from ..quotes import cover_quotes
from ..responses.openapi_adapter import match_operation, read_action
from .credentials import Credentials, find_account, find_scheme, validate_credentials
from .parameter_names import find_misplaced_files, find_repeated_parameters, find_unknown_names
from .parsed_request import ClientRequest
from .replay import validate_nonce, validate_timestamp
from .schema import validate_schema
from .secrets import build_redactor, find_misplaced_secrets
from .tokens import validate_tokens
from .violation import LISTED, RequestViolation


class RecordedRequest(NamedTuple):
    """A request, and when it came, in seconds since 1970; None where nobody knows."""

    request: Request
    received_at: float | None = None


def validate_request(
    api: str,
    request: Request,
    *accounts: Credentials,
    received_at: float | None = None,
    variants: Mapping[str, str] | None = None,
) -> tuple[RequestViolation, ...]:
    """Return what is wrong with one request, as `validate_requests` does."""
    return validate_requests(api, [RecordedRequest(request, received_at)], *accounts, variants=variants)


def validate_requests(
    api: str, requests: Iterable[RecordedRequest], *accounts: Credentials, variants: Mapping[str, str] | None = None
) -> tuple[RequestViolation, ...]:
    """Return what is wrong with the requests of one client, in their order; empty when all conform.

    `accounts` are those that the client may call as, the spec's demo account when none is given. No secret of theirs is
    in what is returned. Raise UnknownApi, UnknownVariant.
    """
    spec = load_api(api)
    validator = _RequestValidator(spec, accounts or (spec.account,), resolve_variants(spec, dict(variants or {})))
    violations = list[RequestViolation]()
    for number, recorded in enumerate(requests, start=1):
        violations += validator.validate(recorded, number)
    return tuple(violations)


@dataclass
class _RequestValidator:
    api: Api
    accounts: tuple[Credentials, ...]
    variants: Mapping[str, str]
    # of all requests before, each with the number of its request
    seen_nonces: dict[tuple[str, str], int] = field(default_factory=dict)

    def validate(self, recorded: RecordedRequest, number: int) -> Iterator[RequestViolation]:
        redactor = build_redactor(self.api, recorded.request, self.accounts)
        with cover_quotes(redactor):
            violations = list(self._iter_violations(recorded, number))
        for violation in violations:
            yield replace(
                violation,
                message=_redact_text(redactor, violation.message),
                # a client may send a secret as a parameter's name
                parameter=_redact_text(redactor, violation.parameter),
                request_number=number,
            )

    def _iter_violations(self, recorded: RecordedRequest, number: int) -> Iterator[RequestViolation]:
        operation = match_operation(self.api, recorded.request)
        action = read_action(self.api, recorded.request)
        if operation is None or _names_other_operation(action, operation):
            # what is not described cannot be held to anything: this line, and no other
            yield _build_unknown_operation(self.api, recorded.request, action)
            return
        request = ClientRequest(self.api, operation, recorded.request, self.variants)
        yield from validate_schema(request)
        yield from find_unknown_names(request)
        yield from find_repeated_parameters(request)
        yield from find_misplaced_files(request)
        yield from validate_tokens(request)
        yield from validate_credentials(request, find_account(request, self.accounts))
        yield from find_misplaced_secrets(request, self.accounts)
        scheme = find_scheme(request)
        if scheme is not None:
            yield from validate_timestamp(request, scheme, recorded.received_at)
            yield from validate_nonce(request, scheme, self.seen_nonces, number)


def _redact_text(redactor: Redactor, text: str) -> str:
    return redactor.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _names_other_operation(action: str, operation: Operation) -> bool:
    """Return whether a request names another operation; where the path alone tells it, no name counts."""
    return bool(action and operation.extension.action) and action != operation.extension.action


def _build_unknown_operation(api: Api, request: Request, action: str) -> RequestViolation:
    """Return the violation for a request to none of the operations, by the name that it gives, else by its route.

    Whether the vendor has such an operation nobody here knows: only that it is not played.
    """
    routes = [f"{operation.method} {operation.path}" for operation in api.operations]
    actions = {operation.extension.action: operation for operation in api.operations}
    if action and action in actions:
        operation = actions[action]
        closest = f"{operation.method} {operation.path}"
        message = f"{action} is not played by {request.method}; nearest: {closest}"
    elif action:
        message = f"{action} is not played; nearest: {find_closest(action, filter(None, actions))}"
    else:
        route = f"{request.method} {request.path}"
        message = f"{route} is not played; nearest: {find_closest(route, routes)}"
    return RequestViolation("operation", "", message, "#/paths", LISTED)
