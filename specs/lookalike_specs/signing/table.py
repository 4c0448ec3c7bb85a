"""The schemes by the name that a spec uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lookalike_specs.wire import Request

from . import acs3, acs_roa, acs_rpc, daji, oss_policy
from .malformed import Malformed
from .stages import Stages


@dataclass(frozen=True, slots=True)
class Scheme:
    """What every scheme can do with a signed request: show the signature it carries, and make it anew with a secret."""

    name: str
    presented: Callable[[Request], str | None]
    recomputed: Callable[[Request, str], Stages | Malformed]


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        daji.SCHEME: Scheme(daji.SCHEME, daji.presented, daji.recomputed),
        acs_rpc.SCHEME: Scheme(acs_rpc.SCHEME, acs_rpc.presented, acs_rpc.recomputed),
        acs_roa.SCHEME: Scheme(acs_roa.SCHEME, acs_roa.presented, acs_roa.recomputed),
        acs3.SCHEME: Scheme(acs3.SCHEME, acs3.presented, acs3.recomputed),
        oss_policy.SCHEME: Scheme(oss_policy.SCHEME, oss_policy.presented, oss_policy.recomputed),
    }
)
