"""What Alibaba Cloud's three signatures have in common: the key, its token, the time, the nonce."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lookalike_specs import Scheme
from lookalike_specs.signing import Stages, digest

from ..call import Account, Call
from ..world import World
from .evidence import refusal, same

ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
Clock = Callable[[str], datetime | None]


def iso_time(text: str) -> datetime | None:
    """`2026-11-21T00:26:28Z`; None when it is not a time."""
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC) if (found := ISO.fullmatch(text)) else None  # type: ignore[arg-type]
    except ValueError:
        return None


def http_time(text: str) -> datetime | None:
    """`Sat, 21 Nov 2026 00:26:32 GMT`; None when it is not a time, or in no known zone."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None


def timely(world: World, call: Call, scheme: Scheme, sent: str, read: Clock) -> None:
    """Raises Refused when the time of signing is missing, no time, or too far from now."""
    if not sent:
        raise refusal(scheme, "missing-timestamp")
    when = read(sent)
    if when is None:
        raise refusal(scheme, "malformed-timestamp", value=sent)
    late = world.clock() - when.timestamp()
    skew = call.service.api.root.data["gateway"]["skew-seconds"]
    if abs(late) > skew:
        raise refusal(scheme, "expired" if late > 0 else "future", value=sent)


def owner(call: Call, scheme: Scheme, key: str, token: str) -> Account:
    """Whose key it is. Raises Refused: nobody's, or one whose token is missing or another."""
    account = call.service.account("AccessKeyId", key)
    if account is None:
        raise refusal(scheme, "unknown-key", value=key)
    expected = account.credentials.get("SecurityToken", "")
    if expected and not token:
        raise refusal(scheme, "missing-token")
    if not same(expected, token):
        raise refusal(scheme, "bad-token")
    return account


def signed(call: Call, scheme: Scheme, ours: Stages, theirs: str, *, intact: bool = True) -> None:
    """Raises Refused, with what we would have signed, when the signatures differ or the body is not `intact`."""
    texts = {step.name: step.value for step in ours.steps}
    call.facts = {"string_to_sign": texts["string-to-sign"], "canonical": texts["canonical"]}
    if not intact:
        raise refusal(scheme, "body-digest", **call.facts)
    if not same(ours.signature, theirs):
        raise refusal(scheme, "mismatch", **call.facts)


def once(world: World, scheme: Scheme, key: str, nonce: str) -> None:
    """Raises Refused when this key's nonce was used before. A nonce can be long; its digest is what is kept."""
    if not world.nonces.use(key, digest.sha256(nonce.encode("utf-8", "replace")), world.clock()):
        raise refusal(scheme, "replayed", value=nonce)
