"""Alibaba Cloud's ROA signature, version 2, in the header `Authorization`."""

from __future__ import annotations

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import MalformedCredential, acs_roa, digest, header
from lookalike_specs.wire import Request

from ..account import Account
from ..call import RequestContext
from ..world import SandboxState
from . import acs
from .evidence import build_auth_error, compare_secrets


def verify_acs_roa(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who signed; None when there is no `Authorization`."""
    request = call.request
    text = (request.get_header(b"authorization") or "").strip()
    if not text:
        return None
    found = acs_roa.parse_credential(text)
    if isinstance(found, MalformedCredential):
        raise build_auth_error(scheme, found.kind, reason=found.reason)
    _check_algorithm(scheme, request)
    acs.check_timestamp(world, scheme, request.get_header(b"date") or "", acs.parse_http_time)
    account = acs.find_key_owner(world, call, scheme, found.access_key_id, request.get_header(b"x-acs-security-token") or "")
    stages = acs_roa.compute_stages(
        method=request.method,
        path=request.path,
        query=call.query,
        headers=header.decode_headers(request),
        secret=account.credentials["AccessKeySecret"],
    )
    acs.check_signature(call, scheme, stages, found.signature, intact=_is_intact(request))
    if nonce := request.get_header(b"x-acs-signature-nonce"):
        acs.check_nonce(world, scheme, found.access_key_id, nonce)
    return account


def _check_algorithm(scheme: SecurityScheme, request: Request) -> None:
    """Raises Refused for another method or version of signing; older clients name neither."""
    if request.get_header(b"x-acs-signature-method") not in (None, "HMAC-SHA1"):
        raise build_auth_error(scheme, "algorithm")
    if request.get_header(b"x-acs-signature-version") not in (None, "1.0"):
        raise build_auth_error(scheme, "version")


def _is_intact(request: Request) -> bool:
    """Whether the body is the one that `Content-MD5` was made of; newer clients send none."""
    sent = request.get_header(b"content-md5")
    return not sent or compare_secrets(digest.content_md5(request.body), sent)
