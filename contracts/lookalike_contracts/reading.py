"""What an answer says of itself: that it went well, or which error of the catalogue it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lookalike_specs import Api, Operation
from lookalike_specs.extension import ErrorCode
from lookalike_specs.wire import Reply

from .pointer import MISSING, at
from .template import Difference, Form


@dataclass(frozen=True)
class Reader:
    """Reads the answers of one operation under one choice of variants."""

    api: Api
    operation: Operation
    variants: Mapping[str, str]

    def is_good(self, reply: Reply) -> bool:
        """Whether it is a success, and says so itself where the vendor's answers do."""
        return 200 <= reply.status < 300 and self.says_good(reply)

    def says_good(self, reply: Reply) -> bool:
        """Whether its body says that all went well; a body that says nothing of it counts with a good status only."""
        wanted = self.operation.extension.promises.success
        if not wanted:
            return 200 <= reply.status < 300
        body = parsed(reply)
        return all(at(body, pointer) == value for pointer, value in wanted.items())

    def errors(self, reply: Reply) -> tuple[str, ...]:
        """The errors of the catalogue that it is exactly."""
        return tuple(form.id for form in self.forms() if not form.differences(reply))

    def nearest(self, reply: Reply) -> tuple[Form, tuple[Difference, ...]]:
        """The error that it is most like, and what differs."""
        return min(((form, form.differences(reply)) for form in self.forms()), key=lambda pair: _distance(pair[1]))

    def differences(self, reply: Reply, error: str) -> tuple[Difference, ...]:
        """What keeps it from being that error, in the transport that it is most like."""
        error = self.operation.extension.instead.get(error, error)
        forms = (form for form in self.forms() if form.id == error)
        return min((form.differences(reply) for form in forms), key=_distance)

    def forms(self) -> Iterator[Form]:
        """Every error that this operation can answer, in every transport that it can travel by."""
        for name, error in self.api.root.errors.items():
            if not error.operations or self.operation.id in error.operations:
                yield from (Form(name, error, self.api.root.transports[way]) for way in self._ways(error))

    def _ways(self, error: ErrorCode) -> Iterator[str]:
        """The transport, and the one for those who ask for XML."""
        root = self.api.root
        chosen = error.transport or self.variants.get("error-transport", root.transport)
        chosen = self.operation.extension.transports.get(chosen, chosen)
        yield chosen
        if root.transports[chosen].xml:
            yield root.transports[chosen].xml


def parsed(reply: Reply) -> Any:
    """The body as JSON; MISSING where it is none."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return MISSING


def _distance(differences: tuple[Difference, ...]) -> tuple[bool, int]:
    return any(found.aspect in ("code", "shape") for found in differences), len(differences)
