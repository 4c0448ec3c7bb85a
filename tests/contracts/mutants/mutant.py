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
    """`answer` is what the spoiled server does with a request, given the honest one; `check` is who has to catch it.

    `at` is the operation that suffers, `tmapi/searchItemsByImageUrl`; `strict` is how it has to be judged.
    """

    id: str
    check: str
    operation: str
    mutation: Callable[[Respond, Request], Response]
    strict: bool = False

    @property
    def api(self) -> str:
        """The API that suffers."""
        return self.operation.partition("/")[0]


@dataclass
class InProcessTarget:
    """A mock as a target, without a network; spoiled where there is a saboteur."""

    mock: Mock
    mutant: Mutant | None = None
    url: str = field(default="http://127.0.0.1:8765", init=False)

    def send(self, request: Request) -> Response:
        return self.mutant.mutation(self.mock.respond, request) if self.mutant else self.mock.respond(request)


def judge_mock(
    api: str,
    saboteur: Mutant | None = None,
    *,
    checks: tuple[str, ...] = (),
    seed: int = 0,
    switches: Mapping[str, str] | None = None,
    only: Collection[str] = (),
) -> list[CheckResult]:
    """What the judge says of a mock of that API, spoiled or not; of a spoiled one at the operation that suffers.

    `switches` are variants, of the mock and in the plan alike; `only` names operations, where not all are wanted.
    """
    loaded, chosen_variants = load_api(api), dict(switches or {})
    # what saboteurs add to an instance is none of an honest server's
    mock = _create_mock(api, seed, tuple(chosen_variants.items()))
    mock.demo_state.reset()
    plan = RunConfig(
        (loaded,),
        select_checks(checks),
        {api: InProcessTarget(mock, saboteur)},
        {api: loaded.account},
        {api: chosen_variants},
        seed=seed,
        strict=bool(saboteur and saboteur.strict),
        selected_operations=frozenset({saboteur.operation} if saboteur else only),
    )
    return list(execute_checks(plan))


def change_body(change: Callable[[Any], Any]) -> Callable[[Respond, Request], Response]:
    """A saboteur's answer: good JSON bodies, changed; what `change` returns takes the body's place."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        if reply.status != 200 or not reply.media_type.startswith("application/json"):
            return reply
        changed = json.dumps(change(json.loads(reply.body)), ensure_ascii=False).encode()
        return Response(status=reply.status, body=changed, media_type=reply.media_type, headers=reply.headers)

    return answer


@cache
def _create_mock(api: str, seed: int, switches: tuple[tuple[str, str], ...] = ()) -> Mock:
    return Mock(api, seed=seed, variants=dict(switches))
