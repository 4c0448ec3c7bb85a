"""Which situation was asked for by a magic input."""

from __future__ import annotations

from .call import Call
from .errors import Refused
from .service import situation_in


def situate(call: Call) -> None:
    """Set `call.situation` and `call.magic`. Raises Refused when the situation is an error."""
    service = call.service
    asked = call.account.situation if call.account else ""
    for name, template in service.magic_values:
        if not asked and name in call.values:
            found = situation_in(call.values[name], template)
            asked, call.magic = (found, name) if service.knows(found) else ("", "")
    if asked in service.api.root.errors:
        raise Refused(asked, {"rule": "situation", "parameter": "", "value": "", **call.facts})
    call.situation = asked
