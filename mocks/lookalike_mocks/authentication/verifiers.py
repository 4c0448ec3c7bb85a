"""The verifiers, by the name that a spec's security scheme gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import SecurityScheme

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from . import alibaba_cloud, daji, key, post_policy

Verifier = Callable[[SandboxState, RequestContext, SecurityScheme], Account | None]

VERIFIERS: Final[Mapping[str, Verifier]] = {
    "key": key.verify_key,
    "daji-md5": daji.verify_sign,
    "daji-secret": daji.verify_secret,
    "acs-rpc": alibaba_cloud.verify_acs_rpc,
    "acs-roa": alibaba_cloud.verify_acs_roa,
    "acs3": alibaba_cloud.verify_acs3,
    "oss-policy": post_policy.verify,
}
