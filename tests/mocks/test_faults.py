"""What a fault does to an answer before any door sees it: delays that a seed repeats, bodies that are spoiled at once."""

import math
from itertools import pairwise
from statistics import median

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.faults import FAULTS, MAX_SECONDS, Delay, apply_fault
from lookalike_mocks.sandbox import Sandbox
from lookalike_mocks.sandbox.state import SandboxState
from lookalike_specs.messages import Fault, Request, Response

GOOD = Response(status=200, body=b'{"code":200}\n', headers=((b"x-trace", b"1"),))
PLAIN = [fault for fault in FAULTS if fault not in ("latency", "slow-body", "malformed-json", "html-502")]
SPREADS = {"uniform": Delay("uniform", 2.0, 0.5), "lognormal": Delay("lognormal", 2.0, 0.7)}


def drawn(delay: Delay, seed: int, count: int = 1000) -> list[float]:
    chance = SandboxState(seed=seed).rng
    return [delay.sample(chance) for _ in range(count)]


@pytest.mark.parametrize("kind", SPREADS)
def test_the_same_seed_draws_the_same_delays(kind: str) -> None:
    assert drawn(SPREADS[kind], 7) == drawn(SPREADS[kind], 7)
    assert drawn(SPREADS[kind], 7) != drawn(SPREADS[kind], 8)
    assert all(one != other for one, other in pairwise(drawn(SPREADS[kind], 7)))


def test_a_uniform_delay_stays_within_its_spread() -> None:
    found = drawn(SPREADS["uniform"], 1)
    assert 1.5 <= min(found) < 1.6
    assert 2.4 < max(found) <= 2.5


def test_a_lognormal_delay_has_its_seconds_as_the_median() -> None:
    found = drawn(SPREADS["lognormal"], 1)
    assert 1.8 < median(found) < 2.2
    logs = [math.log(each / 2.0) for each in found]
    assert 0.6 < math.sqrt(sum(log * log for log in logs) / len(logs)) < 0.8


@pytest.mark.parametrize(
    ("delay", "least", "most"),
    [
        (Delay(seconds=0.25), 0.25, 0.25),
        (Delay("fixed", 3.0, 9.0), 3.0, 3.0),
        (Delay("uniform", 0.1, 10.0), 0.0, 10.1),
        (Delay("uniform", MAX_SECONDS, 10.0), 50.0, MAX_SECONDS),
        (Delay("lognormal", MAX_SECONDS, 10.0), 0.0, MAX_SECONDS),
    ],
)
def test_no_delay_is_less_than_nothing_or_more_than_a_minute(delay: Delay, least: float, most: float) -> None:
    found = drawn(delay, 3)
    assert least <= min(found)
    assert max(found) <= most
    assert max(found) >= min(most, delay.seconds)


@pytest.mark.parametrize("wrong", [{"seconds": -1}, {"seconds": 61}, {"kind": "normal"}, {"spread": 11}, {"second": 1}])
def test_a_delay_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\$|unknown field"):
        msgspec.convert(wrong, Delay)


@pytest.mark.parametrize("fault", PLAIN)
def test_a_fault_of_the_wire_leaves_the_answer_as_it_is(fault: str) -> None:
    assert apply_fault(GOOD, fault, Delay(seconds=5), SandboxState().rng) == msgspec.structs.replace(
        GOOD, fault=Fault(fault)
    )


@pytest.mark.parametrize("fault", ["latency", "slow-body"])
def test_a_slow_answer_says_how_slow(fault: str) -> None:
    found = apply_fault(GOOD, fault, Delay(seconds=5), SandboxState().rng)
    assert found == msgspec.structs.replace(GOOD, fault=Fault(fault, 5.0))


def test_malformed_json_lacks_the_last_character_that_counts() -> None:
    found = apply_fault(GOOD, "malformed-json", Delay(), SandboxState().rng)
    assert (found.body, found.status, found.headers, found.fault) == (b'{"code":200', 200, GOOD.headers, None)


def test_a_proxys_page_is_html() -> None:
    found = apply_fault(GOOD, "html-502", Delay(), SandboxState().rng)
    assert (found.status, found.media_type, found.headers, found.fault) == (502, "text/html", (), None)
    assert found.body.startswith(b"<html>")


def late(mock: Mock, sandbox: Sandbox) -> list[float]:
    """By how many seconds five answers of a sandbox are late."""
    query = f"apiToken={sandbox.credentials['tmapi']['apiToken']}&img_url=https://cbu01.alicdn.com/x.jpg"
    request = Request(method="GET", path="/1688/global/search/image", query=query.encode())
    with sandbox.situation("tmapi/latency", times=5, delay=SPREADS["uniform"]):
        faults = [mock.respond(request).fault for _ in range(6)]
    assert faults[5] is None
    return [fault.seconds for fault in faults if fault]


def test_a_sandbox_draws_its_delays_by_its_seed() -> None:
    mock = Mock("tmapi")
    first, same, other = (mock.create_sandbox(seed=seed) for seed in (1, 1, 2))
    found = late(mock, first)
    assert len(set(found)) == 5
    assert late(mock, same) == found
    assert late(mock, other) != found
    assert late(mock, first) != found
    first.state.reset()
    assert late(mock, first) == found
