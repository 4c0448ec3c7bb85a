"""What an answer says of itself: that it went well, or which error of the catalogue it is."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
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
    _last: dict[str, tuple[Reply, tuple[str, ...]]] = field(default_factory=dict, compare=False, repr=False)

    def is_good(self, reply: Reply) -> bool:
        """Whether it is a success, and says so itself where the vendor's answers do."""
        says = self.operation.extension.promises.success
        return 200 <= reply.status < 300 and (not says or self.claims_good(reply))

    def claims_good(self, reply: Reply) -> bool:
        """Whether its body says that all went well; never where the vendor's answers do not say so."""
        wanted = self.operation.extension.promises.success
        if not wanted:
            return False
        body = parsed(reply)
        if body is MISSING:
            return all(_element(pointer, value) in reply.body for pointer, value in wanted.items())
        return all(at(body, pointer) == value for pointer, value in wanted.items())

    def errors(self, reply: Reply) -> tuple[str, ...]:
        """The errors of the catalogue that it is exactly."""
        known, found = self._last.get("errors", (None, ()))
        if known is not reply:  # several checks ask this of one answer after the other
            found = tuple(form.id for form in self.forms if form.may_be(reply) and form.fits(reply))
            self._last["errors"] = reply, found
        return found

    def means(self, reply: Reply, errors: Collection[str]) -> bool:
        """Whether it is one of these errors, or would be but for one thing that no error of the catalogue has."""
        if exact := self.errors(reply):
            return not set(errors).isdisjoint(exact)
        meant = [form.differences(reply) for form in self.forms if form.id in errors]
        return any(len({found.aspect for found in differences}) == 1 for differences in meant)

    def nearest(self, reply: Reply) -> tuple[Form, tuple[Difference, ...]]:
        """The error that it is most like, and what differs."""
        return min(((form, form.differences(reply)) for form in self.forms), key=lambda pair: _distance(pair[1]))

    def differences(self, reply: Reply, error: str) -> tuple[Difference, ...]:
        """What keeps it from being that error, in the transport that it is most like."""
        error = self.operation.extension.instead.get(error, error)
        forms = (form for form in self.forms if form.id == error)
        return min((form.differences(reply) for form in forms), key=_distance)

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Every error that this operation can answer, in every transport that it can travel by."""
        transports, own = self.api.root.transports, self.api.errors(self.operation).items()
        return tuple(Form(n, error, transports[way]) for n, error in own for way in dict.fromkeys(self._ways(n, error)))

    def _ways(self, name: str, error: ErrorCode) -> Iterator[str]:
        """The transport, and the one for those who ask for XML; where no operation is meant, the API's own."""
        root = self.api.root
        routing = (root.routing.not_found, root.routing.method, root.routing.unknown_action)
        general = error.transport or self.variants.get("error-transport", root.transport)
        chosen = self.operation.extension.transports.get(general, general)
        for way in (chosen, general) if name in routing else (chosen,):
            yield from filter(None, (way, root.transports[way].xml))


def parsed(reply: Reply) -> Any:
    """The body as JSON; MISSING where it is none."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return MISSING


def _element(pointer: str, value: Any) -> bytes:
    """What stands at the top of an answer, as it is written in an answer that is XML."""
    name = pointer.removeprefix("/")
    return f"<{name}>{json.dumps(value)}</{name}>".encode()


def _distance(differences: tuple[Difference, ...]) -> tuple[bool, bool, int]:
    # of a body in another language nothing but that is told
    aspects = {found.aspect for found in differences}
    return "media type" in aspects, not aspects.isdisjoint(("code", "shape")), len(differences)
