"""Alibaba Cloud's ROA signature, version 2, in the header `Authorization`."""

from __future__ import annotations

from lookalike_specs import Scheme
from lookalike_specs.signing import Malformed, acs_roa, digest, header
from lookalike_specs.wire import Request

from ..account import Account
from ..call import Call
from ..world import World
from . import acs
from .evidence import refusal, same


def verify(world: World, call: Call, scheme: Scheme) -> Account | None:
    """Who signed; None when there is no `Authorization`."""
    request = call.request
    text = (request.header(b"authorization") or "").strip()
    if not text:
        return None
    found = acs_roa.credential(text)
    if isinstance(found, Malformed):
        raise refusal(scheme, found.kind, reason=found.reason)
    _understood(scheme, request)
    acs.timely(world, scheme, request.header(b"date") or "", acs.http_time)
    account = acs.owner(world, call, scheme, found.access_key_id, request.header(b"x-acs-security-token") or "")
    stages = acs_roa.stages(
        method=request.method,
        path=request.path,
        query=call.query,
        headers=header.sent(request),
        secret=account.credentials["AccessKeySecret"],
    )
    acs.signed(call, scheme, stages, found.signature, intact=_is_intact(request))
    if nonce := request.header(b"x-acs-signature-nonce"):
        acs.once(world, scheme, found.access_key_id, nonce)
    return account


def _understood(scheme: Scheme, request: Request) -> None:
    """Raises Refused for another method or version of signing; older clients name neither."""
    if request.header(b"x-acs-signature-method") not in (None, "HMAC-SHA1"):
        raise refusal(scheme, "algorithm")
    if request.header(b"x-acs-signature-version") not in (None, "1.0"):
        raise refusal(scheme, "version")


def _is_intact(request: Request) -> bool:
    """Whether the body is the one that `Content-MD5` was made of; newer clients send none."""
    sent = request.header(b"content-md5")
    return not sent or same(digest.content_md5(request.body), sent)
