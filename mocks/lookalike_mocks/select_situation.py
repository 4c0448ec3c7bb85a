"""Which situation was asked for by a magic input."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .context import RequestContext
from .exceptions import MockError, VendorError
from .faults import FAULTS, Delay
from .sandbox.state import SandboxState
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
            call.fault = asked
            call.delay = delay or Delay()
        return
    if call.situation:
        return
    call.situation = asked
    if asked in call.service.api.root.errors:
        raise VendorError(asked, {"rule": "situation", "parameter": "", "value": "", **call.template_values})


# a preference and its value, plain or quoted, as RFC 7240 has them; what separates them is passed over
PREFERENCE_PATTERN = re.compile(r"""([^\s=,;"]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,;]*))?""")
ESCAPED_CHARACTER = re.compile(r"\\(.)")
SUCCESS_CODE = "200"
# of what was asked for, in an answer of ours
MAX_QUOTED_LENGTH = 100


def apply_prefer_and_schedule(world: SandboxState, call: RequestContext) -> None:
    """Set `call.situation` or `call.fault`. Raises Refused when the situation is an error; Unanswerable."""
    asked = None if call.request.get_header(b"prefer") is None else _select_preferred(call, _parse_preferences(call))
    if asked:
        apply_situation(call, asked)
    elif (
        asked is None
        and world.scheduled_situations
        and (found := world.scheduled_situations.take_next(call.service.api.id, call.allows_situation))
    ):
        apply_situation(call, found.situation.partition("/")[2], found.delay)


def _parse_preferences(call: RequestContext) -> dict[str, str]:
    """The preferences of all such headers, in lower case, and their values; of two alike the first counts."""
    header = ",".join(value.decode("latin-1") for key, value in call.request.headers if key == b"prefer")
    found: dict[str, str] = {}
    for key, value in PREFERENCE_PATTERN.findall(header):
        quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
        found.setdefault(key.lower(), ESCAPED_CHARACTER.sub(r"\1", value[1:-1]) if quoted else value)
    return found


def _select_preferred(call: RequestContext, wants: Mapping[str, str]) -> str | None:
    """The situation that `code=503` or `example=<api>/503` names, in Prism's grammar.

    "" for a good answer, None when none of the two is there.
    """
    if "example" in wants:
        short = wants["example"].removeprefix(f"{call.service.api.id}/")
        if not call.allows_situation(short):
            raise _build_unknown_situation_error(call, f"example={wants['example']}")
        return short
    return _find_by_code(call, wants["code"]) if "code" in wants else None


def _find_by_code(call: RequestContext, code: str) -> str:
    """The error of that name, else the first with that code of the vendor's, else the first with that HTTP status."""
    if code == SUCCESS_CODE:
        return ""
    errors = {name: error for name, error in call.service.api.root.errors.items() if call.allows_situation(name)}
    by_code = [name for name, error in errors.items() if error.code is not None and code == str(error.code)]
    by_status = [name for name, error in errors.items() if code == str(error.status)]
    found = [code] if code in errors else by_code + by_status
    if not found:
        raise _build_unknown_situation_error(call, f"code={code}")
    return found[0]


def _build_unknown_situation_error(call: RequestContext, asked: str) -> MockError:
    root = call.service.api.root
    every = (*root.errors, *root.situations, *FAULTS)
    known = [f"{call.service.api.id}/{short}" for short in every if call.allows_situation(short)]
    error = f"Prefer: {asked[:MAX_QUOTED_LENGTH]} is none of this API's situations"
    return MockError(400, {"error": error, "known": known})
