"""The policy of an upload: until when it is valid, and for which fields and sizes."""

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
SHORT_MINUTES: Final = 2
# a condition that every upload of the tests fulfils
WIDE_SIZE_RANGE: Final = ["content-length-range", 0, 100_000_000]


@active_check(
    "signature/policy",
    summary="An upload is accepted with a policy that allows it, and with no other.",
    rationale="The policy is all that is signed: what it does not allow, nobody has allowed.",
    remediation="Verify the signature, then compare the policy's time with the clock and its conditions with the form.",
    source=SOURCE,
    applies=require_signer(has_policy),
)
def upload_policy(context: CheckContext) -> Iterator[Failure]:
    """Send policies that have expired, or are for other fields and sizes, or cannot be read; and two that are right."""
    for signer in select_signers(context, has_policy):
        yield from check_refused(signer, generate_policy_cases(signer), every=True)
        yield from check_accepted(signer, _generate_valid_cases(signer))


def generate_policy_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield policies that do not allow the plain upload, each with its signature."""
    key = signer.values["key"]
    yield SignatureCase(
        "with a policy that is over",
        partial(_build_upload, signer, -SHORT_MINUTES, [WIDE_SIZE_RANGE]),
        "expired",
        signer.get_errors("expired"),
        "/field/policy/expiration",
    )
    conditions: dict[str, tuple[list[Any], str]] = {
        "for another key": (["eq", "$key", f"{key}0"], "/field/key"),
        "for a shorter key": (["eq", "$key", key[:-1]], "/field/key"),
        "for a smaller file": (["content-length-range", 0, 1], "/field/file"),
        "for a larger file": (["content-length-range", 50_000_000, 100_000_000], "/field/file"),
    }
    for purpose, (condition, pointer) in conditions.items():
        make_request = partial(_build_upload, signer, VALID_MINUTES, [condition])
        yield SignatureCase(f"with a policy {purpose}", make_request, pointer=pointer)
    yield SignatureCase(
        "with a policy that is not JSON",
        partial(_sign_policy, signer, b"{e"),
        "malformed",
        signer.get_errors("malformed"),
        "/field/policy",
    )


def _generate_valid_cases(signer: Signer) -> Iterator[SignatureCase]:
    own_key = [["eq", "$key", signer.values["key"]], WIDE_SIZE_RANGE]
    yield SignatureCase("with a policy for its key", partial(_build_upload, signer, VALID_MINUTES, own_key))
    make_request = partial(_build_upload, signer, SHORT_MINUTES, [WIDE_SIZE_RANGE])
    yield SignatureCase("with a policy that holds for two minutes", make_request)


def _build_upload(signer: Signer, minutes: int, conditions: list[Any]) -> Request:
    expiration = create_signing_context().time + timedelta(minutes=minutes)
    policy = {"expiration": expiration.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "conditions": conditions}
    return _sign_policy(signer, json.dumps(policy).encode())


def _sign_policy(signer: Signer, policy: bytes) -> Request:
    values = {**signer.values, "policy": b64encode(policy).decode()}
    return signer.sign(build_request(signer.context.operation, values, signer.context.target.url))
