"""Cases in which a variant has another value than by default, where that changes what the client gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from lookalike_contracts.certification.case import ClientCase
from lookalike_mocks import Mock
from lookalike_specs import Api
from lookalike_specs.extensions import Variant
from lookalike_specs.faults import FAULT_TYPES
from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import UNSTATED, Source

from .case_files import build_case_request, create_case_mock

NO_VARIANTS: Final[Mapping[str, str]] = MappingProxyType({})


class PlayedAnswer(NamedTuple):
    """An answer, and the situation that it is, by its short id; "" for an ordinary one."""

    response: Response
    situation: str


@dataclass(frozen=True, slots=True)
class OtherWorld:
    """A mock in which one variant has another value; `variant` is such as `error-format=http-200`."""

    variant: str
    source: Source
    mock: Mock


def list_variant_cases(
    api: Api,
    cases: Iterable[ClientCase],
    is_wanted: Callable[[ClientCase], bool] = bool,
    variants: Mapping[str, str] = NO_VARIANTS,
    seed: int = 0,
) -> list[ClientCase]:
    """Return the cases again under each other value of each variant, but for those whose answer is one of before.

    The same request is asked for in each world. Where it meets something else there, such as a refusal because the
    variant takes another key, the client could not have known better, and nothing is played. Variants that are chosen in
    `variants` stay as they are.
    """
    mock = create_case_mock((api.id,), seed, variants)
    operations = {operation.id: operation for operation in api.operations}
    # a script over several answers, and what happens to an answer on its way, is the same in every world
    varied_cases = [case for case in cases if not case.is_scripted and case.situation not in FAULT_TYPES]
    requests: dict[str, Request] = {}
    played: dict[str, list[PlayedAnswer]] = {}
    variant_cases = []
    for world in _iter_worlds(api, mock.services[api.id].variants, variants, seed):
        for case in varied_cases:
            variant_case = replace(case, variant=world.variant, variant_source=world.source)
            if not is_wanted(variant_case):
                continue
            # only now: a request is built and signed for those cases alone that somebody wants
            if case.id not in requests:
                requests[case.id] = build_case_request(api, operations[case.operation], case)
                played[case.id] = [_play(mock, requests[case.id])]
            answer = _play(world.mock, requests[case.id])
            answers = played[case.id]
            if answer.situation == answers[0].situation and answer not in answers:
                answers.append(answer)
                variant_cases.append(variant_case)
    return variant_cases


def _iter_worlds(api: Api, defaults: Mapping[str, str], chosen: Mapping[str, str], seed: int) -> Iterator[OtherWorld]:
    chosen_names = {key.rpartition(".")[2] for key in chosen if key.rpartition(".")[0] in ("", api.id)}
    for name, variant in api.root.variants.items():
        if name in chosen_names:
            continue
        for value in variant.values:
            if value != defaults[name]:
                mock = create_case_mock((api.id,), seed, {**chosen, f"{api.id}.{name}": value})
                yield OtherWorld(f"{name}={value}", _find_source(variant), mock)


def _find_source(variant: Variant) -> Source:
    """Return who says that there may be other values than the default."""
    stated = variant.x_provenance
    if stated is None:
        return UNSTATED
    return stated.keywords.get("values", Source(stated.kind, stated.source))


def _play(mock: Mock, request: Request) -> PlayedAnswer:
    response = mock.respond(request)
    (entry,) = mock.demo_state.journal.entries[-1:]
    return PlayedAnswer(response, entry.situation)
