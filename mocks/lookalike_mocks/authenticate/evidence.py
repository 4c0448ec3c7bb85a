"""What every verifier needs: to find a value, to compare it, to refuse."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

from lookalike_specs import SecurityScheme
from lookalike_specs.extension import Refusal
from lookalike_specs.wire import Pairs

from ..errors import VendorError


def get_first(pairs: Pairs, name: str) -> str:
    """The first value of that name; "" when there is none."""
    for key, value in pairs:
        if key == name:
            return value
    return ""


def compare_secrets(ours: str, theirs: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return compare_digest(ours.encode("utf-8", "replace"), theirs.encode("utf-8", "replace"))


def build_auth_error(scheme: SecurityScheme, kind: Refusal, **facts: Any) -> VendorError:
    """The scheme's error for that kind of refusal."""
    return VendorError(scheme.extension.errors[kind], {"rule": kind, "parameter": scheme.parameter, "value": "", **facts})
