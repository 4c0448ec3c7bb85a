"""Alibaba Cloud's three signatures, and what they have in common: the key, its token, the time, the nonce."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Request
from lookalike_specs.signing import SCHEMES, MalformedCredential, Stages, acs3, acs_roa, acs_rpc, canonical
from lookalike_specs.signing.sign import accepts_unsigned_headers

from ..context import RequestContext
from ..exceptions import VendorError
from ..parsing import get_first
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import Authentication, build_auth_error, compare_secrets
from .diagnosis import build_mismatch_error, build_unknown_key_error, describe_clock_difference

ISO_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
HTTP_TIME: Final = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) GMT", re.ASCII)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TimeParser = Callable[[str], datetime | None]


def parse_iso_time(text: str) -> datetime | None:
    """Parse a time such as `2026-11-21T00:26:28Z`; None when it is not one."""
    # fromisoformat() reads many forms more, such as a week's number
    if not ISO_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_http_time(text: str) -> datetime | None:
    """Parse a time such as `Sat, 21 Nov 2026 00:26:32 GMT`; None when it is not one. Its weekday is not checked."""
    match = HTTP_TIME.fullmatch(text)
    if match is None or match[2] not in MONTHS:
        return None
    month = MONTHS.index(match[2]) + 1
    return parse_iso_time(f"{match[3]}-{month:02d}-{match[1]:0>2}T{match[4]}Z")


def check_timestamp(state: SandboxState, scheme: SecurityScheme, text: str, parse: TimeParser) -> None:
    """Raise VendorError when the time of signing is missing, no time, or too far from now."""
    if not text:
        raise build_auth_error(scheme, "missing-timestamp")
    signed_at = parse(text)
    if signed_at is None:
        raise build_auth_error(scheme, "malformed-timestamp", value=text)
    age = state.clock() - signed_at.timestamp()
    skew = scheme.extension.skew
    if abs(age) <= skew:
        return
    if age > 0:
        error = build_auth_error(scheme, "expired", value=text)
    else:
        error = build_auth_error(scheme, "future", value=text)
    error.detail = describe_clock_difference(SCHEMES[scheme.extension.scheme].timestamp_name, age, skew)
    raise error


def find_key_owner(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, access_key_id: str, token: str
) -> Account:
    """Return whose key it is. Raise VendorError: nobody's, or one whose token is missing or another."""
    account = state.find_account(context.service, "AccessKeyId", access_key_id)
    if account is None:
        raise build_unknown_key_error(state, context, scheme, access_key_id, value=access_key_id)
    expected = account.credentials.get("SecurityToken", "")
    if expected and not token:
        raise build_auth_error(scheme, "missing-token")
    if not compare_secrets(expected, token):
        raise build_auth_error(scheme, "bad-token")
    return account


def check_signature(
    scheme: SecurityScheme, expected: Stages, signature: str, secret: str, *, intact: bool = True
) -> dict[str, str]:
    """Return what we would have signed, for errors that quote it.

    Raise VendorError when the signatures differ or the body is not `intact`; `secret` finds out how they came to differ.
    """
    texts = {step.name: step.value for step in expected.steps}
    error_values = {"string_to_sign": texts["string-to-sign"], "canonical": texts["canonical"]}
    if not intact:
        raise build_auth_error(scheme, "body-digest", **error_values)
    if not compare_secrets(expected.signature, signature):
        raise build_mismatch_error(scheme, secret, signature, **error_values)
    return error_values


def check_nonce(state: SandboxState, scheme: SecurityScheme, access_key_id: str, nonce: str) -> None:
    """Raise VendorError when this key's nonce was used before."""
    # a nonce can be as long as a request; its digest is what is kept
    digest = canonical.sha256(nonce.encode("utf-8", "replace"))
    if not state.nonces.use(access_key_id, digest, state.clock()):
        raise build_auth_error(scheme, "replayed", value=nonce)


def verify_acs_rpc(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return who signed; None when neither a key nor a signature is among the parameters."""
    pairs = context.parsed.pairs
    signature = get_first(pairs, "Signature")
    if not credential and not signature:
        return None
    if not credential:
        raise build_auth_error(scheme, "missing-key")
    if get_first(pairs, "SignatureMethod") != "HMAC-SHA1":
        raise build_auth_error(scheme, "algorithm")
    if get_first(pairs, "SignatureVersion") != "1.0":
        raise build_auth_error(scheme, "version")
    check_timestamp(state, scheme, get_first(pairs, "Timestamp"), parse_iso_time)
    nonce = get_first(pairs, "SignatureNonce")
    if not nonce:
        raise build_auth_error(scheme, "missing-nonce")
    if not signature:
        raise build_auth_error(scheme, "missing-signature")
    # the signature is the one parameter that is not signed: a second one would go unnoticed
    if sum(name == "Signature" for name, _ in pairs) > 1:
        raise build_auth_error(scheme, "malformed")
    account = find_key_owner(state, context, scheme, credential, get_first(pairs, "SecurityToken"))
    secret = account.credentials["AccessKeySecret"]
    expected = acs_rpc.compute_stages(context.parsed.request.method, pairs, secret)
    error_values = check_signature(scheme, expected, signature, secret)
    # last, so that a request with a wrong signature does not use up a nonce of somebody else's
    check_nonce(state, scheme, credential, nonce)
    return Authentication(account, error_values)


def verify_acs_roa(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, _credential: str
) -> Authentication | None:
    """Return who signed; None when there is no `Authorization`."""
    request = context.parsed.request
    authorization = (request.get_header(b"authorization") or "").strip()
    if not authorization:
        return None
    # stricter than what finds the sandbox: here a malformed header is an error with a reason
    credential = acs_roa.parse_credential(authorization)
    if isinstance(credential, MalformedCredential):
        raise _build_malformed_error(scheme, credential)
    _check_algorithm(scheme, request)
    check_timestamp(state, scheme, request.get_header(b"date") or "", parse_http_time)
    token = request.get_header(b"x-acs-security-token") or ""
    account = find_key_owner(state, context, scheme, credential.access_key_id, token)
    secret = account.credentials["AccessKeySecret"]
    expected = acs_roa.compute_stages(
        method=request.method,
        path=request.path,
        query=context.parsed.query,
        headers=canonical.decode_headers(request),
        secret=secret,
    )
    error_values = check_signature(scheme, expected, credential.signature, secret, intact=_is_intact(request))
    nonce = request.get_header(b"x-acs-signature-nonce")
    if nonce:
        check_nonce(state, scheme, credential.access_key_id, nonce)
    return Authentication(account, error_values)


def _build_malformed_error(scheme: SecurityScheme, credential: MalformedCredential) -> VendorError:
    error = build_auth_error(scheme, credential.kind, reason=credential.reason)
    error.detail = credential.reason
    return error


def _check_algorithm(scheme: SecurityScheme, request: Request) -> None:
    """Raise VendorError for another method or version of signing; older clients name neither."""
    if request.get_header(b"x-acs-signature-method") not in (None, "HMAC-SHA1"):
        raise build_auth_error(scheme, "algorithm")
    if request.get_header(b"x-acs-signature-version") not in (None, "1.0"):
        raise build_auth_error(scheme, "version")


def _is_intact(request: Request) -> bool:
    """Return whether the body is the one that `Content-MD5` was made of; newer clients send none."""
    digest = request.get_header(b"content-md5")
    return not digest or compare_secrets(canonical.content_md5(request.body), digest)


def verify_acs3(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, _credential: str
) -> Authentication | None:
    """Return who signed; None when there is no `Authorization`, or the one of ROA, whose first word is `acs`."""
    request = context.parsed.request
    authorization = (request.get_header(b"authorization") or "").strip()
    if not authorization or authorization.split()[0] == "acs":
        return None
    credential = acs3.parse_credential(authorization)
    if isinstance(credential, MalformedCredential):
        raise _build_malformed_error(scheme, credential)
    check_timestamp(state, scheme, request.get_header(b"x-acs-date") or "", parse_iso_time)
    nonce = request.get_header(b"x-acs-signature-nonce")
    if not nonce:
        raise build_auth_error(scheme, "missing-nonce")
    token = request.get_header(b"x-acs-security-token") or ""
    account = find_key_owner(state, context, scheme, credential.access_key_id, token)
    body_hash = canonical.sha256(request.body)
    secret = account.credentials["AccessKeySecret"]
    expected = acs3.compute_stages(
        method=request.method,
        path=request.path,
        query=context.parsed.query,
        headers=canonical.decode_headers(request),
        signed_headers=credential.signed_headers,
        body_hash=body_hash,
        secret=secret,
    )
    # the header is only what the client says of the body; signed is the hash of the body that came
    intact = compare_secrets(body_hash, request.get_header(b"x-acs-content-sha256") or "")
    error_values = check_signature(scheme, expected, credential.signature, secret, intact=intact)
    if not accepts_unsigned_headers(context.service.variants):
        _check_covered_headers(scheme, request)
    check_nonce(state, scheme, credential.access_key_id, nonce)
    return Authentication(account, error_values)


def _check_covered_headers(scheme: SecurityScheme, request: Request) -> None:
    """Raise VendorError when a signature that is right leaves out headers that have to be signed.

    With `SignedHeaders=host`, whoever has seen one request could send it again for ever, with another nonce and date.
    """
    names = acs3.list_unsigned_headers(request)
    if names:
        error = build_auth_error(scheme, "unsigned-header")
        error.detail = (
            f"SignedHeaders leaves out {', '.join(names)}; host, content-type and every x-acs-* have to be signed"
        )
        raise error
