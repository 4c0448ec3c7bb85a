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
from .scheme import CoveredHeaders, FixedField, KeyLocation, SigningContext, SigningScheme
from .schemes import SCHEMES, register_signing_scheme

__all__ = [
    "SCHEMES",
    "STAGE_NAMES",
    "Acs3Credential",
    "CoveredHeaders",
    "FixedField",
    "KeyLocation",
    "MalformedCredential",
    "RoaCredential",
    "SigningContext",
    "SigningScheme",
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
    "register_signing_scheme",
    "to_dict",
]
