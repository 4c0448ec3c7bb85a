"""The mock's verdict and openapi-core's agree on every request; where the vendor is stricter or milder, the spec says so."""

import pytest

from lookalike_contracts.finding import Broken
from lookalike_contracts.requests.asking import asking, changes, told
from lookalike_contracts.requests.expected import Sent
from lookalike_specs import ids, load

from .subjects import OPERATIONS, subject

CASES = 40
TWO = 2
SWITCHES = [
    (api, name, value)
    for api in ids()
    for name, variant in load(api).root.variants.items()
    for value in variant.values
    if value != variant.default
]


@pytest.mark.parametrize("at", OPERATIONS)
def test_each_value_is_taken_as_openapi_core_takes_it(at: str) -> None:
    """A reaction other than an error stands in `x-errors`, an error for what the schema allows in `beyond`."""
    ask = asking(subject(at))
    wrong = [
        broken.message
        for name, pool in ask.pools.items()
        for value in pool
        if (broken := ask.held({name: value})) is not None
    ]
    assert wrong == []


@pytest.mark.parametrize("at", OPERATIONS)
def test_so_are_several_at_once(at: str) -> None:
    ask = asking(subject(at, cases=CASES))
    broken = ask.subject.hold(changes(ask.pools, TWO), ask.held)
    assert broken is None, broken


@pytest.mark.parametrize(("api", "name", "value"), SWITCHES)
def test_so_they_are_under_every_variant(api: str, name: str, value: str) -> None:
    def held(drawn: Sent) -> Broken | None:
        return ask.held(drawn)

    for at in (at for at in OPERATIONS if at.startswith(f"{api}/")):
        ask = asking(subject(at, {name: value}, cases=3))
        broken = ask.subject.hold(changes(ask.pools, TWO), held)
        assert broken is None, (at, broken)


def test_what_agrees_is_told_from_what_does_not() -> None:
    """The mirror of the tests above: a value that is called good and is not."""
    ask = asking(subject("tmapi/searchItemsByImageUrl"))
    good, bad = ask.value("page_size", "20"), ask.value("page_size", "21")
    broken = ask.answered({"page_size": good}, ask.send({"page_size": bad}))
    assert broken
    assert broken.message.endswith("the error 422, not a good answer")
    assert told({"page_size": good}) in broken.message
    assert ask.answered({"page_size": bad}, ask.send({"page_size": good}))
