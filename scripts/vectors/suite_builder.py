"""Gathers the tests of one scheme: each is signed, or changed after it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from msgspec.structs import replace

from lookalike_specs import load_api
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import SCHEMES, MalformedCredential, Stages
from lookalike_specs.vectors import (
    ExpectedError,
    UnsignedRequest,
    Vector,
    VectorGroup,
    VectorResult,
    VectorSuite,
    from_request,
)
from lookalike_specs.vectors.model import EarlierRequest, Placement

from .confirmers import list_confirmers
from .flag_notes import NOTES
from .mutations import lowercase_headers

# the clock of nearly every group: vectors hold a time that is over, so that nobody takes them for live requests
NOW = datetime(2026, 11, 21, 0, 26, 28, tzinfo=UTC)
EarlierRequests = tuple[tuple[datetime, Request, VectorResult], ...]


class VectorTiming(TypedDict, total=False):
    """What the clock shows where it is not the group's; what arrived before, and what came of it."""

    clock: datetime
    before: EarlierRequests


class ClientInputs(TypedDict, total=False):
    """What a client puts into a request by itself, as `UnsignedRequest` has it."""

    timestamp: str
    nonce: str
    placement: Placement
    signed_headers: tuple[str, ...]


@dataclass(frozen=True)
class SchemeAdapter:
    """How a scheme is used here.

    `secret_name` is the credentials' name of the secret. `strip_signature` takes the signature out of a request,
    `read_client_inputs` reads what its client put in.
    """

    scheme: str
    secret_name: str
    recompute_stages: Callable[[Request, str], Stages | MalformedCredential]
    strip_signature: Callable[[Request], Request]
    read_client_inputs: Callable[[Request], ClientInputs] = field(default=lambda _: ClientInputs())


@dataclass
class SuiteBuilder:
    """The tests so far, numbered through all groups. `source`: where the current group's values come from."""

    adapter: SchemeAdapter
    groups: list[VectorGroup] = field(default_factory=list)
    source: Source | None = None

    def start_group(self, group: VectorGroup, source: Source | None = None) -> None:
        """Begin a group, to which belongs what is added next."""
        self.groups.append(group)
        self.source = source

    def add_valid(self, comment: str, flags: str, request: Request, **when: Unpack[VectorTiming]) -> None:
        """Add a request that is signed as it should be. Raise AssertionError for one that is not."""
        stages = self._compute_stages(request)
        # a vector may spell header names in capitals; what is read from it is what a server would read
        received = lowercase_headers(request)
        if not stages or stages["signature"] != SCHEMES[self.adapter.scheme].read_signature(received):
            raise AssertionError(f"{comment}: not signed")
        unsigned = UnsignedRequest(
            request=from_request(self.adapter.strip_signature(request)),
            **self.adapter.read_client_inputs(received),
        )
        self._add(self._build_vector(comment, flags, request, when, result="valid", sign=unsigned, stages=stages))

    def add_invalid(
        self, comment: str, flags: str, request: Request, refusal: Refusal = "mismatch", **when: Unpack[VectorTiming]
    ) -> None:
        """Add a request that is to be refused.

        Where signatures are compared, the stages are those of the server, so that a client sees where it parts.
        """
        stages: dict[str, str] = {}
        if refusal == "mismatch":
            stages = self._compute_stages(request)
        error = find_expected_error(self.groups[-1].api, self.adapter.scheme, refusal)
        self._add(self._build_vector(comment, flags, request, when, result="invalid", error=error, stages=stages))

    def add_all_valid(self, *rows: tuple[str, str, Request]) -> None:
        """Add a table: comment, flags, request."""
        for row in rows:
            self.add_valid(*row)

    def add_all_invalid(self, *rows: tuple[str, str, Request] | tuple[str, str, Request, Refusal]) -> None:
        """Add a table: comment, flags, request, and the refusal where it is not that signatures differ."""
        for row in rows:
            self.add_invalid(*row)

    def build_suite(self, algorithm: str, source: Source, stages: Mapping[str, str]) -> VectorSuite:
        """Return the whole file."""
        tests = [test for group in self.groups for test in group.tests]
        return VectorSuite(
            schema="schema.json",
            scheme=self.adapter.scheme,
            algorithm=algorithm,
            number_of_tests=len(tests),
            provenance=source,
            stages=dict(stages),  # type: ignore[arg-type]
            notes={flag: NOTES[flag] for flag in sorted({flag for test in tests for flag in test.flags})},
            test_groups=tuple(self.groups),
        )

    def _build_vector(self, comment: str, flags: str, request: Request, when: VectorTiming, **more: object) -> Vector:
        earlier = [
            EarlierRequest(clock=format_time(arrival), request=from_request(request_before), result=result)
            for arrival, request_before, result in when.get("before", ())
        ]
        clock = ""
        if "clock" in when:
            clock = format_time(when["clock"])
        return Vector(
            tc_id=sum(len(group.tests) for group in self.groups) + 1,
            comment=comment,
            # no flag is a flag too: schema and notes want one
            flags=tuple(flags.split()) or ("Plain",),
            request=from_request(request),
            clock=clock,
            before=tuple(earlier),
            confirmed_by=(),
            provenance=self.source,
            **more,  # type: ignore[arg-type]
        )

    def _add(self, vector: Vector) -> None:
        # who confirms a vector depends on all else that it says, so it is asked last
        confirmed = list_confirmers(self.adapter.scheme, vector, documented=self.source is not None)
        tests = (*self.groups[-1].tests, replace(vector, confirmed_by=confirmed))
        self.groups[-1] = replace(self.groups[-1], tests=tests)

    def _compute_stages(self, request: Request) -> dict[str, str]:
        secret = self.groups[-1].credentials[self.adapter.secret_name]
        stages = self.adapter.recompute_stages(lowercase_headers(request), secret)
        if isinstance(stages, MalformedCredential):
            return {}
        return index_stages(stages)


def format_time(time: datetime = NOW) -> str:
    """Return a time in UTC, as the vectors and Alibaba Cloud write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def index_stages(stages: Stages) -> dict[str, str]:
    """Return the texts of the stages by their names."""
    return {step.name: step.value for step in stages.steps}


def find_expected_error(api_id: str, scheme_name: str, refusal: Refusal) -> ExpectedError:
    """Return how an API refuses that, by its first security scheme of that name."""
    api = load_api(api_id)
    extensions = [scheme.extension for operation in api.operations for scheme in operation.schemes]
    extension = next(extension for extension in extensions if extension.scheme == scheme_name)
    error_id = extension.errors[refusal]
    error = api.get_error(error_id)
    code = error.code
    if code is None:
        code = error_id
    return ExpectedError(refusal=refusal, id=error_id, status=error.status, code=code)
