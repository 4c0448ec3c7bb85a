"""What needs no token: is the server there, what does the control API look like, pictures of the catalogue."""

from __future__ import annotations

import os

from starlette.responses import Response

from ..catalogue.identicon import jpeg
from ..catalogue.picture import of_url
from . import answers
from .operation import Ask
from .problem import Problem, Wrong


def health(ask: Ask) -> answers.Health:
    """Whether the server answers."""
    place = ask.mock.sandboxes.place
    return answers.Health("ok", sorted(ask.mock.services), place.worker, place.generation, os.getpid())


def picture(ask: Ask) -> Response:
    """The picture of a catalogue product, by the name that an answer gives it."""
    found = of_url(ask.name).product
    if found is None:
        raise Wrong(404, Problem(error="no picture of the catalogue has that name"))
    return Response(jpeg(found), media_type="image/jpeg")
