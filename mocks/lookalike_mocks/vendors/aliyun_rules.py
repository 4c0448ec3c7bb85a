"""Rules of Alibaba Cloud that only code can check, and the errors that the spec's data gives for them."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..errors import Refused


def refused(call: Call, rule: str, parameter: str, **facts: Any) -> Refused:
    """The error for a broken rule."""
    reaction: str | dict[str, str] = call.service.api.root.data["reactions"][rule]
    error = reaction if isinstance(reaction, str) else reaction[call.service.variants[reaction["variant"]]]
    return Refused(error, {"rule": rule, "parameter": parameter, **facts})
