"""Rules of Alibaba Cloud that only code can check, and the errors that the spec's data gives for them."""

from __future__ import annotations

from typing import Any

from ..call import RequestContext
from ..errors import VendorError


def build_rule_error(call: RequestContext, rule: str, parameter: str, **facts: Any) -> VendorError:
    """The error for a broken rule."""
    reaction: str | dict[str, str] = call.service.api.root.data["reactions"][rule]
    error = reaction if isinstance(reaction, str) else reaction[call.service.variants[reaction["variant"]]]
    return VendorError(error, {"rule": rule, "parameter": parameter, **facts})
