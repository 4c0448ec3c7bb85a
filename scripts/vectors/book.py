"""Gathers the tests of one scheme: each is signed here, or spoiled after it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from confirm import confirmers
from notes import NOTES

from lookalike_specs import load
from lookalike_specs.extension import Refusal
from lookalike_specs.provenance import Origin
from lookalike_specs.signing import SCHEMES, Stages, daji, parameters, to_dict
from lookalike_specs.vectors import Error, Group, Suite, Unsigned, Vector, message
from lookalike_specs.vectors.suite import Earlier
from lookalike_specs.wire import Request

NOW = datetime(2026, 11, 21, 0, 26, 28, tzinfo=UTC)
ISO = "%Y-%m-%dT%H:%M:%SZ"
Given = tuple[datetime, Request, str]


@dataclass(frozen=True)
class Way:
    """How a scheme is used: where the secret stands, what is taken away to be signed anew, what a client puts in."""

    scheme: str
    secret: str
    bare: Callable[[Request], Request]
    extras: Callable[[Request], Mapping[str, object]] = field(default=lambda _: {})


@dataclass
class Book:
    """The tests so far, numbered through all groups."""

    way: Way
    groups: list[Group] = field(default_factory=list)
    tests: list[Vector] = field(default_factory=list)
    count: int = 0

    def open(  # noqa: PLR0913 - what a group has
        self,
        comment: str,
        credentials: Mapping[str, str],
        *,
        api: str = "",
        now: datetime = NOW,
        skew: int | None = None,
        origin: Origin | None = None,
    ) -> None:
        """Begin a group."""
        self.close()
        self.api, self.now, self.origin = api, now, origin
        self.credentials = dict(credentials)
        self.head = {"comment": comment, "api": api, "clock": now.strftime(ISO), "skew": skew}

    def close(self) -> None:
        """End a group."""
        if self.tests:
            self.groups.append(Group(**self.head, credentials=self.credentials, tests=tuple(self.tests)))  # type: ignore[arg-type]
        self.tests = []

    def valid(
        self, comment: str, *flags: str, request: Request, clock: datetime | None = None, before: tuple[Given, ...] = ()
    ) -> None:
        """A request that is signed as it should be."""
        made = self._stages(request)
        if made is None or made.signature != SCHEMES[self.way.scheme].presented(lowered(request)):
            raise AssertionError(f"{comment}: not signed")
        unsigned = Unsigned(request=message(self.way.bare(request)), **self.way.extras(request))  # type: ignore[arg-type]
        self._add(comment, flags, request, clock, before, result="valid", sign=unsigned, stages=self._texts(made))

    def invalid(
        self,
        comment: str,
        *flags: str,
        request: Request,
        refusal: Refusal = "mismatch",
        clock: datetime | None = None,
        before: tuple[Given, ...] = (),
    ) -> None:
        """A request that is to be refused. Where signatures are compared, the stages are those of the server."""
        made = self._stages(request) if refusal == "mismatch" else None
        stages = self._texts(made) if made else {}
        self._add(comment, flags, request, clock, before, result="invalid", error=self._error(refusal), stages=stages)

    def suite(self, algorithm: str, origin: Origin, stages: Mapping[str, str]) -> Suite:
        """The whole file."""
        self.close()
        used = sorted({flag for group in self.groups for test in group.tests for flag in test.flags})
        return Suite(
            schema="schema.json",
            scheme=self.way.scheme,
            algorithm=algorithm,
            number_of_tests=self.count,
            provenance=origin,
            stages=dict(stages),  # type: ignore[arg-type]
            notes={flag: NOTES[flag] for flag in used},
            test_groups=tuple(self.groups),
        )

    def _add(
        self,
        comment: str,
        flags: tuple[str, ...],
        request: Request,
        clock: datetime | None,
        before: tuple[Given, ...],
        **more: object,
    ) -> None:
        self.count += 1
        vector = Vector(
            tc_id=self.count,
            comment=comment,
            flags=flags or ("Plain",),
            request=message(request),
            clock=clock.strftime(ISO) if clock else "",
            before=tuple(Earlier(clock=at.strftime(ISO), request=message(sent), result=of) for at, sent, of in before),  # type: ignore[arg-type]
            confirmed_by=(),
            provenance=self.origin,
            **more,  # type: ignore[arg-type]
        )
        confirmed = confirmers(self.way.scheme, vector, documented=self.origin is not None)
        self.tests.append(msgspec.structs.replace(vector, confirmed_by=confirmed))

    def _stages(self, request: Request) -> Stages | None:
        secret = self.credentials[self.way.secret]
        if self.way.scheme == daji.SCHEME:
            return daji.stages(parameters.sent(request), secret, reveal=True)
        made = SCHEMES[self.way.scheme].recomputed(lowered(request), secret)
        return made if isinstance(made, Stages) else None

    def _texts(self, made: Stages) -> dict[str, str]:
        return {name: value for name, value in to_dict(made).items() if name != "scheme"}

    def _error(self, refusal: Refusal) -> Error:
        api = load(self.api)
        scheme = next(
            scheme
            for operation in api.operations
            for scheme in operation.schemes
            if scheme.extension.scheme == self.way.scheme
        )
        found = scheme.extension.errors[refusal]
        error = api.error(found)
        return Error(
            refusal=refusal, id=found, status=error.status, code=error.code if error.code is not None else found
        )


def lowered(request: Request) -> Request:
    """As a server has it: a test may spell header names in capitals."""
    return msgspec.structs.replace(request, headers=tuple((name.lower(), value) for name, value in request.headers))
