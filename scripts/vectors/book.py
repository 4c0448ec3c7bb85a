"""Gathers the tests of one scheme: each is signed, or spoiled after it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from confirm import confirmers
from edits import lowered
from msgspec.structs import replace
from notes import NOTES

from lookalike_specs import load
from lookalike_specs.extension import Refusal
from lookalike_specs.provenance import Origin
from lookalike_specs.signing import SCHEMES, Malformed, Stages, to_dict
from lookalike_specs.vectors import Error, Group, Result, Suite, Unsigned, Vector, message
from lookalike_specs.vectors.suite import Earlier
from lookalike_specs.wire import Request

NOW = datetime(2026, 11, 21, 0, 26, 28, tzinfo=UTC)
Before = tuple[tuple[datetime, Request, Result], ...]


class When(TypedDict, total=False):
    """Where the clock shows something else than the group's; what arrived before, and what came of it."""

    clock: datetime
    before: Before


@dataclass(frozen=True)
class Way:
    """How a scheme is used: where the secret stands, how stages are made, what is no signature, what a client puts in."""

    scheme: str
    secret: str
    made: Callable[[Request, str], Stages | Malformed]
    bare: Callable[[Request], Request]
    extras: Callable[[Request], Mapping[str, object]] = field(default=lambda _: {})


@dataclass
class Book:
    """The tests so far, numbered through all groups."""

    way: Way
    groups: list[Group] = field(default_factory=list)
    origin: Origin | None = None

    def open(self, group: Group, origin: Origin | None = None) -> None:
        """Begin a group."""
        self.groups.append(group)
        self.origin = origin

    def valid(self, comment: str, flags: str, request: Request, **when: Unpack[When]) -> None:
        """A request that is signed as it should be."""
        stages = self._stages(request)
        if not stages or stages["signature"] != SCHEMES[self.way.scheme].presented(lowered(request)):
            raise AssertionError(f"{comment}: not signed")
        unsigned = Unsigned(request=message(self.way.bare(request)), **self.way.extras(lowered(request)))  # type: ignore[arg-type]
        self._add(self._vector(comment, flags, request, when, result="valid", sign=unsigned, stages=stages))

    def invalid(
        self, comment: str, flags: str, request: Request, refusal: Refusal = "mismatch", **when: Unpack[When]
    ) -> None:
        """A request that is to be refused. Where signatures are compared, the stages are those of the server."""
        stages = self._stages(request) if refusal == "mismatch" else {}
        error = error_of(self.groups[-1].api, self.way.scheme, refusal)
        self._add(self._vector(comment, flags, request, when, result="invalid", error=error, stages=stages))

    def all_valid(self, *rows: tuple[str, str, Request]) -> None:
        """A table: comment, flags, request."""
        for row in rows:
            self.valid(*row)

    def all_invalid(self, *rows: tuple[str, str, Request] | tuple[str, str, Request, Refusal]) -> None:
        """A table: comment, flags, request, and the refusal where it is not that signatures differ."""
        for row in rows:
            self.invalid(*row)

    def suite(self, algorithm: str, origin: Origin, stages: Mapping[str, str]) -> Suite:
        """The whole file."""
        tests = [test for group in self.groups for test in group.tests]
        return Suite(
            schema="schema.json",
            scheme=self.way.scheme,
            algorithm=algorithm,
            number_of_tests=len(tests),
            provenance=origin,
            stages=dict(stages),  # type: ignore[arg-type]
            notes={flag: NOTES[flag] for flag in sorted({flag for test in tests for flag in test.flags})},
            test_groups=tuple(self.groups),
        )

    def _vector(self, comment: str, flags: str, request: Request, when: When, **more: object) -> Vector:
        earlier = [
            Earlier(clock=iso(at), request=message(sent), result=result) for at, sent, result in when.get("before", ())
        ]
        return Vector(
            tc_id=sum(len(group.tests) for group in self.groups) + 1,
            comment=comment,
            flags=tuple(flags.split()) or ("Plain",),
            request=message(request),
            clock=iso(when["clock"]) if "clock" in when else "",
            before=tuple(earlier),
            confirmed_by=(),
            provenance=self.origin,
            **more,  # type: ignore[arg-type]
        )

    def _add(self, vector: Vector) -> None:
        confirmed = confirmers(self.way.scheme, vector, documented=self.origin is not None)
        tests = (*self.groups[-1].tests, replace(vector, confirmed_by=confirmed))
        self.groups[-1] = replace(self.groups[-1], tests=tests)

    def _stages(self, request: Request) -> dict[str, str]:
        made = self.way.made(lowered(request), self.groups[-1].credentials[self.way.secret])
        return texts(made) if isinstance(made, Stages) else {}


def iso(at: datetime = NOW) -> str:
    """A time in UTC, as the vectors and Alibaba Cloud write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def texts(made: Stages) -> dict[str, str]:
    """The stages by their names."""
    return {name: value for name, value in to_dict(made).items() if name != "scheme"}


def error_of(name: str, scheme: str, refusal: Refusal) -> Error:
    """How an API refuses that."""
    api = load(name)
    schemes = [each.extension for operation in api.operations for each in operation.schemes]
    found = next(each for each in schemes if each.scheme == scheme).errors[refusal]
    error = api.error(found)
    return Error(refusal=refusal, id=found, status=error.status, code=found if error.code is None else error.code)
