"""The pipeline: one request in, one response out, no socket in it."""

from __future__ import annotations

from functools import partial

import msgspec

from lookalike_specs.answer_edits import apply_edits
from lookalike_specs.messages import Request, Response, is_json

from .authentication import authenticate
from .context import RequestContext
from .error_response import render_error
from .exceptions import MockError, VendorError
from .explain import create_edit_finder, create_refusal_finder, create_situation_finder
from .faults import LASTING_FAULTS, apply_fault
from .own_answers import describe_own_answer, explain_own_answer, render_own_answer
from .reading import ReadingCache, RequestReading
from .reason import ReasonFinder
from .response_date import add_date
from .sandbox import Sandboxes
from .sandbox.journal import JournalEntry
from .sandbox.state import SandboxState
from .select_situation import (
    NO_SITUATION,
    SelectedSituation,
    add_weather,
    select_by_weather,
    select_requested_situation,
    select_triggered_situation,
)
from .service import Account, Credential, Service
from .vendors import HANDLERS
from .weather import WeatherDraw, edit_by_weather
from .why_header import add_why_header


def respond(readings: ReadingCache, sandboxes: Sandboxes, request: Request) -> JournalEntry:
    """Return the exchange, a request and what the vendor would answer to it, as it stands in the sandbox's journal.

    Raise MockError where the mock has to answer as itself: no API is meant, or the sandbox is not here.
    """
    reading = readings.read(request)
    service = reading.service
    request = reading.parsed.request
    state = sandboxes.find_state(reading.credential.value)
    chosen_time = state.clock.chosen_time
    # what was selected counts although a later step fails: a late error is late, too
    selection = NO_SITUATION
    reason_finder = None
    try:
        context = reading.context
        if context is None:
            raise reading.refusal
        authentication = authenticate(state, context)
        admit(state, context, authentication.account)
        if context.preferences or state.scheduled_situations.pending:
            selection = select_requested_situation(state, context, authentication.error_values)
        if reading.error is not None:
            raise reading.error
        selection = select_triggered_situation(context, authentication, selection)
        context = msgspec.structs.replace(
            context,
            account=authentication.account,
            situation=selection.situation,
            trigger_parameter=selection.trigger_parameter,
        )
        draw = select_by_weather(state, context, selection)
        if draw is not None:
            selection = add_weather(selection, draw, authentication.error_values)
        response = HANDLERS[context.endpoint.operation.extension.handler](state, context)
        if draw is not None or state.answer_edits.edits or state.choose_edits is not None:
            response, reason_finder = _edit_answer(state, context, draw, response)
        situation = selection.situation
    except VendorError as error:
        error.forget_frames()
        response = render_error(service, reading.endpoint, reading.parsed, state, error)
        situation = error.error_id
        reason_finder = _build_refusal_finder(readings, reading, state, selection, error)
        state = _select_journal_state(sandboxes, state, reading.credential, request)
    except MockError as error:
        error.forget_frames()
        response = render_own_answer(error)
        situation = ""
        reason_finder = partial(explain_own_answer, sandboxes, error.rule, describe_own_answer(error))
    if selection.fault:
        response = _apply_selected_fault(state, service, selection, response)
        situation = selection.fault
    if reason_finder is None and situation:
        reason_finder = create_situation_finder(state, service, selection)
    if reason_finder is not None or chosen_time is not None:
        response = _add_headers(request, response, reason_finder, chosen_time)
    entry = JournalEntry(
        state.clock(), service.api.id, request, response, situation, reading.operation_id, reason_finder
    )
    state.journal.add(entry)
    return entry


def _build_refusal_finder(
    readings: ReadingCache,
    reading: RequestReading,
    state: SandboxState,
    selection: SelectedSituation,
    error: VendorError,
) -> ReasonFinder:
    return create_refusal_finder(
        state,
        reading.service,
        reading.endpoint,
        error,
        selection=selection,
        describe_near_miss=readings.router.describe_near_miss,
    )


def _add_headers(
    request: Request, response: Response, reason_finder: ReasonFinder | None, chosen_time: float | None
) -> Response:
    """Return the response with the headers that are the same at every API: why, where it was asked, and the time."""
    if reason_finder is not None:
        response = add_why_header(request, response, reason_finder)
    # the real time is left to who sends the response: a mock's answer to the same request is the same
    if chosen_time is not None:
        response = add_date(response, chosen_time)
    return response


def _edit_answer(
    state: SandboxState, context: RequestContext, draw: WeatherDraw | None, response: Response
) -> tuple[Response, ReasonFinder | None]:
    """Return a good answer as its sandbox's tester wants it changed, and why it is so where the weather changed it."""
    answer_edits = state.answer_edits
    operation = context.endpoint.operation
    if answer_edits.edits and answer_edits.operation in ("", operation.id) and is_json(response.media_type):
        response = msgspec.structs.replace(response, body=apply_edits(response.body, answer_edits.edits))
    if state.choose_edits is not None and is_json(response.media_type):
        edits = state.choose_edits(operation, response)
        response = msgspec.structs.replace(response, body=apply_edits(response.body, edits))
    if draw is None:
        return response, None
    response, weather_edits = edit_by_weather(draw, operation, response)
    if not weather_edits:
        return response, None
    return response, create_edit_finder(state, context.service, weather_edits)


def _apply_selected_fault(
    state: SandboxState, service: Service, selection: SelectedSituation, response: Response
) -> Response:
    """Return the response with the fault that was selected; one that lasts ends with its sandbox's demand."""
    is_wanted = None
    if selection.fault in LASTING_FAULTS:
        is_wanted = state.scheduled_situations.watch(f"{service.api.id}/{selection.fault}")
    return apply_fault(response, selection.fault, selection.delay, state.rng, is_wanted)


def _select_journal_state(
    sandboxes: Sandboxes, state: SandboxState, credential: Credential, request: Request
) -> SandboxState:
    """Return in whose journal a refused request belongs.

    A sandbox's key may stand where this API looks for none: its owner looks for the request in the sandbox's journal.
    """
    if credential.value:
        return state
    return sandboxes.find_owner(request) or state


def admit(state: SandboxState, context: RequestContext, account: Account) -> None:
    """Raise VendorError where the account's own state, or the sandbox's quota, forbids the request.

    Neither does so with an error that the operation cannot answer: an upload to the object store, for example, goes
    past the gateway that counts requests.
    """
    possible = context.endpoint.situations
    if account.error_id in possible:
        raise VendorError(account.error_id, origin="account")
    quota = state.quota
    api = context.service.api
    errors = api.root.quota
    if quota.count is not None and errors.count in possible:
        count = state.answer_counts.get(api.id, 0)
        if count >= quota.count:
            detail = f"the sandbox's quota of {quota.count} answers is used up"
            raise VendorError(errors.count, origin="quota", detail=detail)
        state.answer_counts[api.id] = count + 1
    if quota.rate is None or errors.rate not in possible:
        return
    if not state.rate_limiter.try_acquire(f"quota/{api.id}", quota.rate, state.clock()):
        detail = f"the sandbox's quota of {quota.rate} answers a second is used up"
        raise VendorError(errors.rate, origin="quota", detail=detail)
