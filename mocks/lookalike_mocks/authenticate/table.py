"""The verifiers, by the name that a spec's security scheme gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import SecurityScheme

from ..account import Account
from ..call import RequestContext
from ..world import SandboxState
from . import acs3, acs_roa, acs_rpc, daji, key, oss_policy

Verifier = Callable[[SandboxState, RequestContext, SecurityScheme], Account | None]

VERIFIERS: Final[Mapping[str, Verifier]] = {
    "key": key.verify_key,
    "daji-md5": daji.verify_sign,
    "daji-secret": daji.verify_secret,
    "acs-rpc": acs_rpc.verify_acs_rpc,
    "acs-roa": acs_roa.verify_acs_roa,
    "acs3": acs3.verify_acs3,
    "oss-policy": oss_policy.verify,
}
