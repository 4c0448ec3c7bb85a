"""A server with one thing wrong with it, and the check that has to see that."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lookalike_contracts.checks import select_checks
from lookalike_contracts.results import CheckResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response

Respond = Callable[[Request], Response]


@dataclass(frozen=True)
class Mutant:
    """A server with one thing wrong with it.

    `mutation` is what the server does with a request, given how the honest one responds. `check` is the check that has
    to catch it, `operation` the one that suffers, such as `tmapi/searchItemsByImageUrl`. `strict` says how it has to be
    judged.
    """

    id: str
    check: str
    operation: str
    mutation: Callable[[Respond, Request], Response]
    strict: bool = False

    @property
    def api(self) -> str:
        return self.operation.partition("/")[0]


@dataclass
class InProcessTarget:
    """A mock as a target, without a network; mutated where there is a mutant."""

    mock: Mock
    mutant: Mutant | None = None
    url: str = field(default="http://127.0.0.1:8765", init=False)

    def send(self, request: Request) -> Response:
        if self.mutant is None:
            return self.mock.respond(request)
        return self.mutant.mutation(self.mock.respond, request)


def judge_mock(
    api: str,
    mutant: Mutant | None = None,
    *,
    checks: tuple[str, ...] = (),
    seed: int = 0,
    variants: Mapping[str, str] | None = None,
    only: Collection[str] = (),
) -> list[CheckResult]:
    """Return what the judge says of a mock of that API, mutated or not; of a mutant at the operation that suffers.

    `variants` are those of the mock and of the run; `only` names operations, where not all are wanted.
    """
    loaded = load_api(api)
    chosen_variants = dict(variants or {})
    mock = _create_mock(api, seed, tuple(chosen_variants.items()))
    # images that checks of a mutant added to an instance are not in an honest server's
    mock.demo_state.reset()
    config = RunConfig(
        (loaded,),
        select_checks(checks),
        {api: InProcessTarget(mock, mutant)},
        {api: loaded.account},
        {api: chosen_variants},
        seed=seed,
        strict=mutant is not None and mutant.strict,
        selected_operations=frozenset({mutant.operation} if mutant else only),
    )
    return list(execute_checks(config))


def change_body(change: Callable[[Any], Any]) -> Callable[[Respond, Request], Response]:
    """Mutate a server so that what `change` returns takes the place of the JSON body of its good responses."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if response.status != 200 or not response.media_type.startswith("application/json"):
            return response
        body = json.dumps(change(json.loads(response.body)), ensure_ascii=False).encode()
        return Response(status=response.status, body=body, media_type=response.media_type, headers=response.headers)

    return respond


# a mock takes a second to make, and the honest part of every mutant of an API is the same
@cache
def _create_mock(api: str, seed: int, variants: tuple[tuple[str, str], ...] = ()) -> Mock:
    return Mock(api, seed=seed, variants=dict(variants))
