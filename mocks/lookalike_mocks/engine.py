"""The pipeline: one request in, one response out, no socket in it."""

from __future__ import annotations

from functools import partial

import msgspec

from lookalike_specs.messages import Request, Response

from .authentication import authenticate
from .authentication.credentials import read_credential
from .context import RequestContext
from .error_response import render_error
from .exceptions import MockError, VendorError
from .explain import create_refusal_finder, create_situation_finder
from .faults import LASTING_FAULTS, apply_fault
from .near_miss import describe_unrouted
from .own_answers import describe_own_answer, explain_own_answer, render_own_answer
from .parsing import parse_request
from .reason import NO_API
from .routing import ApiRouter, RouteMatch, match_operation
from .sandbox import Sandboxes
from .sandbox.journal import JournalEntry
from .sandbox.state import SandboxState
from .select_situation import (
    NO_SITUATION,
    SelectedSituation,
    select_requested_situation,
    select_triggered_situation,
)
from .service import Account, Credential, Endpoint, Service
from .validation import bind_request, validate
from .vendors import HANDLERS
from .why_header import add_why_header


def respond(router: ApiRouter, sandboxes: Sandboxes, request: Request) -> JournalEntry:
    """Return the exchange, a request and what the vendor would answer to it, as it stands in the sandbox's journal.

    Raise MockError where the mock has to answer as itself: no API is meant, or the sandbox is not here.
    """
    route = _find_route(router, request)
    request = _strip_prefix(request, route)
    service = route.service
    parsed = parse_request(request)
    credential = read_credential(service, parsed)
    state = sandboxes.find_state(credential.value)
    endpoint: Endpoint | None = None
    # what was selected counts although a later step fails: a late error is late, too
    selection = NO_SITUATION
    reason_finder = None
    try:
        match = match_operation(route, parsed)
        endpoint = match.endpoint
        accepted = bind_request(endpoint.rules, parsed, match.path_values)
        if accepted.form is not parsed.form:
            # a form where none is read, as in a GET: a key in it names the sandbox, but proves nothing
            credential = read_credential(service, accepted)
        context = RequestContext(service, endpoint, accepted, credential)
        authentication = authenticate(state, context)
        admit(state, context, authentication.account)
        selection = select_requested_situation(state, context, authentication.error_values)
        values = validate(endpoint.rules, accepted)
        selection = select_triggered_situation(context, authentication, values.effective, selection)
        context = msgspec.structs.replace(
            context,
            account=authentication.account,
            sent_values=values.sent,
            values=values.effective,
            situation=selection.situation,
            trigger_parameter=selection.trigger_parameter,
        )
        response = HANDLERS[endpoint.operation.extension.handler](state, context)
        situation = selection.situation
    except VendorError as error:
        response = render_error(service, endpoint, parsed, state, error)
        situation = error.error_id
        reason_finder = create_refusal_finder(
            state, service, endpoint, error, selection=selection, describe_near_miss=router.describe_near_miss
        )
        state = _select_journal_state(sandboxes, state, credential, request)
    except MockError as error:
        response = render_own_answer(error)
        situation = ""
        reason_finder = partial(explain_own_answer, sandboxes, error.rule, describe_own_answer(error))
    if selection.fault:
        response = _apply_selected_fault(state, service, selection, response)
        situation = selection.fault
    if reason_finder is None and situation:
        reason_finder = create_situation_finder(state, service, selection)
    if reason_finder is not None:
        response = add_why_header(request, response, reason_finder)
    operation_id = endpoint.operation.id if endpoint is not None else ""
    entry = JournalEntry(state.clock(), service.api.id, request, response, situation, operation_id, reason_finder)
    state.journal.add(entry)
    return entry


def _strip_prefix(request: Request, route: RouteMatch) -> Request:
    """Return the request with the vendor's own path, which signatures and errors are about."""
    if route.path == request.path:
        return request
    # `/tmapi/v1/search` is the vendor's `/v1/search`
    return msgspec.structs.replace(request, path=route.path)


def _find_route(router: ApiRouter, request: Request) -> RouteMatch:
    """Return the API that is meant. Raise MockError where none is."""
    route = router.resolve(request.get_header(b"host") or "", request.path)
    if route is None:
        raise MockError(404, describe_unrouted(router.services, request), NO_API)
    return route


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
