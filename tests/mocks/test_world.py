"""Who a credential belongs to, in a world with accounts of its own and in one without; what setting back forgets."""

from typing import Any

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.account import Account
from lookalike_mocks.demands import Demand
from lookalike_mocks.prepare import service
from lookalike_mocks.world import World

from .testers import search, told

TMAPI = service("tmapi")
OWN = World(accounts={"tmapi": {"mine": Account({"apiToken": "mine", "apikey": "other"}), "other": Account({})}})


@pytest.mark.parametrize(
    ("world", "credential", "value", "known"),
    [
        (OWN, "apiToken", "mine", True),
        (OWN, "apikey", "mine", False),
        (OWN, "apiToken", "other", False),
        (OWN, "apiToken", "lookalike-demo-token", False),
        (OWN, "apiToken", "situation-503", False),
        (OWN, "apiToken", "", False),
        (World(accounts={"hiobuy": {"mine": Account({"apiToken": "mine"})}}), "apiToken", "mine", False),
        (World(), "apiToken", "lookalike-demo-token", True),
        (World(), "apiToken", "situation-503", True),
        (World(), "apiToken", "situation-none", False),
        (World(), "apiToken", "mine", False),
    ],
)
def test_who_a_credential_belongs_to(world: World, credential: str, value: str, known: bool) -> None:
    assert (world.account(TMAPI, credential, value) is not None) is known


def test_setting_back_forgets_what_happened_and_keeps_what_was_set() -> None:
    mock = Mock("tmapi", "aliyun", clock=lambda: 1_800_000_000.0)
    sandbox = mock.sandbox(seed=9)
    sandbox.clock.set(1_900_000_000.0, runs=False)
    world = sandbox.world

    def ask(api: str, **values: Any) -> str:
        request = search(api, sandbox.credentials[api], now=world.clock(), nonce="the same", **values)
        return told(mock.answer(request))

    first = [ask("tmapi"), ask("aliyun")]
    assert ask("aliyun") != first[1]
    sandbox.demand(Demand("tmapi/503"))
    drawn = [world.chance.random() for _ in range(3)]
    world.reset()
    assert (len(world.journal), world.journal.dropped, world.demands.listed()) == (0, 0, [])
    assert [ask("tmapi"), ask("aliyun")] == first
    world.reset()
    assert (world.seed, world.clock()) == (9, 1_900_000_000.0)
    assert [world.chance.random() for _ in range(3)] == drawn


def test_another_seed_is_another_catalogue() -> None:
    mock = Mock("tmapi", seed=1)
    sandbox = mock.sandbox(seed=2)
    answers = []
    for seed in (2, 1, 2):
        sandbox.world.reseed(seed)
        answers.append(told(mock.answer(search("tmapi", sandbox.credentials["tmapi"]))))
    assert answers[0] == answers[2] != answers[1]
    sandbox.world.reseed(1)
    assert told(mock.answer(search("tmapi", sandbox.credentials["tmapi"]))) == answers[1]
    assert answers[1] == told(mock.answer(search("tmapi", mock.sandboxes.home.credentials["tmapi"])))
    assert world_chance(2) != world_chance(1)


def world_chance(seed: int) -> float:
    world = World()
    world.reseed(seed)
    return world.chance.random()
