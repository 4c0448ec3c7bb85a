"""The schemes by the name that a spec uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lookalike_specs.messages import Request

from . import acs3, acs_roa, acs_rpc, daji, oss_policy
from .base import MalformedCredential, Stages


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """What every scheme can do with a signed request: show the signature it carries, and make it anew with a secret."""

    name: str
    read_signature: Callable[[Request], str | None]
    recompute_stages: Callable[[Request, str], Stages | MalformedCredential]


SIGNATURE_ALGORITHMS: Final[Mapping[str, SignatureAlgorithm]] = MappingProxyType(
    {
        daji.SCHEME: SignatureAlgorithm(daji.SCHEME, daji.read_signature, daji.recompute_stages),
        acs_rpc.SCHEME: SignatureAlgorithm(acs_rpc.SCHEME, acs_rpc.read_signature, acs_rpc.recompute_stages),
        acs_roa.SCHEME: SignatureAlgorithm(acs_roa.SCHEME, acs_roa.read_signature, acs_roa.recompute_stages),
        acs3.SCHEME: SignatureAlgorithm(acs3.SCHEME, acs3.read_signature, acs3.recompute_stages),
        oss_policy.SCHEME: SignatureAlgorithm(
            oss_policy.SCHEME, oss_policy.read_signature, oss_policy.recompute_stages
        ),
    }
)
