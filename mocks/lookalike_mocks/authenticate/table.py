"""The verifiers, by the name that a spec's security scheme gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Scheme

from ..account import Account
from ..call import Call
from ..world import World
from . import acs3, acs_roa, acs_rpc, daji, key, oss_policy

Verifier = Callable[[World, Call, Scheme], Account | None]

VERIFIERS: Final[Mapping[str, Verifier]] = {
    "key": key.verify,
    "daji-md5": daji.verify_sign,
    "daji-secret": daji.verify_secret,
    "acs-rpc": acs_rpc.verify,
    "acs-roa": acs_roa.verify,
    "acs3": acs3.verify,
    "oss-policy": oss_policy.verify,
}
