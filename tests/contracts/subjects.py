"""Operations of a mock, as the judge sees them."""

from collections.abc import Mapping

from lookalike_contracts.subject import Subject
from lookalike_mocks import Mock
from lookalike_specs import ids, load, variants

from .saboteurs.saboteur import Direct

OPERATIONS = [f"{api}/{operation.id}" for api in ids() for operation in load(api).operations]


def subject(at: str, switches: Mapping[str, str] | None = None, *, seed: int = 0, cases: int = 20) -> Subject:
    """That operation of an honest mock under these variants."""
    name, _, id = at.partition("/")
    api = load(name)
    operation = next(each for each in api.operations if each.id == id)
    target = Direct(Mock(name, variants=dict(switches or {})))
    return Subject(api, operation, target, api.account, variants(api, dict(switches or {})), seed=seed, cases=cases)
