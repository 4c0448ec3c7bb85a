"""The pipeline: one request in, one reply out, no socket in it."""

from __future__ import annotations

from lookalike_specs.wire import Reply, Request

from .admit import admit
from .authenticate import authenticate
from .call import Call
from .errors import Refused
from .faults import spoiled
from .journal import Entry
from .match import match, read
from .prefer import prefer
from .refuse import refuse
from .sandbox import Sandboxes
from .sent import sent
from .service import Service
from .situate import situate
from .validate import validate


def answer(service: Service, sandboxes: Sandboxes, request: Request) -> Reply:
    """What the vendor would answer to this request. Raises Unanswerable."""
    call: Call | None = None
    situation = ""
    found = sent(request)
    world = sandboxes.of(service, found)
    try:
        call = match(service, found)
        read(call, found)
        authenticate(world, call)
        admit(world, call)
        prefer(world, call)
        validate(call)
        situate(call)
        reply = call.endpoint.page(world, call)
        situation = call.situation
    except Refused as refused:
        reply = refuse(service, world.seed, request, refused, call)
        situation = refused.error
    if call is not None and call.fault:
        reply = spoiled(reply, call.fault, call.delay, world.chance)
        situation = call.fault
    lost = sandboxes.near if call is None else None
    world.journal.add(Entry(world.clock(), service.api.id, request, reply, situation, lost))
    return reply
