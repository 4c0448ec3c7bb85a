"""Acme's orders are signed: `X-Acme-Signature` is the HMAC-SHA256 of method, path, sorted query and body, in hex."""

import hashlib
import hmac

import msgspec

from lookalike_mocks.authentication.credentials import Authentication, build_auth_error, compare_secrets
from lookalike_mocks.authentication.verifiers import register_verifier
from lookalike_mocks.context import RequestContext
from lookalike_mocks.sandbox.state import SandboxState
from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Request
from lookalike_specs.signing import KeyLocation, SigningContext, SigningScheme, Stages, register_signing_scheme
from lookalike_specs.signing.base import build_stages
from lookalike_specs.signing.scheme import Credentials

NAME = "acme-hmac"
KEY_HEADER = "x-acme-key"
SIGNATURE_HEADER = "x-acme-signature"


def compute_stages(request: Request, secret: str) -> Stages:
    """Return how the signature comes about, stage by stage."""
    # sorted, as proxies put parameters into another order
    query = "&".join(sorted(request.query.decode().split("&")))
    body = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join((request.method, request.path, query, body))
    signature = hmac.new(secret.encode(), canonical.encode(), hashlib.sha256).hexdigest()
    return build_stages(NAME, signed="", canonical=canonical, string_to_sign=canonical, signature=signature)


def read_signature(request: Request) -> str | None:
    """Return the signature that a request carries."""
    return request.get_header(SIGNATURE_HEADER.encode())


def sign(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    """Return the request with key and signature."""
    signature = compute_stages(request, account["acmeSecret"]).signature
    own = (SIGNATURE_HEADER, KEY_HEADER)
    kept = tuple(pair for pair in request.headers if pair[0].decode("latin-1") not in own)
    added = ((KEY_HEADER.encode(), account["acmeKey"].encode()), (SIGNATURE_HEADER.encode(), signature.encode()))
    return msgspec.structs.replace(request, headers=kept + added)


def verify(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return who signed the request; None for one without a signature. Raise the API's own error for a wrong one.

    `credential` is the key that the scheme's `KeyLocation` found.
    """
    request = context.parsed.request
    signature = read_signature(request)
    if not signature:
        return None
    account = state.find_account(context.service, "acmeKey", credential)
    if account is None:
        raise build_auth_error(scheme, "unknown-key")
    expected = compute_stages(request, account.credentials["acmeSecret"]).signature
    if not compare_secrets(expected, signature):
        raise build_auth_error(scheme, "mismatch")
    return Authentication(account)


# what a client does, for the judge, `lookalike sign` and the curl lines …
register_signing_scheme(
    SigningScheme(
        name=NAME,
        sign=sign,
        key_name="acmeKey",
        secret_name="acmeSecret",  # noqa: S106 - a name
        key_location=KeyLocation("header", KEY_HEADER),
        signature_name=SIGNATURE_HEADER,
        read_signature=read_signature,
        recompute_stages=compute_stages,
    )
)
# … and what a server does, for the mock
register_verifier(NAME, verify)
