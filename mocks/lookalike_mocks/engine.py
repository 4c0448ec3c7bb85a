"""The pipeline: one request in, one reply out, no socket in it."""

from __future__ import annotations

from lookalike_specs.wire import Reply, Request

from .admit import admit
from .authenticate import authenticate
from .errors import Refused
from .match import match
from .refuse import refuse
from .service import Service
from .situate import situate
from .validate import validate
from .world import World


def answer(service: Service, world: World, request: Request) -> Reply:
    """What the vendor would answer to this request."""
    try:
        call = match(service, request)
        authenticate(world, call)
        admit(call)
        validate(call)
        situate(call)
        reply = call.endpoint.page(world, call)
    except Refused as refused:
        reply = refuse(service, world.seed, request, refused)
    world.journal.add(request, reply)
    return reply
