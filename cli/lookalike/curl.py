"""A request as a line for a shell."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from shlex import quote
from uuid import uuid4

from lookalike_mocks import Mock
from lookalike_mocks.authentication import authenticate
from lookalike_mocks.context import RequestContext
from lookalike_mocks.exceptions import VendorError
from lookalike_mocks.parsing import parse_request
from lookalike_mocks.routing import match_operation, match_path
from lookalike_mocks.service import Service
from lookalike_specs import SecurityScheme
from lookalike_specs.curl import build_curl_command, build_url
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.sign import sign

__all__ = ["build_curl_command", "build_signing_line", "build_url"]


def build_signing_line(method: str, api: str, scheme: str, base: str) -> str:
    """Return a curl line that is signed anew each time it is pasted, from whatever directory."""
    # -P: a `lookalike.py` in the current directory must not be run in our place.
    words = [sys.executable, "-P", "-m", "lookalike", "sign", api, "--scheme", scheme, "--url", base, "--output", "url"]
    command = " ".join(quote(word) for word in words)
    return f'curl -s -X {method} "$({command})"'


def build_curl_line(mock: Mock, service: Service, base: str) -> str:
    """Return the line for an API's first operation, with the first scheme that the chosen variants accept."""
    schemes = [scheme for scheme in service.api.operations[0].schemes if _fits_in_url(scheme)]
    requests = [(scheme, sign_example(service, scheme, base)) for scheme in schemes]
    accepted = [(scheme, request) for scheme, request in requests if _is_accepted(mock, service, request)]
    scheme, request = (accepted or requests)[0]
    if SCHEMES[scheme.extension.scheme].expires:
        return build_signing_line(request.method, service.api.id, scheme.name, base)
    return build_curl_command(request, base)


def sign_example(service: Service, scheme: SecurityScheme, base: str) -> Request:
    """Return the spec's example, signed as the demo account."""
    operation = service.api.operations[0]
    account = service.api.account
    examples = collect_examples(service.api, operation)
    required = {name: examples[name] for name in SCHEMES[scheme.extension.scheme].required_parameters}
    values = required | build_minimal_values(service.api, operation, account)
    context = SigningContext(datetime.now(UTC), uuid4().hex, in_url=scheme.location == "query")
    return sign(build_request(operation, values, base), scheme, account, context)


def _fits_in_url(scheme: SecurityScheme) -> bool:
    # A signature that expires is made when the line runs, so `lookalike sign --output url` has to hold all of it.
    return scheme.location == "query" or not SCHEMES[scheme.extension.scheme].expires


def _is_accepted(mock: Mock, service: Service, request: Request) -> bool:
    parsed = parse_request(request)
    route = match_path(service, request.path)
    try:
        endpoint = match_operation(route, parsed).endpoint
        authenticate(mock.demo_state, RequestContext(service, endpoint, parsed))
    except VendorError:
        return False
    return True
