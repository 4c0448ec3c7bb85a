"""Which situation was asked for beforehand: by the header `Prefer`, or in the sandbox."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .call import Call
from .errors import Unanswerable
from .faults import FAULTS
from .situate import bring
from .world import World

# a preference and its value, plain or quoted, as RFC 7240 has them; what separates them is passed over
PREFERENCE = re.compile(r"""([^\s=,;"]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,;]*))?""")
ESCAPED = re.compile(r"\\(.)")
GOOD = "200"
# of what was asked for, in an answer of ours
MOST_TOLD = 100


def prefer(world: World, call: Call) -> None:
    """Set `call.situation` or `call.fault`. Raises Refused when the situation is an error; Unanswerable."""
    asked = None if call.request.header(b"prefer") is None else _named(call, _preferences(call))
    if asked:
        bring(call, asked)
    elif asked is None and world.demands and (found := world.demands.next(call.service.api.id, call.can)):
        bring(call, found.situation.partition("/")[2], found.delay)


def _preferences(call: Call) -> dict[str, str]:
    """The preferences of all such headers, in lower case, and their values; of two alike the first counts."""
    header = ",".join(value.decode("latin-1") for key, value in call.request.headers if key == b"prefer")
    found: dict[str, str] = {}
    for key, value in PREFERENCE.findall(header):
        quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
        found.setdefault(key.lower(), ESCAPED.sub(r"\1", value[1:-1]) if quoted else value)
    return found


def _named(call: Call, wants: Mapping[str, str]) -> str | None:
    """The situation that `code=503` or `example=<api>/503` names, in Prism's grammar.

    "" for a good answer, None when none of the two is there.
    """
    if "example" in wants:
        short = wants["example"].removeprefix(f"{call.service.api.id}/")
        if not call.can(short):
            raise _unknown(call, f"example={wants['example']}")
        return short
    return _of_code(call, wants["code"]) if "code" in wants else None


def _of_code(call: Call, code: str) -> str:
    """The error of that name, else the first with that code of the vendor's, else the first with that HTTP status."""
    if code == GOOD:
        return ""
    errors = {name: error for name, error in call.service.api.root.errors.items() if call.can(name)}
    by_code = [name for name, error in errors.items() if error.code is not None and code == str(error.code)]
    by_status = [name for name, error in errors.items() if code == str(error.status)]
    found = [code] if code in errors else by_code + by_status
    if not found:
        raise _unknown(call, f"code={code}")
    return found[0]


def _unknown(call: Call, asked: str) -> Unanswerable:
    root = call.service.api.root
    every = (*root.errors, *root.situations, *FAULTS)
    known = [f"{call.service.api.id}/{short}" for short in every if call.can(short)]
    error = f"Prefer: {asked[:MOST_TOLD]} is none of this API's situations"
    return Unanswerable(400, {"error": error, "known": known})
