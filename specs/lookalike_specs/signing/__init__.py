"""How each API's requests are signed: the stages of a signature, and a signed request."""

from . import acs3, acs_roa, acs_rpc, daji, oss_policy
from .acs3 import Acs3Credential
from .acs_roa import RoaCredential
from .malformed import Malformed
from .stages import STAGE_NAMES, Difference, Stage, StageName, Stages, first_difference, to_dict
from .table import SCHEMES, Scheme

__all__ = [
    "SCHEMES",
    "STAGE_NAMES",
    "Acs3Credential",
    "Difference",
    "Malformed",
    "RoaCredential",
    "Scheme",
    "Stage",
    "StageName",
    "Stages",
    "acs3",
    "acs_roa",
    "acs_rpc",
    "daji",
    "first_difference",
    "oss_policy",
    "to_dict",
]
