"""The policy of an upload: until when it holds, and for which fields and sizes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from lookalike_specs.sample import build
from lookalike_specs.wire import Request

from ...finding import Broken
from ...registry import probe
from ...subject import Subject, now
from .signer import Signer
from .trial import Trial, accepted, refused
from .which import SOURCE, has_policy, having, signers

MINUTES: Final = 60
LARGE: Final = ["content-length-range", 0, 100_000_000]


@probe(
    "signature/policy",
    says="An upload is let in by a policy that holds for it, and by no other.",
    why="The policy is all that is signed: what it does not hold for was allowed by nobody.",
    how="Read the policy after its signature; compare its time with the clock and each condition with the form.",
    source=SOURCE,
    applies=having(has_policy),
)
def policy(subject: Subject) -> Iterator[Broken]:
    """Policies that are over, for other fields and sizes, or none; and two that hold."""
    for signer in signers(subject, has_policy):
        yield from refused(signer, policy_trials(signer), every=True)
        yield from accepted(signer, _holding(signer))


def policy_trials(signer: Signer) -> Iterator[Trial]:
    """Policies that do not allow the plain upload, each signed."""
    key = signer.values["key"]
    expired, malformed = signer.errors("expired"), signer.errors("malformed")
    over = partial(_upload, signer, -2, [LARGE])
    yield Trial("with a policy that is over", over, "expired", expired, "/field/policy/expiration")
    others: dict[str, tuple[list[Any], str]] = {
        "for another key": (["eq", "$key", f"{key}0"], "/field/key"),
        "for a shorter key": (["eq", "$key", key[:-1]], "/field/key"),
        "for a smaller file": (["content-length-range", 0, 1], "/field/file"),
        "for a larger file": (["content-length-range", 50_000_000, 100_000_000], "/field/file"),
    }
    for told, (condition, where) in others.items():
        yield Trial(f"with a policy {told}", partial(_upload, signer, MINUTES, [condition]), pointer=where)
    none = partial(_bearing, signer, b"{e")
    yield Trial("with a policy that is not JSON", none, "malformed", malformed, "/field/policy")


def _holding(signer: Signer) -> Iterator[Trial]:
    """Policies that allow it."""
    own = [["eq", "$key", signer.values["key"]], LARGE]
    yield Trial("with a policy for its key", lambda: _upload(signer, MINUTES, own))
    yield Trial("with a policy that holds for two minutes", lambda: _upload(signer, 2, [LARGE]))


def _upload(signer: Signer, minutes: int, conditions: list[Any]) -> Request:
    until = (now().time + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return _bearing(signer, json.dumps({"expiration": until, "conditions": conditions}).encode())


def _bearing(signer: Signer, policy: bytes) -> Request:
    values = {**signer.values, "policy": b64encode(policy).decode()}
    return signer.signed(build(signer.subject.operation, values, signer.subject.target.url))
