"""How each API's requests are signed: the stages of a signature, and a signed request."""

from . import acs3, acs_roa, acs_rpc, daji, oss_policy
from .acs3 import Acs3Credential
from .acs_roa import RoaCredential
from .base import (
    STAGE_NAMES,
    MalformedCredential,
    Stage,
    StageDifference,
    StageName,
    Stages,
    find_first_difference,
    to_dict,
)
from .schemes import SIGNATURE_ALGORITHMS, SignatureAlgorithm

__all__ = [
    "SIGNATURE_ALGORITHMS",
    "STAGE_NAMES",
    "Acs3Credential",
    "MalformedCredential",
    "RoaCredential",
    "SignatureAlgorithm",
    "Stage",
    "StageDifference",
    "StageName",
    "Stages",
    "acs3",
    "acs_roa",
    "acs_rpc",
    "daji",
    "find_first_difference",
    "oss_policy",
    "to_dict",
]
