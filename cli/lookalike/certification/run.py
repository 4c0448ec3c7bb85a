"""Puts a client into one case after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lookalike_contracts.certification.case import ClientCase, ClientOutcome
from lookalike_contracts.certification.evidence import add_evidence
from lookalike_contracts.certification.judge import CaseResult, judge_outcome
from lookalike_contracts.certification.protocol import ClientTask
from lookalike_contracts.certification.registry import CLIENT_CHECKS, CURRENT_SUITE
from lookalike_contracts.severity import DEFAULT_TRUST
from lookalike_specs import Api, load_api
from lookalike_specs.client_guidance import ErrorKind
from lookalike_specs.provenance import ProvenanceKind

from ..progress import Progress
from .client import Client, ClientAnswer
from .mock_server import CaseSandbox, CertificationServer, open_server


@dataclass(frozen=True, slots=True)
class CertificationOptions:
    """What is asked for; `command` runs the driver, times are in seconds, and `max_time` 0 is no limit.

    `command_text` is the driver as it was typed; where it `is_python`, the module and the function. `planned_ids` are those
    of all cases that are wanted, `cases` those of this shard.
    """

    command: tuple[str, ...]
    cases: tuple[ClientCase, ...]
    command_text: str = ""
    is_python: bool = False
    planned_ids: tuple[str, ...] = ()
    name: str = ""
    seed: int = 0
    variants: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 5.0
    max_time: float = 0.0
    trust: frozenset[ProvenanceKind] = DEFAULT_TRUST
    skipped_checks: tuple[str, ...] = ()
    suite: int = CURRENT_SUITE


@dataclass(frozen=True, slots=True)
class Certification:
    """What came of a run: the client's name and version, and a result for each case, in their order."""

    name: str
    version: str
    results: tuple[CaseResult, ...]


def certify(options: CertificationOptions, progress: Progress) -> Certification:
    """Judge a client in all cases. Raise DriverError where it cannot be started."""
    return asyncio.run(_certify(options, progress))


async def _certify(options: CertificationOptions, progress: Progress) -> Certification:
    if not options.cases:
        # a small shard
        return Certification(options.name, "", ())
    apis = tuple(dict.fromkeys(case.api for case in options.cases))
    ends_at = time.monotonic() + options.max_time
    results: list[CaseResult] = []
    with open_server(apis, seed=options.seed, variants=options.variants) as server:
        async with Client(options.command, options.name) as client:
            for number, case in enumerate(options.cases, start=1):
                progress.set_label(case.id)
                if options.max_time and time.monotonic() >= ends_at:
                    results.append(CaseResult(case, "not judged", reason="the time was up"))
                else:
                    results.append(await _judge_case(options, server, client, case, number))
                progress.step()
            return Certification(client.name, client.version, tuple(results))


async def _judge_case(
    options: CertificationOptions, server: CertificationServer, client: Client, case: ClientCase, number: int
) -> CaseResult:
    """Play a case and judge it.

    A machine that is busy for a moment makes a client late, and its pauses odd: what was found by the clock has to be
    found again when the case is played once more, or it is dropped.
    """
    outcome = await _play_case(options, server, client, case, str(number))
    result = judge_outcome(outcome, options.trust, options.skipped_checks, options.suite)
    timed_checks = _list_timed_checks(result)
    if not timed_checks:
        return add_evidence(result, outcome)
    second_outcome = await _play_case(options, server, client, case, f"{number}-again")
    second_result = judge_outcome(second_outcome, options.trust, options.skipped_checks, options.suite)
    unconfirmed = timed_checks - _list_timed_checks(second_result)
    result = judge_outcome(outcome, options.trust, (*options.skipped_checks, *unconfirmed), options.suite)
    return add_evidence(result, outcome)


def _list_timed_checks(result: CaseResult) -> set[str]:
    checks = {rated.finding.check for rated in result.findings}
    return {check for check in checks if CLIENT_CHECKS[check].is_timed}


async def _play_case(
    options: CertificationOptions, server: CertificationServer, client: Client, case: ClientCase, task_id: str
) -> ClientOutcome:
    api = load_api(case.api)
    with server.open_case(case) as case_sandbox:
        task = ClientTask(
            id=task_id,
            task=case.task,
            api=case.api,
            base_url=server.running.url,
            credentials=case_sandbox.credentials,
            timeout=options.timeout,
            image_url=server.choose_image_url(api),
            image_path=server.image_path,
        )
        answer = await client.run(task)
        return build_outcome(api, case_sandbox, answer, options.timeout, client.kinds)


def build_outcome(
    api: Api,
    case_sandbox: CaseSandbox,
    answer: ClientAnswer,
    timeout: float,
    kinds: Mapping[str, tuple[ErrorKind, ...]],
) -> ClientOutcome:
    """Return what the judge gets to see of a case."""
    case = case_sandbox.case
    operation = next(operation for operation in api.operations if operation.id == case.operation)
    secrets = [(name, value) for name, value in case_sandbox.credentials.items() if name in api.root.secrets]
    return ClientOutcome(
        case=case,
        api=api,
        operation=operation,
        variants=case_sandbox.server.running.mock.services[api.id].variants,
        response=answer.response,
        exchanges=case_sandbox.list_exchanges(),
        violations=case_sandbox.find_violations(),
        secrets=tuple(secrets),
        seconds=answer.seconds,
        timeout=timeout,
        problem=answer.problem,
        words=answer.words,
        stderr=answer.stderr,
        kinds=kinds,
        item_count=case_sandbox.item_count,
    )


def select_cases(cases: Sequence[ClientCase], only: Sequence[str], skipped: Sequence[str]) -> list[ClientCase]:
    """Return the cases that the patterns mean; all where `only` is empty."""
    selected = []
    for case in cases:
        is_wanted = not only or any(match_case(case, pattern) for pattern in only)
        if is_wanted and not any(match_case(case, pattern) for pattern in skipped):
            selected.append(case)
    return selected


def match_case(case: ClientCase, pattern: str) -> bool:
    """Return whether a pattern such as `tmapi/4*` means the case."""
    return fnmatchcase(case.id, pattern)
