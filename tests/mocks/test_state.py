"""Who a credential belongs to, in a world with accounts of its own and in one without; what setting back forgets."""

from typing import Any

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.compile import compile_api
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.sandbox.state import SandboxState
from lookalike_mocks.service import Account

from .testers import build_signed_request, summarize_response

TMAPI = compile_api("tmapi")
OWN = SandboxState(accounts={"tmapi": {"mine": Account({"apiToken": "mine", "apikey": "other"}), "other": Account({})}})


@pytest.mark.parametrize(
    ("world", "credential", "value", "known"),
    [
        (OWN, "apiToken", "mine", True),
        (OWN, "apikey", "mine", False),
        (OWN, "apiToken", "other", False),
        (OWN, "apiToken", "lookalike-demo-token", False),
        (OWN, "apiToken", "situation-503", False),
        (OWN, "apiToken", "", False),
        (SandboxState(accounts={"hiobuy": {"mine": Account({"apiToken": "mine"})}}), "apiToken", "mine", False),
        (SandboxState(), "apiToken", "lookalike-demo-token", True),
        (SandboxState(), "apiToken", "situation-503", True),
        (SandboxState(), "apiToken", "situation-none", False),
        (SandboxState(), "apiToken", "mine", False),
    ],
)
def test_who_a_credential_belongs_to(world: SandboxState, credential: str, value: str, known: bool) -> None:
    assert (world.find_account(TMAPI, credential, value) is not None) is known


def test_setting_back_forgets_what_happened_and_keeps_what_was_set() -> None:
    mock = Mock("tmapi", "aliyun", clock=lambda: 1_800_000_000.0)
    sandbox = mock.create_sandbox(seed=9)
    sandbox.clock.set(1_900_000_000.0, runs=False)
    world = sandbox.state

    def ask(api: str, **values: Any) -> str:
        request = build_signed_request(api, sandbox.credentials[api], now=world.clock(), nonce="the same", **values)
        return summarize_response(mock.respond(request))

    first = [ask("tmapi"), ask("aliyun")]
    assert ask("aliyun") != first[1]
    sandbox.schedule(ScheduledSituation("tmapi/503"))
    drawn = [world.rng.random() for _ in range(3)]
    world.reset()
    assert (len(world.journal), world.journal.dropped, world.scheduled_situations.list_pending()) == (0, 0, [])
    assert [ask("tmapi"), ask("aliyun")] == first
    world.reset()
    assert (world.seed, world.clock()) == (9, 1_900_000_000.0)
    assert [world.rng.random() for _ in range(3)] == drawn


def test_another_seed_is_another_catalogue() -> None:
    mock = Mock("tmapi", seed=1)
    sandbox = mock.create_sandbox(seed=2)
    answers = []
    for seed in (2, 1, 2):
        sandbox.state.set_seed(seed)
        answers.append(summarize_response(mock.respond(build_signed_request("tmapi", sandbox.credentials["tmapi"]))))
    assert answers[0] == answers[2] != answers[1]
    sandbox.state.set_seed(1)
    assert summarize_response(mock.respond(build_signed_request("tmapi", sandbox.credentials["tmapi"]))) == answers[1]
    assert answers[1] == summarize_response(
        mock.respond(build_signed_request("tmapi", mock.sandboxes.demo.credentials["tmapi"]))
    )
    assert world_chance(2) != world_chance(1)


def world_chance(seed: int) -> float:
    world = SandboxState()
    world.set_seed(seed)
    return world.rng.random()
