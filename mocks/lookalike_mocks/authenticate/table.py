"""The verifiers, by the name that a spec's security scheme gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Scheme

from ..call import Account, Call
from ..world import World
from . import daji, key

Verifier = Callable[[World, Call, Scheme], Account | None]

VERIFIERS: Final[Mapping[str, Verifier]] = {
    "key": key.verify,
    "daji-md5": daji.verify_sign,
    "daji-secret": daji.verify_secret,
}
