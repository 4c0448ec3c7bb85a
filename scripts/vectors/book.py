"""Gathers the tests of one scheme: each is signed, or spoiled after it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from confirm import list_confirmers
from edits import lowercase_headers
from msgspec.structs import replace
from notes import NOTES

from lookalike_specs import load_api
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import SCHEMES, MalformedCredential, Stages, to_dict
from lookalike_specs.vectors import (
    ExpectedError,
    UnsignedRequest,
    Vector,
    VectorGroup,
    VectorResult,
    VectorSuite,
    from_request,
)
from lookalike_specs.vectors.model import EarlierRequest

NOW = datetime(2026, 11, 21, 0, 26, 28, tzinfo=UTC)
EarlierRequests = tuple[tuple[datetime, Request, VectorResult], ...]


class VectorTiming(TypedDict, total=False):
    """Where the clock shows something else than the group's; what arrived before, and what came of it."""

    clock: datetime
    before: EarlierRequests


@dataclass(frozen=True)
class SchemeAdapter:
    """How a scheme is used: where the secret stands, how stages are made, what is no signature, what a client puts in."""

    scheme: str
    secret_name: str
    recompute_stages: Callable[[Request, str], Stages | MalformedCredential]
    strip_signature: Callable[[Request], Request]
    read_client_inputs: Callable[[Request], Mapping[str, object]] = field(default=lambda _: {})


@dataclass
class SuiteBuilder:
    """The tests so far, numbered through all groups."""

    adapter: SchemeAdapter
    groups: list[VectorGroup] = field(default_factory=list)
    source: Source | None = None

    def start_group(self, group: VectorGroup, origin: Source | None = None) -> None:
        """Begin a group."""
        self.groups.append(group)
        self.source = origin

    def add_valid(self, comment: str, flags: str, request: Request, **when: Unpack[VectorTiming]) -> None:
        """A request that is signed as it should be."""
        stages = self._compute_stages(request)
        if not stages or stages["signature"] != SCHEMES[self.adapter.scheme].read_signature(lowercase_headers(request)):
            raise AssertionError(f"{comment}: not signed")
        unsigned = UnsignedRequest(
            request=from_request(self.adapter.strip_signature(request)),
            **self.adapter.read_client_inputs(lowercase_headers(request)),
        )  # type: ignore[arg-type]
        self._add(self._build_vector(comment, flags, request, when, result="valid", sign=unsigned, stages=stages))

    def add_invalid(
        self, comment: str, flags: str, request: Request, refusal: Refusal = "mismatch", **when: Unpack[VectorTiming]
    ) -> None:
        """A request that is to be refused. Where signatures are compared, the stages are those of the server."""
        stages = self._compute_stages(request) if refusal == "mismatch" else {}
        error = find_expected_error(self.groups[-1].api, self.adapter.scheme, refusal)
        self._add(self._build_vector(comment, flags, request, when, result="invalid", error=error, stages=stages))

    def add_all_valid(self, *rows: tuple[str, str, Request]) -> None:
        """A table: comment, flags, request."""
        for row in rows:
            self.add_valid(*row)

    def add_all_invalid(self, *rows: tuple[str, str, Request] | tuple[str, str, Request, Refusal]) -> None:
        """A table: comment, flags, request, and the refusal where it is not that signatures differ."""
        for row in rows:
            self.add_invalid(*row)

    def build_suite(self, algorithm: str, origin: Source, stages: Mapping[str, str]) -> VectorSuite:
        """The whole file."""
        tests = [test for group in self.groups for test in group.tests]
        return VectorSuite(
            schema="schema.json",
            scheme=self.adapter.scheme,
            algorithm=algorithm,
            number_of_tests=len(tests),
            provenance=origin,
            stages=dict(stages),  # type: ignore[arg-type]
            notes={flag: NOTES[flag] for flag in sorted({flag for test in tests for flag in test.flags})},
            test_groups=tuple(self.groups),
        )

    def _build_vector(self, comment: str, flags: str, request: Request, when: VectorTiming, **more: object) -> Vector:
        earlier = [
            EarlierRequest(clock=format_time(at), request=from_request(sent), result=result)
            for at, sent, result in when.get("before", ())
        ]
        return Vector(
            tc_id=sum(len(group.tests) for group in self.groups) + 1,
            comment=comment,
            flags=tuple(flags.split()) or ("Plain",),
            request=from_request(request),
            clock=format_time(when["clock"]) if "clock" in when else "",
            before=tuple(earlier),
            confirmed_by=(),
            provenance=self.source,
            **more,  # type: ignore[arg-type]
        )

    def _add(self, vector: Vector) -> None:
        confirmed = list_confirmers(self.adapter.scheme, vector, documented=self.source is not None)
        tests = (*self.groups[-1].tests, replace(vector, confirmed_by=confirmed))
        self.groups[-1] = replace(self.groups[-1], tests=tests)

    def _compute_stages(self, request: Request) -> dict[str, str]:
        made = self.adapter.recompute_stages(
            lowercase_headers(request), self.groups[-1].credentials[self.adapter.secret_name]
        )
        return stages_by_name(made) if isinstance(made, Stages) else {}


def format_time(at: datetime = NOW) -> str:
    """A time in UTC, as the vectors and Alibaba Cloud write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def stages_by_name(made: Stages) -> dict[str, str]:
    """The stages by their names."""
    return {name: value for name, value in to_dict(made).items() if name != "scheme"}


def find_expected_error(name: str, scheme: str, refusal: Refusal) -> ExpectedError:
    """How an API refuses that."""
    api = load_api(name)
    schemes = [each.extension for operation in api.operations for each in operation.schemes]
    found = next(each for each in schemes if each.scheme == scheme).errors[refusal]
    error = api.get_error(found)
    return ExpectedError(
        refusal=refusal, id=found, status=error.status, code=found if error.code is None else error.code
    )
