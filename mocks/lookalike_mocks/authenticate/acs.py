"""What Alibaba Cloud's three signatures have in common: the key, its token, the time, the nonce."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import Stages, digest

from ..account import Account
from ..call import RequestContext
from ..world import SandboxState
from .evidence import build_auth_error, compare_secrets

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


def check_signature(call: RequestContext, scheme: SecurityScheme, ours: Stages, theirs: str, *, intact: bool = True) -> None:
    """Raises Refused, with what we would have signed, when the signatures differ or the body is not `intact`."""
    texts = {step.name: step.value for step in ours.steps}
    call.template_values = {"string_to_sign": texts["string-to-sign"], "canonical": texts["canonical"]}
    if not intact:
        raise build_auth_error(scheme, "body-digest", **call.template_values)
    if not compare_secrets(ours.signature, theirs):
        raise build_auth_error(scheme, "mismatch", **call.template_values)


def check_nonce(world: SandboxState, scheme: SecurityScheme, key: str, nonce: str) -> None:
    """Raises Refused when this key's nonce was used before. A nonce can be long; its digest is what is kept."""
    if not world.nonces.use(key, digest.sha256(nonce.encode("utf-8", "replace")), world.clock()):
        raise build_auth_error(scheme, "replayed", value=nonce)
