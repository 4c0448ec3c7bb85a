"""Which situation was asked for by a magic input."""

from __future__ import annotations

from .call import Call
from .errors import Refused
from .faults import FAULTS, Delay
from .service import situation_in


def situate(call: Call) -> None:
    """Set `call.situation` and `call.magic`. Raises Refused when the situation is an error."""
    asked = call.account.situation if call.account and call.can(call.account.situation) else ""
    for name, template in call.service.magic_values:
        if not asked and name in call.values:
            found = situation_in(call.values[name], template)
            asked, call.magic = (found, name) if call.can(found) else ("", "")
    if asked:
        bring(call, asked)


def bring(call: Call, asked: str, delay: Delay | None = None) -> None:
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
        raise Refused(asked, {"rule": "situation", "parameter": "", "value": "", **call.facts})
