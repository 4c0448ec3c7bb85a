"""A server with one thing wrong with it, and the check that has to see that."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lookalike_contracts.checks import chosen
from lookalike_contracts.judge import Plan, judge
from lookalike_contracts.verdict import Outcome
from lookalike_mocks import Mock
from lookalike_specs import load
from lookalike_specs.wire import Reply, Request

Honest = Callable[[Request], Reply]


@dataclass(frozen=True)
class Saboteur:
    """`answer` is what the spoiled server does with a request, given the honest one; `check` is who has to catch it.

    `at` is the operation that suffers, `tmapi/searchItemsByImageUrl`; `strict` is how it has to be judged.
    """

    id: str
    check: str
    at: str
    answer: Callable[[Honest, Request], Reply]
    strict: bool = False

    @property
    def api(self) -> str:
        """The API that suffers."""
        return self.at.partition("/")[0]


@dataclass
class Direct:
    """A mock as a target, without a network; spoiled where there is a saboteur."""

    mock: Mock
    saboteur: Saboteur | None = None
    url: str = field(default="http://127.0.0.1:8765", init=False)

    def send(self, request: Request) -> Reply:
        return self.saboteur.answer(self.mock.answer, request) if self.saboteur else self.mock.answer(request)


def outcomes(
    api: str,
    saboteur: Saboteur | None = None,
    *,
    checks: tuple[str, ...] = (),
    seed: int = 0,
    switches: Mapping[str, str] | None = None,
    only: Collection[str] = (),
) -> list[Outcome]:
    """What the judge says of a mock of that API, spoiled or not; of a spoiled one at the operation that suffers.

    `switches` are variants, of the mock and in the plan alike; `only` names operations, where not all are wanted.
    """
    loaded, chosen_variants = load(api), dict(switches or {})
    # what saboteurs add to an instance is none of an honest server's
    mock = _mock(api, seed, tuple(chosen_variants.items()))
    mock.world.reset()
    plan = Plan(
        (loaded,),
        chosen(checks),
        {api: Direct(mock, saboteur)},
        {api: loaded.account},
        {api: chosen_variants},
        seed=seed,
        strict=bool(saboteur and saboteur.strict),
        only=frozenset({saboteur.at} if saboteur else only),
    )
    return list(judge(plan))


def in_body(change: Callable[[Any], Any]) -> Callable[[Honest, Request], Reply]:
    """A saboteur's answer: good JSON bodies, changed; what `change` returns takes the body's place."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        if reply.status != 200 or not reply.media_type.startswith("application/json"):
            return reply
        changed = json.dumps(change(json.loads(reply.body)), ensure_ascii=False).encode()
        return Reply(status=reply.status, body=changed, media_type=reply.media_type, headers=reply.headers)

    return answer


@cache
def _mock(api: str, seed: int, switches: tuple[tuple[str, str], ...] = ()) -> Mock:
    return Mock(api, seed=seed, variants=dict(switches))
