"""Which situation was asked for by a magic input."""

from __future__ import annotations

from .call import Call
from .errors import Refused
from .faults import FAULTS, Delay
from .service import situation_in


def situate(call: Call) -> None:
    """Set `call.situation` and `call.magic`. Raises Refused when the situation is an error."""
    service = call.service
    asked = call.account.situation if call.account else ""
    for name, template in service.magic_values:
        if not asked and name in call.values:
            found = situation_in(call.values[name], template)
            asked, call.magic = (found, name) if service.knows(found) else ("", "")
    if asked:
        bring(call, asked)


def bring(call: Call, asked: str, delay: Delay | None = None) -> None:
    """Make this the call's situation, or the fault of its answer. Raises Refused when it is an error."""
    if asked in FAULTS:
        call.fault, call.delay = asked, delay or Delay()
        return
    call.situation = asked
    if asked in call.service.api.root.errors:
        raise Refused(asked, {"rule": "situation", "parameter": "", "value": "", **call.facts})
