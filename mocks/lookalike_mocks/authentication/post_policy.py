"""What an upload's policy allows: JSON in Base64, with a time, and conditions on fields and on the file's size."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import oss_policy

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import build_auth_error, compare_secrets, get_first

PolicyViolationKind = Literal["condition", "conditions", "too-large", "too-small"]
SIZE_RANGE: Final = "content-length-range"
# until when, in a year of four digits
MAX_TIMESTAMP: Final = 253_402_300_799
MAX_QUOTED_LENGTH: Final = 1000


class UploadPolicy(NamedTuple):
    """Until when (seconds since 1970), and what has to hold; conditions are as they were sent."""

    expires_at: float
    conditions: list[Any]


class PolicyViolation(NamedTuple):
    """A condition that does not hold, or is none, and how."""

    kind: PolicyViolationKind
    condition: str


def format_expiration(seconds: float) -> str:
    """A time as a policy has it: `2026-11-21T01:26:27.000Z`."""
    at = datetime.fromtimestamp(min(max(seconds, 0), MAX_TIMESTAMP), UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_policy(text: str) -> UploadPolicy | None:
    """What a policy says; None when it is not JSON in Base64, or does not say until when."""
    try:
        found = msgspec.json.decode(b64decode(text, validate=True))
        expires = datetime.fromisoformat(found["expiration"])
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.DecodeError):
        return None
    conditions = found.get("conditions")
    given = conditions if isinstance(conditions, list) else []
    return UploadPolicy(expires.timestamp(), given) if expires.tzinfo else None


def find_policy_violation(policy: UploadPolicy, fields: Mapping[str, str], size: int) -> PolicyViolation | None:
    """The first condition that does not hold for these fields and a file of that size."""
    if not policy.conditions:
        return PolicyViolation("conditions", "")
    for condition in policy.conditions:
        if kind := _check_condition(condition, fields, size):
            return PolicyViolation(kind, quote_condition(condition))
    return None


def quote_condition(condition: Any) -> str:
    """A condition as an error quotes it."""
    return json.dumps(condition, ensure_ascii=False)[:MAX_QUOTED_LENGTH]


def _check_condition(condition: Any, fields: Mapping[str, str], size: int) -> PolicyViolationKind | None:
    if isinstance(condition, dict) and len(condition) == 1:
        (name, wanted) = next(iter(condition.items()))
        way = "eq"
    elif isinstance(condition, list) and len(condition) == 3:
        way, name, wanted = condition
    else:
        return "conditions"
    if way == SIZE_RANGE:
        return _check_size(size, name, wanted)
    holds = CONDITION_OPERATORS.get(way) if isinstance(way, str) and isinstance(name, str) else None
    if holds is None or not isinstance(wanted, list if way.endswith("in") else str):
        return "conditions"
    return None if holds(fields.get(name.removeprefix("$"), ""), wanted) else "condition"


def _check_size(size: int, least: Any, most: Any) -> PolicyViolationKind | None:
    if not (isinstance(least, int) and isinstance(most, int)):
        return "conditions"
    return "too-small" if size < least else "too-large" if size > most else None


CONDITION_OPERATORS: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    "eq": lambda value, wanted: value == wanted,
    "starts-with": lambda value, wanted: value.startswith(wanted),
    "in": lambda value, wanted: value in wanted,
    "not-in": lambda value, wanted: value not in wanted,
}


def verify(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who uploads; None when neither a key nor a signature is in the form.

    A temporary key needs no token here: SDKs send the permit's key, and it alone.
    """
    key, theirs, text = (get_first(call.form, name) for name in ("OSSAccessKeyId", "Signature", "policy"))
    if not key and not theirs:
        return None
    if not key:
        raise build_auth_error(scheme, "missing-key")
    if not theirs:
        raise build_auth_error(scheme, "missing-signature")
    account = world.find_account(call.service, "AccessKeyId", key)
    if account is None:
        raise build_auth_error(scheme, "unknown-key", value=key)
    if not compare_secrets(oss_policy.compute_signature(text, account.credentials["AccessKeySecret"]), theirs):
        raise build_auth_error(scheme, "mismatch")
    found = parse_policy(text)
    call.template_values = {"condition": quote_condition(found.conditions[:1]) if found else ""}
    if found is None:
        raise build_auth_error(scheme, "malformed")
    if found.expires_at <= world.clock():
        raise build_auth_error(scheme, "expired")
    return account
