"""What Alibaba Cloud's three signatures have in common: the key, its token, the time, the nonce."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Request
from lookalike_specs.signing import MalformedCredential, Stages, acs3, acs_roa, acs_rpc, canonical

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import build_auth_error, compare_secrets, get_first

ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
HTTP_TIME = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) GMT", re.ASCII)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TimeParser = Callable[[str], datetime | None]


def parse_iso_time(text: str) -> datetime | None:
    """`2026-11-21T00:26:28Z`; None when it is not a time."""
    try:
        return datetime.fromisoformat(text) if ISO_TIME.fullmatch(text) else None
    except ValueError:
        return None


def parse_http_time(text: str) -> datetime | None:
    """`Sat, 21 Nov 2026 00:26:32 GMT`; None when it is not a time."""
    if (found := HTTP_TIME.fullmatch(text)) is None or found[2] not in MONTHS:
        return None
    month = MONTHS.index(found[2]) + 1
    return parse_iso_time(f"{found[3]}-{month:02d}-{found[1]:0>2}T{found[4]}Z")


def check_timestamp(world: SandboxState, scheme: SecurityScheme, sent: str, read: TimeParser) -> None:
    """Raises Refused when the time of signing is missing, no time, or too far from now."""
    if not sent:
        raise build_auth_error(scheme, "missing-timestamp")
    when = read(sent)
    if when is None:
        raise build_auth_error(scheme, "malformed-timestamp", value=sent)
    late = world.clock() - when.timestamp()
    if abs(late) > scheme.extension.skew:
        raise build_auth_error(scheme, "expired" if late > 0 else "future", value=sent)


def find_key_owner(world: SandboxState, call: RequestContext, scheme: SecurityScheme, key: str, token: str) -> Account:
    """Whose key it is. Raises Refused: nobody's, or one whose token is missing or another."""
    account = world.find_account(call.service, "AccessKeyId", key)
    if account is None:
        raise build_auth_error(scheme, "unknown-key", value=key)
    expected = account.credentials.get("SecurityToken", "")
    if expected and not token:
        raise build_auth_error(scheme, "missing-token")
    if not compare_secrets(expected, token):
        raise build_auth_error(scheme, "bad-token")
    return account


def check_signature(
    call: RequestContext, scheme: SecurityScheme, ours: Stages, theirs: str, *, intact: bool = True
) -> None:
    """Raises Refused, with what we would have signed, when the signatures differ or the body is not `intact`."""
    texts = {step.name: step.value for step in ours.steps}
    call.template_values = {"string_to_sign": texts["string-to-sign"], "canonical": texts["canonical"]}
    if not intact:
        raise build_auth_error(scheme, "body-digest", **call.template_values)
    if not compare_secrets(ours.signature, theirs):
        raise build_auth_error(scheme, "mismatch", **call.template_values)


def check_nonce(world: SandboxState, scheme: SecurityScheme, key: str, nonce: str) -> None:
    """Raises Refused when this key's nonce was used before. A nonce can be long; its digest is what is kept."""
    if not world.nonces.use(key, canonical.sha256(nonce.encode("utf-8", "replace")), world.clock()):
        raise build_auth_error(scheme, "replayed", value=nonce)


def verify_acs_rpc(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who signed; None when neither a key nor a signature is among the parameters."""
    pairs = call.pairs
    key, theirs, nonce = (get_first(pairs, name) for name in ("AccessKeyId", "Signature", "SignatureNonce"))
    if not key and not theirs:
        return None
    if not key:
        raise build_auth_error(scheme, "missing-key")
    if get_first(pairs, "SignatureMethod") != "HMAC-SHA1":
        raise build_auth_error(scheme, "algorithm")
    if get_first(pairs, "SignatureVersion") != "1.0":
        raise build_auth_error(scheme, "version")
    check_timestamp(world, scheme, get_first(pairs, "Timestamp"), parse_iso_time)
    if not nonce:
        raise build_auth_error(scheme, "missing-nonce")
    if not theirs:
        raise build_auth_error(scheme, "missing-signature")
    # the signature is the one parameter that is not signed: a second one would go unnoticed
    if sum(name == "Signature" for name, _ in pairs) > 1:
        raise build_auth_error(scheme, "malformed")
    account = find_key_owner(world, call, scheme, key, get_first(pairs, "SecurityToken"))
    stages = acs_rpc.compute_stages(call.request.method, pairs, account.credentials["AccessKeySecret"])
    check_signature(call, scheme, stages, theirs)
    check_nonce(world, scheme, key, nonce)
    return account


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
    check_timestamp(world, scheme, request.get_header(b"date") or "", parse_http_time)
    account = find_key_owner(
        world, call, scheme, found.access_key_id, request.get_header(b"x-acs-security-token") or ""
    )
    stages = acs_roa.compute_stages(
        method=request.method,
        path=request.path,
        query=call.query,
        headers=canonical.decode_headers(request),
        secret=account.credentials["AccessKeySecret"],
    )
    check_signature(call, scheme, stages, found.signature, intact=_is_intact(request))
    if nonce := request.get_header(b"x-acs-signature-nonce"):
        check_nonce(world, scheme, found.access_key_id, nonce)
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
    return not sent or compare_secrets(canonical.content_md5(request.body), sent)


def verify_acs3(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who signed; None when there is no `Authorization`, or the one of ROA, whose first word is `acs`."""
    request = call.request
    text = (request.get_header(b"authorization") or "").strip()
    if not text or text.split()[0] == "acs":
        return None
    found = acs3.parse_credential(text)
    if isinstance(found, MalformedCredential):
        raise build_auth_error(scheme, found.kind, reason=found.reason)
    check_timestamp(world, scheme, request.get_header(b"x-acs-date") or "", parse_iso_time)
    nonce = request.get_header(b"x-acs-signature-nonce")
    if not nonce:
        raise build_auth_error(scheme, "missing-nonce")
    account = find_key_owner(
        world, call, scheme, found.access_key_id, request.get_header(b"x-acs-security-token") or ""
    )
    body_hash = canonical.sha256(request.body)
    stages = acs3.compute_stages(
        method=request.method,
        path=request.path,
        query=call.query,
        headers=canonical.decode_headers(request),
        signed_headers=found.signed_headers,
        body_hash=body_hash,
        secret=account.credentials["AccessKeySecret"],
    )
    intact = compare_secrets(body_hash, request.get_header(b"x-acs-content-sha256") or "")
    check_signature(call, scheme, stages, found.signature, intact=intact)
    check_nonce(world, scheme, found.access_key_id, nonce)
    return account
