"""What needs no token: is the server there, what does the control API look like, pictures of the catalogue."""

from __future__ import annotations

import os

from starlette.responses import Response

from ..catalogue.identicon import render_jpeg
from ..catalogue.picture import identify_by_url
from . import answers
from .operation import ControlRequest
from .problem import ControlProblem, ProblemError


def get_health(ask: ControlRequest) -> answers.Health:
    """Whether the server answers."""
    place = ask.mock.sandboxes.identity
    return answers.Health("ok", sorted(ask.mock.services), place.worker, place.generation, os.getpid())


def get_image(ask: ControlRequest) -> Response:
    """The picture of a catalogue product, by the name that an answer gives it."""
    found = identify_by_url(ask.resource_name).product_index
    if found is None:
        raise ProblemError(404, ControlProblem(error="no picture of the catalogue has that name"))
    return Response(render_jpeg(found), media_type="image/jpeg")
