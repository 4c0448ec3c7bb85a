"""Whatever clients send, a connection keeps its promises; and the machine that says so sees a connection that does not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .connection_machine import ConnectionMachine
from .connection_mutants import MUTANTS, Mutant

STEPS = 20
# the first failure is enough: nobody reads a mutant's
UNTIL_SEEN = settings(
    stateful_step_count=STEPS,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_clients_send_a_connection_keeps_its_promises() -> None:
    # 40 examples in the default run, 300 with --all
    drawn = settings().max_examples
    examples = 5 * drawn if drawn > 20 else 40
    run_state_machine_as_test(
        ConnectionMachine,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, suppress_health_check=[HealthCheck.too_slow]
        ),
    )


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_connection_that_keeps_a_promise_less_is_seen(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.patch(monkeypatch)

    class MutatedMachine(ConnectionMachine):
        served_limits = mutant.limits

    with pytest.raises(Exception):  # noqa: B017 - an assertion of the machine's, or h11's error
        run_state_machine_as_test(MutatedMachine, settings=settings(UNTIL_SEEN, max_examples=mutant.examples))
