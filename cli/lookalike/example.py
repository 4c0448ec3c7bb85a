"""A curl line for each API that is served: it works when pasted, twice too, and an hour later."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from lookalike_mocks import Mock
from lookalike_mocks.authenticate import authenticate
from lookalike_mocks.errors import Refused
from lookalike_mocks.match import match
from lookalike_mocks.sent import sent
from lookalike_mocks.service import Service
from lookalike_specs import Scheme
from lookalike_specs.proof import PROOFS, Moment, prove
from lookalike_specs.sample import build, examples, sample
from lookalike_specs.wire import Request

from . import curl


def curl_line(mock: Mock, service: Service, base: str) -> str:
    """The line for an API's first operation, with the first scheme that the chosen variants let pass."""
    schemes = [scheme for scheme in service.api.operations[0].schemes if _fits(scheme)]
    signed = [(scheme, signed_example(service, scheme, base)) for scheme in schemes]
    scheme, request = next((pair for pair in signed if _passes(mock, service, pair[1])), signed[0])
    if PROOFS[scheme.extension.scheme].ages:
        return curl.signing_line(request.method, service.api.id, scheme.name, base)
    return curl.line(request, base)


def signed_example(service: Service, scheme: Scheme, base: str) -> Request:
    """The spec's example, signed as the demo account."""
    operation, account = service.api.operations[0], service.api.account
    known = examples(service.api, operation)
    needs = {name: known[name] for name in PROOFS[scheme.extension.scheme].needs}
    unsigned = build(operation, needs | sample(service.api, operation, account), base)
    return prove(unsigned, scheme, account, Moment(datetime.now(UTC), uuid4().hex, in_url=scheme.place == "query"))


def _fits(scheme: Scheme) -> bool:
    """A proof that ages is made when the line runs, and has to fit into the URL."""
    return scheme.place == "query" or not PROOFS[scheme.extension.scheme].ages


def _passes(mock: Mock, service: Service, request: Request) -> bool:
    try:
        authenticate(mock.world, match(service, sent(request)))
    except Refused:
        return False
    return True
