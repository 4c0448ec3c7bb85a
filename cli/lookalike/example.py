"""A curl line for each API that is served: it works when pasted, twice too, and an hour later."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from lookalike_mocks import Mock
from lookalike_mocks.authenticate import authenticate
from lookalike_mocks.errors import VendorError
from lookalike_mocks.match import match_operation
from lookalike_mocks.sent import parse_request
from lookalike_mocks.service import Service
from lookalike_specs import SecurityScheme
from lookalike_specs.proof import SIGNING_SCHEMES, SigningContext, sign
from lookalike_specs.sample import build_request, collect_examples, build_minimal_values
from lookalike_specs.wire import Request

from . import curl


def build_curl_line(mock: Mock, service: Service, base: str) -> str:
    """The line for an API's first operation, with the first scheme that the chosen variants let pass."""
    schemes = [scheme for scheme in service.api.operations[0].schemes if _fits_in_url(scheme)]
    signed = [(scheme, sign_example(service, scheme, base)) for scheme in schemes]
    scheme, request = next((pair for pair in signed if _is_accepted(mock, service, pair[1])), signed[0])
    if SIGNING_SCHEMES[scheme.extension.scheme].expires:
        return curl.build_signing_line(request.method, service.api.id, scheme.name, base)
    return curl.build_curl_command(request, base)


def sign_example(service: Service, scheme: SecurityScheme, base: str) -> Request:
    """The spec's example, signed as the demo account."""
    operation, account = service.api.operations[0], service.api.account
    known = collect_examples(service.api, operation)
    needs = {name: known[name] for name in SIGNING_SCHEMES[scheme.extension.scheme].required_parameters}
    unsigned = build_request(operation, needs | build_minimal_values(service.api, operation, account), base)
    return sign(unsigned, scheme, account, SigningContext(datetime.now(UTC), uuid4().hex, in_url=scheme.location == "query"))


def _fits_in_url(scheme: SecurityScheme) -> bool:
    """A proof that ages is made when the line runs, and has to fit into the URL."""
    return scheme.location == "query" or not SIGNING_SCHEMES[scheme.extension.scheme].expires


def _is_accepted(mock: Mock, service: Service, request: Request) -> bool:
    try:
        authenticate(mock.demo_state, match_operation(service, parse_request(request)))
    except VendorError:
        return False
    return True
