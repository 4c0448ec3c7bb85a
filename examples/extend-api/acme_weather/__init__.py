"""Acme's weather: its document stands beside this file, and the forecast is made here."""

from lookalike_mocks.context import RequestContext
from lookalike_mocks.sandbox.state import SandboxState
from lookalike_mocks.vendors import register_handler
from lookalike_mocks.vendors.common import build_json_response
from lookalike_specs.messages import Response


def handle_forecast(state: SandboxState, context: RequestContext) -> Response:
    """Return as many days as were asked for; the same seed and town bring the same weather."""
    town = context.values["town"]
    days = context.values["days"]
    # `values` are typed, valid, and have the defaults of the document
    start = sum(town.encode()) + state.seed
    forecast = [{"day": day, "celsius": (start * 7 + day * 3) % 35 - 5} for day in range(1, days + 1)]
    return build_json_response({"town": town, "forecast": forecast})


# `x-lookalike.handler` of an operation names it
register_handler("acme-forecast", handle_forecast)
