"""Which situation a request is to be answered with: by `Prefer`, by schedule, or by a trigger value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from .authentication.credentials import Authentication
from .context import RequestContext
from .exceptions import MockError, VendorError
from .faults import FAULTS, Delay
from .reason import Origin
from .sandbox.state import SandboxState
from .service import Service
from .weather import CALM, WeatherDraw, draw_weather

SUCCESS_CODE: Final = "200"
# of what was asked for, in an answer of ours
MAX_QUOTED_LENGTH: Final = 100


class RequestedSituation(NamedTuple):
    """A situation or a fault by its short id, "" for none; who asks for it, and how long a fault takes."""

    name: str
    origin: Origin
    delay: Delay = Delay()


class SelectedSituation(msgspec.Struct, frozen=True):
    """The situation of an answer, and the fault that happens to it: one of each, "" where there is none.

    `trigger_parameter` names the parameter whose value named a situation, if one did. Each comes with its origin.
    """

    situation: str = ""
    fault: str = ""
    delay: Delay = Delay()
    trigger_parameter: str = ""
    situation_origin: Origin = "request"
    fault_origin: Origin = "request"


NO_SITUATION: Final = SelectedSituation()


def select_requested_situation(
    state: SandboxState, context: RequestContext, error_values: Mapping[str, Any]
) -> SelectedSituation:
    """Return what `Prefer` asks for, else what is scheduled next.

    Raise VendorError where that is an error, MockError where `Prefer` names none of the API's situations.
    """
    if context.preferences:
        preferred = _select_preferred(context, context.preferences)
        if preferred is not None:
            # `code=200` leaves what is scheduled for a later request
            return _add_situation(NO_SITUATION, context.service, RequestedSituation(preferred, "prefer"), error_values)
    if not state.scheduled_situations.pending:
        return NO_SITUATION
    endpoint = context.endpoint
    scheduled = state.scheduled_situations.take_next(
        context.service.api.id, endpoint.situations.__contains__, endpoint.operation.id
    )
    if scheduled is None:
        return NO_SITUATION
    _, _, situation = scheduled.situation.partition("/")
    requested = RequestedSituation(situation, "schedule", scheduled.delay)
    return _add_situation(NO_SITUATION, context.service, requested, error_values)


def select_triggered_situation(
    context: RequestContext, authentication: Authentication, selection: SelectedSituation
) -> SelectedSituation:
    """Return the selection with what a trigger key, else a trigger parameter, names; what is selected already stays.

    Raise VendorError where that is an error.
    """
    possible = context.endpoint.situations
    situation = authentication.account.situation
    if situation not in possible:
        situation = ""
    for name, pattern in context.service.trigger_parameters:
        value = context.values.get(name)
        if situation or not isinstance(value, str):
            continue
        match = pattern.fullmatch(value)
        if match is None or match[1] not in context.service.situations:
            continue
        # it means no image and no filter, even where this operation cannot be in that situation and answers as ever
        selection = msgspec.structs.replace(selection, trigger_parameter=name)
        if match[1] in possible:
            situation = match[1]
    if not situation:
        return selection
    requested = RequestedSituation(situation, "trigger")
    return _add_situation(selection, context.service, requested, authentication.error_values)


def select_by_weather(state: SandboxState, context: RequestContext, selection: SelectedSituation) -> WeatherDraw | None:
    """Return what the sandbox's weather does to an exchange; None where it is calm, or somebody asked for something."""
    if state.weather.kind == CALM or context.preferences or selection.situation or selection.fault:
        return None
    return draw_weather(state.weather, next(state.weather_numbers), context.service, context.endpoint)


def add_weather(selection: SelectedSituation, draw: WeatherDraw, error_values: Mapping[str, Any]) -> SelectedSituation:
    """Return the selection with the delay that the weather brings. Raise VendorError where it brings an error."""
    if draw.error_id:
        raise VendorError(draw.error_id, build_situation_facts(error_values), origin="weather")
    if not draw.delay:
        return selection
    return msgspec.structs.replace(selection, fault="latency", delay=Delay(seconds=draw.delay), fault_origin="weather")


def build_situation_facts(error_values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fills the message of an error that no rule of the request's brought."""
    return {"rule": "situation", "parameter": "", "value": "", **error_values}


def _add_situation(
    selection: SelectedSituation, service: Service, requested: RequestedSituation, error_values: Mapping[str, Any]
) -> SelectedSituation:
    """Return the selection with one situation or fault more, where it has none yet."""
    situation, origin, delay = requested
    if not situation:
        return selection
    if situation in FAULTS:
        if selection.fault:
            return selection
        return msgspec.structs.replace(selection, fault=situation, delay=delay, fault_origin=origin)
    if selection.situation:
        return selection
    if situation in service.api.root.errors:
        detail = ""
        if selection.trigger_parameter:
            detail = f"asked for by the value of {selection.trigger_parameter}"
        raise VendorError(situation, build_situation_facts(error_values), origin=origin, detail=detail)
    return msgspec.structs.replace(selection, situation=situation, situation_origin=origin)


def _select_preferred(context: RequestContext, preferences: Mapping[str, str]) -> str | None:
    """Return the situation that `code=503` or `example=<api>/503` names, in Prism's grammar.

    "" is a good answer, None that neither is there.
    """
    if "example" in preferences:
        example = preferences["example"]
        situation = example.removeprefix(f"{context.service.api.id}/")
        if situation not in context.endpoint.situations:
            raise _build_unknown_situation_error(context, f"example={example}")
        return situation
    if "code" in preferences:
        return _find_by_code(context, preferences["code"])
    return None


def _find_by_code(context: RequestContext, code: str) -> str:
    """Return the error of that name, else the first with that vendor code, else the first with that HTTP status."""
    if code == SUCCESS_CODE:
        return ""
    errors = context.service.api.root.errors
    possible = [error_id for error_id in errors if error_id in context.endpoint.situations]
    if code in possible:
        return code
    for error_id in possible:
        vendor_code = errors[error_id].code
        if vendor_code is not None and code == str(vendor_code):
            return error_id
    for error_id in possible:
        if code == str(errors[error_id].status):
            return error_id
    raise _build_unknown_situation_error(context, f"code={code}")


def _build_unknown_situation_error(context: RequestContext, preference: str) -> MockError:
    root = context.service.api.root
    known = [
        f"{context.service.api.id}/{situation}"
        for situation in (*root.errors, *root.situations, *FAULTS)
        if situation in context.endpoint.situations
    ]
    operation = context.endpoint.operation.id
    message = f"Prefer: {preference[:MAX_QUOTED_LENGTH]} is no situation of the operation {operation}"
    return MockError(400, {"error": message, "known": known}, "unknown-situation")
