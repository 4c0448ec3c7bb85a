"""Which situation was asked for beforehand: by the header `Prefer`, or in the sandbox."""

from __future__ import annotations

import re

from .call import Call
from .errors import Unanswerable
from .faults import FAULTS
from .situate import bring
from .world import World

PREFERENCE = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|([^\s,;]+))""")
MAX_PREFER = 1000


def prefer(world: World, call: Call) -> None:
    """Set `call.situation` or `call.fault`. Raises Refused when the situation is an error; Unanswerable."""
    header = call.request.header(b"prefer")
    if header and (asked := _named(call, header[:MAX_PREFER])):
        bring(call, asked)
    elif world.demands and (found := world.demands.next(call.service.api.id)):
        bring(call, found.situation.partition("/")[2], found.delay)


def _named(call: Call, header: str) -> str:
    """The situation that `code=503` or `example=<api>/503` names, in Prism's grammar; "" for a good answer."""
    wants = {key.lower(): quoted or plain for key, quoted, plain in PREFERENCE.findall(header)}
    if "example" in wants:
        short: str = wants["example"].removeprefix(f"{call.service.api.id}/")
        if not call.service.knows(short):
            raise _unknown(call, f"example={wants['example']}")
        return short
    return _of_code(call, wants["code"]) if "code" in wants else ""


def _of_code(call: Call, code: str) -> str:
    """The error with that code of the vendor's, else the first with that HTTP status; "" for 200."""
    errors = call.service.api.root.errors
    by_code = [name for name, error in errors.items() if code in (name, str(error.code))]
    by_status = [name for name, error in errors.items() if code == str(error.status)]
    if code != "200" and not by_code + by_status:
        raise _unknown(call, f"code={code}")
    return next(iter(by_code + by_status), "")


def _unknown(call: Call, asked: str) -> Unanswerable:
    root = call.service.api.root
    known = [f"{call.service.api.id}/{short}" for short in (*root.errors, *root.situations, *FAULTS)]
    return Unanswerable(400, {"error": f"Prefer: {asked} is none of this API's situations", "known": known})
