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
from ..parsing import get_first
from ..sandbox.state import SandboxState
from .credentials import Authentication, build_auth_error, compare_secrets
from .diagnosis import build_unknown_key_error

PolicyViolationKind = Literal["condition", "conditions", "too-large", "too-small"]
SIZE_RANGE: Final = "content-length-range"
# the last second of the year 9999; a policy writes years with four digits
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


def verify(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return who uploads; None when neither a key nor a signature is in the form.

    A temporary key needs no token here: SDKs send the permit's key, and it alone.
    """
    form = context.parsed.form
    signature = get_first(form, "Signature")
    encoded_policy = get_first(form, "policy")
    if not credential and not signature:
        return None
    if not credential:
        raise build_auth_error(scheme, "missing-key")
    if not signature:
        raise build_auth_error(scheme, "missing-signature")
    account = state.find_account(context.service, "AccessKeyId", credential)
    if account is None:
        raise build_unknown_key_error(state, context, scheme, credential, value=credential)
    expected = oss_policy.compute_signature(encoded_policy, account.credentials["AccessKeySecret"])
    if not compare_secrets(expected, signature):
        raise build_auth_error(scheme, "mismatch")
    policy = parse_policy(encoded_policy)
    if policy is None:
        raise build_auth_error(scheme, "malformed")
    if policy.expires_at <= state.clock():
        raise build_auth_error(scheme, "expired")
    return Authentication(account, {"condition": quote_condition(policy.conditions[:1])})


def format_expiration(seconds: float) -> str:
    """Return a time as a policy has it: `2026-11-21T01:26:27.000Z`."""
    expiration = datetime.fromtimestamp(min(max(seconds, 0), MAX_TIMESTAMP), UTC)
    return expiration.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_policy(text: str) -> UploadPolicy | None:
    """Parse a policy; None when it is not JSON in Base64, or does not say until when it holds."""
    try:
        document = msgspec.json.decode(b64decode(text, validate=True))
        expiration = datetime.fromisoformat(document["expiration"])
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.DecodeError):
        return None
    if expiration.tzinfo is None:
        return None
    conditions = document.get("conditions")
    if not isinstance(conditions, list):
        conditions = []
    return UploadPolicy(expiration.timestamp(), conditions)


def find_policy_violation(policy: UploadPolicy, fields: Mapping[str, str], size: int) -> PolicyViolation | None:
    """Return the first condition that does not hold for these fields and a file of `size` bytes."""
    if not policy.conditions:
        return PolicyViolation("conditions", "")
    for condition in policy.conditions:
        kind = _check_condition(condition, fields, size)
        if kind is not None:
            return PolicyViolation(kind, quote_condition(condition))
    return None


def quote_condition(condition: Any) -> str:
    """Return a condition as an error quotes it."""
    return json.dumps(condition, ensure_ascii=False)[:MAX_QUOTED_LENGTH]


def _check_condition(condition: Any, fields: Mapping[str, str], size: int) -> PolicyViolationKind | None:
    """Return how a condition fails; None where it holds.

    `{"bucket": "b"}` is short for `["eq", "$bucket", "b"]`.
    """
    if isinstance(condition, dict) and len(condition) == 1:
        operator = "eq"
        ((name, operand),) = condition.items()
    elif isinstance(condition, list) and len(condition) == 3:
        operator, name, operand = condition
    else:
        return "conditions"
    if operator == SIZE_RANGE:
        return _check_size(size, name, operand)
    if not isinstance(operator, str) or not isinstance(name, str):
        return "conditions"
    holds = CONDITION_OPERATORS.get(operator)
    operand_type: type = str
    if operator.endswith("in"):
        operand_type = list
    if holds is None or not isinstance(operand, operand_type):
        return "conditions"
    if holds(fields.get(name.removeprefix("$"), ""), operand):
        return None
    return "condition"


def _check_size(size: int, min_size: Any, max_size: Any) -> PolicyViolationKind | None:
    if not (isinstance(min_size, int) and isinstance(max_size, int)):
        return "conditions"
    if size < min_size:
        return "too-small"
    if size > max_size:
        return "too-large"
    return None


CONDITION_OPERATORS: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    "eq": lambda value, operand: value == operand,
    "starts-with": lambda value, operand: value.startswith(operand),
    "in": lambda value, operand: value in operand,
    "not-in": lambda value, operand: value not in operand,
}
