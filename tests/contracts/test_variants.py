"""What searches promise is held to under every variant that the documents know: the honest server is not accused."""

import pytest

from lookalike_specs import list_api_ids, load_api

from .mutants.mutant import judge_mock

FAMILIES = ("paging", "order", "range", "filter", "language", "region", "repeat", "item")


def list_variant_choices(api: str) -> list[dict[str, str]]:
    """All variants at their first values, all at their second ones, and so on: every value there is, in few runs."""
    known = {name: list(variant.values) for name, variant in load_api(api).root.variants.items()}
    most = max(len(values) for values in known.values())
    return [{name: values[min(at, len(values) - 1)] for name, values in known.items()} for at in range(most)]


def list_searches(api: str) -> list[str]:
    return [f"{api}/{operation.id}" for operation in load_api(api).operations if operation.extension.invariants.items]


CASES = [(api, switches) for api in list_api_ids() for switches in list_variant_choices(api)]


@pytest.mark.slow
@pytest.mark.parametrize(("api", "switches"), CASES, ids=[f"{api}-{at}" for at, (api, _) in enumerate(CASES)])
def test_no_variant_makes_the_honest_server_look_bad(api: str, switches: dict[str, str]) -> None:
    found = judge_mock(api, checks=FAMILIES, variants=switches, only=list_searches(api))
    wrong = [each for each in found if each.status not in ("passed", "does not apply")]
    assert not wrong, [(each.check, each.operation, each.reason, each.findings) for each in wrong]
