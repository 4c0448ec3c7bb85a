"""Which situation was asked for by a magic input."""

from __future__ import annotations

from .call import RequestContext
from .errors import VendorError
from .faults import FAULTS, Delay
from .service import parse_trigger


def apply_triggers(call: RequestContext) -> None:
    """Set `call.situation` and `call.magic`. Raises Refused when the situation is an error."""
    asked = call.account.situation if call.account and call.allows_situation(call.account.situation) else ""
    for name, template in call.service.trigger_parameters:
        if not asked and name in call.values:
            found = parse_trigger(call.values[name], template)
            asked, call.trigger_parameter = (found, name) if call.allows_situation(found) else ("", "")
    if asked:
        apply_situation(call, asked)


def apply_situation(call: RequestContext, asked: str, delay: Delay | None = None) -> None:
    """Make this the call's situation, or its answer's fault; it can have one of each, and the first counts.

    Raises Refused when the situation is an error.
    """
    if asked in FAULTS:
        if not call.fault:
            call.fault, call.delay = asked, delay or Delay()
        return
    if call.situation:
        return
    call.situation = asked
    if asked in call.service.api.root.errors:
        raise VendorError(asked, {"rule": "situation", "parameter": "", "value": "", **call.template_values})
