"""The mock's verdict and openapi-core's agree on every request; where the vendor is stricter or milder, the spec says so."""

import pytest

from lookalike_contracts.finding import Failure
from lookalike_contracts.generation.mutation import build_changes_strategy, describe_values, get_mutator
from lookalike_contracts.generation.oracle import ParameterValues
from lookalike_specs import list_api_ids, load_api

from .subjects import OPERATIONS, create_context

CASES = 40
TWO = 2
SWITCHES = [
    (api, name, value)
    for api in list_api_ids()
    for name, variant in load_api(api).root.variants.items()
    for value in variant.values
    if value != variant.default
]


@pytest.mark.exhaustive(6)
@pytest.mark.parametrize("at", OPERATIONS)
def test_each_value_is_taken_as_openapi_core_takes_it(at: str) -> None:
    """A reaction other than an error stands in `x-errors`, an error for what the schema allows in `beyond`."""
    ask = get_mutator(create_context(at))
    wrong = [
        broken.message
        for name, pool in ask.value_pools.items()
        for value in pool
        if (broken := ask.check_values({name: value})) is not None
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("at", OPERATIONS)
def test_so_are_several_at_once(at: str) -> None:
    ask = get_mutator(create_context(at, cases=CASES))
    broken = ask.context.falsify(build_changes_strategy(ask.value_pools, TWO), ask.check_values)
    assert broken is None, broken


@pytest.mark.slow
@pytest.mark.parametrize(("api", "name", "value"), SWITCHES)
def test_so_they_are_under_every_variant(api: str, name: str, value: str) -> None:
    def check(drawn: ParameterValues) -> Failure | None:
        return ask.check_values(drawn)

    for at in (operation for operation in OPERATIONS if operation.startswith(f"{api}/")):
        ask = get_mutator(create_context(at, {name: value}, cases=3))
        broken = ask.context.falsify(build_changes_strategy(ask.value_pools, TWO), check)
        assert broken is None, (at, broken)


def test_what_agrees_is_told_from_what_does_not() -> None:
    """The mirror of the tests above: a value that is called good and is not."""
    ask = get_mutator(create_context("tmapi/searchItemsByImageUrl"))
    good, bad = ask.classify_value("page_size", "20"), ask.classify_value("page_size", "21")
    broken = ask.check_exchange({"page_size": good}, ask.send_values({"page_size": bad}))
    assert broken
    assert broken.message.endswith("the error 422, not a good answer")
    assert describe_values({"page_size": good}) in broken.message
    assert ask.check_exchange({"page_size": bad}, ask.send_values({"page_size": good}))
