"""The pipeline: one request in, one reply out, no socket in it."""

from __future__ import annotations

from lookalike_specs.messages import Request, Response

from .admission import admit
from .authentication import authenticate
from .context import RequestContext
from .error_response import render_error
from .exceptions import VendorError
from .faults import apply_fault
from .parsing import parse_request
from .routing import match_operation, parse_json_body
from .sandbox import Sandboxes
from .sandbox.journal import JournalEntry
from .select_situation import apply_prefer_and_schedule, apply_triggers
from .service import Service
from .validation import validate


def respond(service: Service, sandboxes: Sandboxes, request: Request) -> Response:
    """What the vendor would answer to this request. Raises Unanswerable."""
    call: RequestContext | None = None
    situation = ""
    found = parse_request(request)
    world = sandboxes.find_state(service, found)
    try:
        call = match_operation(service, found)
        parse_json_body(call, found)
        authenticate(world, call)
        admit(world, call)
        apply_prefer_and_schedule(world, call)
        validate(call)
        apply_triggers(call)
        reply = call.endpoint.handler(world, call)
        situation = call.situation
    except VendorError as refused:
        reply = render_error(service, world.seed, request, refused, call)
        situation = refused.error_id
    if call is not None and call.fault:
        reply = apply_fault(reply, call.fault, call.delay, world.rng)
        situation = call.fault
    lost = sandboxes.describe_near_miss if call is None else None
    world.journal.add(JournalEntry(world.clock(), service.api.id, request, reply, situation, lost))
    return reply
