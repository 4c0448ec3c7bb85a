"""The policy of an upload: until when it holds, and for which fields and sizes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_request

from ...context import CheckContext, create_signing_context
from ...finding import Failure
from ...registry import active_check
from .applicability import SOURCE, has_policy, require_signer, select_signers
from .case import SignatureCase, check_accepted, check_refused
from .signer import Signer

VALID_MINUTES: Final = 60
WIDE_SIZE_RANGE: Final = ["content-length-range", 0, 100_000_000]


@active_check(
    "signature/policy",
    summary="An upload is let in by a policy that holds for it, and by no other.",
    rationale="The policy is all that is signed: what it does not hold for was allowed by nobody.",
    remediation="Read the policy after its signature; compare its time with the clock and each condition with the form.",
    source=SOURCE,
    applies=require_signer(has_policy),
)
def upload_policy(subject: CheckContext) -> Iterator[Failure]:
    """Policies that are over, for other fields and sizes, or none; and two that hold."""
    for signer in select_signers(subject, has_policy):
        yield from check_refused(signer, generate_policy_cases(signer), every=True)
        yield from check_accepted(signer, _generate_valid_cases(signer))


def generate_policy_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Policies that do not allow the plain upload, each signed."""
    key = signer.values["key"]
    expired = signer.get_errors("expired")
    malformed = signer.get_errors("malformed")
    over = partial(_build_upload, signer, -2, [WIDE_SIZE_RANGE])
    yield SignatureCase("with a policy that is over", over, "expired", expired, "/field/policy/expiration")
    others: dict[str, tuple[list[Any], str]] = {
        "for another key": (["eq", "$key", f"{key}0"], "/field/key"),
        "for a shorter key": (["eq", "$key", key[:-1]], "/field/key"),
        "for a smaller file": (["content-length-range", 0, 1], "/field/file"),
        "for a larger file": (["content-length-range", 50_000_000, 100_000_000], "/field/file"),
    }
    for told, (condition, where) in others.items():
        yield SignatureCase(
            f"with a policy {told}", partial(_build_upload, signer, VALID_MINUTES, [condition]), pointer=where
        )
    none = partial(_sign_policy, signer, b"{e")
    yield SignatureCase("with a policy that is not JSON", none, "malformed", malformed, "/field/policy")


def _generate_valid_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Policies that allow it."""
    own = [["eq", "$key", signer.values["key"]], WIDE_SIZE_RANGE]
    yield SignatureCase("with a policy for its key", lambda: _build_upload(signer, VALID_MINUTES, own))
    yield SignatureCase("with a policy that holds for two minutes", lambda: _build_upload(signer, 2, [WIDE_SIZE_RANGE]))


def _build_upload(signer: Signer, minutes: int, conditions: list[Any]) -> Request:
    until = (create_signing_context().time + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return _sign_policy(signer, json.dumps({"expiration": until, "conditions": conditions}).encode())


def _sign_policy(signer: Signer, policy: bytes) -> Request:
    values = {**signer.values, "policy": b64encode(policy).decode()}
    return signer.sign(build_request(signer.context.operation, values, signer.context.target.url))
