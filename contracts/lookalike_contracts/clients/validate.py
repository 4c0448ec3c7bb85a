"""Holds requests that a client sent to the API's document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lookalike_specs import Api, load_api, resolve_variants
from lookalike_specs.messages import Request
from lookalike_specs.suggest import find_closest

from ..responses.openapi_adapter import match_operation
from .credentials import Credentials, find_account, find_scheme, validate_credentials
from .parameter_names import find_repeated_parameters, find_unknown_names
from .parsed_request import ClientRequest
from .replay import validate_nonce, validate_timestamp
from .schema import validate_schema
from .secrets import build_redactor, find_misplaced_secrets
from .violation import RequestViolation


class RecordedRequest(NamedTuple):
    """A request, and when it came, in seconds since 1970; None where nobody knows."""

    request: Request
    received_at: float | None = None


def validate_request(
    api: str,
    request: Request,
    *accounts: Credentials,
    at: float | None = None,
    switches: Mapping[str, str] | None = None,
) -> tuple[RequestViolation, ...]:
    """What is wrong with one request, secrets covered; empty when it conforms."""
    return validate_requests(api, [RecordedRequest(request, at)], *accounts, switches=switches)


def validate_requests(
    api: str, sent: Iterable[RecordedRequest], *accounts: Credentials, switches: Mapping[str, str] | None = None
) -> tuple[RequestViolation, ...]:
    """What is wrong with the requests of one client, in their order, secrets covered; empty when all conform.

    `accounts` are those that the client may call as, the spec's demo account when none is given. `switches` are
    variants. Raises UnknownApi, UnknownVariant.
    """
    spec = load_api(api)
    judge = _RequestValidator(spec, accounts or (spec.account,), resolve_variants(spec, dict(switches or {})))
    return tuple(wrong for number, each in enumerate(sent, start=1) for wrong in judge.validate(each, number))


@dataclass
class _RequestValidator:
    api: Api
    accounts: tuple[Credentials, ...]
    variants: Mapping[str, str]
    seen_nonces: dict[tuple[str, str], int] = field(default_factory=dict)

    def validate(self, sent: RecordedRequest, number: int) -> Iterator[RequestViolation]:
        """What is wrong with one request."""
        cover = build_redactor(self.api, sent.request, self.accounts)
        for each in self._iter_violations(sent, number):
            message = cover.redact(each.message.encode("utf-8", "replace")).decode("utf-8", "replace")
            parameter = cover.redact(each.parameter.encode("utf-8", "replace")).decode("utf-8", "replace")
            yield replace(each, message=message, parameter=parameter, request_number=number)

    def _iter_violations(self, sent: RecordedRequest, number: int) -> Iterator[RequestViolation]:
        operation = match_operation(self.api, sent.request)
        if operation is None:
            yield _build_unknown_operation(self.api, sent.request)
            return
        asked = ClientRequest(self.api, operation, sent.request, self.variants)
        yield from validate_schema(asked)
        yield from find_unknown_names(asked)
        yield from find_repeated_parameters(asked)
        yield from validate_credentials(asked, find_account(asked, self.accounts))
        yield from find_misplaced_secrets(asked, self.accounts)
        if (scheme := find_scheme(asked)) is not None:
            yield from validate_timestamp(asked, scheme, sent.received_at)
            yield from validate_nonce(asked, scheme, self.seen_nonces, number)


def _build_unknown_operation(api: Api, request: Request) -> RequestViolation:
    known = [f"{each.method} {each.path}" for each in api.operations]
    near = find_closest(f"{request.method} {request.path}", known)
    return RequestViolation(
        "operation", "", f"{api.id} has no {request.method} {request.path}; nearest: {near}", "#/paths"
    )
