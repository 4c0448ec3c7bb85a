"""Requests that remember how they were signed, so that a finding can be shown with a command that signs them anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Request, parse_pairs
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.canonical import is_form
from lookalike_specs.signing.scheme import Credentials
from lookalike_specs.signing.sign import sign

MAX_CLOCK_DIFFERENCE: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Signing:
    """How a request was signed: by which scheme, when and with which nonce, and what it was before."""

    scheme: SecurityScheme
    context: SigningContext
    unsigned: Request

    @property
    def is_current(self) -> bool:
        """Return whether it was signed for now, and not for a time that a check chose on purpose."""
        return abs(datetime.now(UTC) - self.context.time) < MAX_CLOCK_DIFFERENCE


class SignedRequest(Request, frozen=True, kw_only=True):
    """A request as it is sent, with how it was signed.

    Checks edit requests by `msgspec.structs.replace`, which copies `signing`: after an edit it may tell of other bytes
    than those that are sent. `read_signing` asks for that. Two requests are equal when the same bytes are sent.
    """

    signing: Signing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and _get_sent_fields(self) == _get_sent_fields(other)

    def __hash__(self) -> int:
        return hash(_get_sent_fields(self))


def create_signed_request(
    unsigned: Request, scheme: SecurityScheme, account: Credentials, signing_context: SigningContext
) -> SignedRequest:
    """Return the request with the account's proof."""
    signed = sign(unsigned, scheme, account, signing_context)
    fields = {name: getattr(signed, name) for name in Request.__struct_fields__}
    return SignedRequest(**fields, signing=Signing(scheme, signing_context, unsigned))


def read_signing(request: Request, account: Credentials) -> Signing | None:
    """Return how a request was signed; None where the account did not sign it, or it was edited after that.

    Signing the same request for the same moment gives the same bytes. Their order is not compared: a check that puts
    the parameters in another order than they were signed in has changed nothing that the signature covers.
    """
    if not isinstance(request, SignedRequest):
        return None
    signing = request.signing
    signed_again = sign(signing.unsigned, signing.scheme, account, signing.context)
    if normalize_request(signed_again) != normalize_request(request):
        return None
    return signing


def _get_sent_fields(request: Request) -> tuple[object, ...]:
    return tuple(getattr(request, name) for name in Request.__struct_fields__)


def normalize_request(request: Request) -> tuple[object, ...]:
    """Return a request's parts without the order of its parameters and headers; a body that is no form is one part."""
    body: object = request.body
    if is_form(request):
        body = sorted(parse_pairs(request.body))
    return request.method, request.path, sorted(request.headers), sorted(parse_pairs(request.query)), body
