"""Operations of a mock, as the judge sees them."""

from collections.abc import Mapping

from lookalike_contracts.context import CheckContext
from lookalike_contracts.session import Session
from lookalike_mocks import Mock
from lookalike_specs import list_api_ids, load_api, resolve_variants

from .mutants.mutant import InProcessTarget

OPERATIONS = [f"{api}/{operation.id}" for api in list_api_ids() for operation in load_api(api).operations]


def create_context(
    at: str, switches: Mapping[str, str] | None = None, *, seed: int = 0, cases: int = 20
) -> CheckContext:
    """That operation of an honest mock under these variants."""
    name, _, operation_id = at.partition("/")
    api = load_api(name)
    operation = next(each for each in api.operations if each.id == operation_id)
    session = Session(InProcessTarget(Mock(name, variants=dict(switches or {}))))
    return CheckContext(
        api, operation, session, api.account, resolve_variants(api, dict(switches or {})), seed=seed, max_cases=cases
    )
