"""One task of a client, and what the judge gets to see of it."""

from __future__ import annotations

from collections.abc import Mapping

from lookalike_contracts.certification.case import ClientOutcome
from lookalike_contracts.certification.protocol import ClientTask
from lookalike_contracts.clients import RequestViolation
from lookalike_specs import load_api
from lookalike_specs.client_guidance import ErrorKind

from .client import ClientAnswer
from .mock_server import CaseSandbox


def build_task(case_sandbox: CaseSandbox, task_id: str, timeout: float, base_url: str = "") -> ClientTask:
    """Return the task of a case, for which a client has `timeout` seconds, at `base_url` or else the server of the case."""
    case = case_sandbox.case
    server = case_sandbox.server
    return ClientTask(
        id=task_id,
        task=case.task,
        api=case.api,
        base_url=base_url or server.get_url(case),
        credentials=case_sandbox.credentials,
        timeout=timeout,
        image_url=server.choose_image_url(load_api(case.api), case),
        image_path=server.image_path,
        ca_file=server.get_ca_file(case),
    )


def build_outcome(
    case_sandbox: CaseSandbox, task: ClientTask, answer: ClientAnswer, kinds: Mapping[str, tuple[ErrorKind, ...]]
) -> ClientOutcome:
    """Return what the judge gets to see of a case."""
    api = load_api(case_sandbox.case.api)
    case = case_sandbox.case
    operation = next(operation for operation in api.operations if operation.id == case.operation)
    violations: tuple[RequestViolation, ...] = ()
    # In the default world they were found already; another may want what this client could not know. At answers that are
    # drawn a client asks the same each time, and to look at it takes as long as all else together.
    if not case.variant and case.drawn_kind is None:
        violations = case_sandbox.find_violations()
    secrets = [(name, value) for name, value in case_sandbox.credentials.items() if name in api.root.secrets]
    return ClientOutcome(
        case=case,
        api=api,
        operation=operation,
        variants=case_sandbox.server.running.mock.services[api.id].variants,
        response=answer.response,
        exchanges=case_sandbox.list_exchanges(),
        violations=violations,
        secrets=tuple(secrets),
        seconds=answer.seconds,
        timeout=task.timeout,
        problem=answer.problem,
        words=answer.words,
        stderr=answer.stderr,
        kinds=kinds,
        item_count=case_sandbox.item_count,
        credentials=case_sandbox.credentials,
        image_url=task.image_url,
    )
