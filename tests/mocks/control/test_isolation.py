"""Nothing of one sandbox is ever seen in another: whatever others do, each answers as if it were alone.

Three testers and the demo account share a mock, and each has a twin that is alone in a mock of its own. Whatever one
does, its twin does too; the answers and the journals of the two stay the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Protocol

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from lookalike_mocks import Mock, Quota
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.control.models import MAX_TIMESTAMP
from lookalike_mocks.sandbox import DEMO_SANDBOX
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_specs.messages import Request, Response

from ..testers import build_signed_request, send_request, summarize_response

APIS = ("aliyun", "hiobuy", "tmapi")
BEGIN = 1_800_000_000
TESTERS = st.integers(0, 3)
DEMO = 3
# what is asked: the API, the place of its operation, whether the nonce is one that others use too
QUESTIONS = st.sampled_from(
    [("tmapi", 0, False), ("hiobuy", 0, False), ("aliyun", 0, False), ("aliyun", 0, True), ("aliyun", 1, False),
     ("aliyun", 2, False), ("aliyun", 3, False)]
)  # fmt: skip
SITUATIONS = st.sampled_from(
    ["tmapi/503", "tmapi/empty", "aliyun/NoPermission", "hiobuy/server-error", "tmapi/html-502"]
)


class Corner(Protocol):
    """A sandbox, from its tester's side."""

    @property
    def credentials(self) -> Mapping[str, Mapping[str, str]]: ...
    def ask(self, request: Request) -> Response: ...
    def change(self, *, seed: int | None = None, count: int | None = None, now: float | None = None) -> None: ...
    def demand(self, situation: str, times: int | None) -> None: ...
    def take_back(self) -> None: ...
    def clear(self) -> None: ...
    def reset(self) -> None: ...
    def delete(self) -> None: ...
    def state(self) -> list[Any]: ...


class Inside:
    """By way of Python."""

    def __init__(self, mock: Mock, name: str = "") -> None:
        self._mock = mock
        self._sandbox = mock.sandboxes.demo if name else mock.create_sandbox()
        self.credentials = self._sandbox.credentials

    def ask(self, request: Request) -> Response:
        return self._mock.respond(request)

    def change(self, *, seed: int | None = None, count: int | None = None, now: float | None = None) -> None:
        if seed is not None:
            self._sandbox.state.set_seed(seed)
        if count is not None:
            self._sandbox.state.quota = Quota(count=count)
        if now is not None:
            self._sandbox.clock.set(now, runs=False)

    def demand(self, situation: str, times: int | None) -> None:
        self._sandbox.schedule(ScheduledSituation(situation, times))

    def take_back(self) -> None:
        self._sandbox.state.scheduled_situations.cancel()

    def clear(self) -> None:
        self._sandbox.journal.clear()

    def reset(self) -> None:
        self._sandbox.state.reset()

    def delete(self) -> None:
        self._mock.sandboxes.remove(self._sandbox.name)

    def state(self) -> list[Any]:
        world = self._sandbox.state
        entries = [
            (n, e.timestamp, e.api, e.situation, e.request.method, e.response.status, len(e.request.body))
            for n, e in self._sandbox.journal.numbered_entries
        ]
        return [
            world.seed,
            world.quota.count,
            world.clock(),
            entries,
            [(d.situation, d.times) for d in world.scheduled_situations.list_pending()],
        ]


class Outside:
    """By way of the control API."""

    def __init__(self, control_client: httpx.Client, vendor_client: httpx.Client, name: str = "") -> None:
        self._control, self._vendor = control_client, vendor_client
        payload = (control_client.get(f"sandboxes/{name}") if name else control_client.post("sandboxes")).json()
        self._path = f"sandboxes/{payload['id']}"
        self.credentials = {api: place["credentials"] for api, place in payload["apis"].items()}

    def _do(self, method: str, path: str = "", **more: Any) -> Any:
        answer = self._control.request(method, self._path + path, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def ask(self, request: Request) -> Response:
        return send_request(self._vendor, request)

    def change(self, *, seed: int | None = None, count: int | None = None, now: float | None = None) -> None:
        wish = {"seed": seed, "quota": {"count": count}, "clock": {"now": now, "running": False}}
        given = {"seed": seed, "quota": count, "clock": now}
        self._do("PATCH", json={name: value for name, value in wish.items() if given[name] is not None})

    def demand(self, situation: str, times: int | None) -> None:
        self._do("POST", "/situations", json={"situation": situation, "times": times})

    def take_back(self) -> None:
        self._do("DELETE", "/situations")

    def clear(self) -> None:
        self._do("DELETE", "/journal")

    def reset(self) -> None:
        self._do("POST", "/reset")

    def delete(self) -> None:
        self._do("DELETE")

    def state(self) -> list[Any]:
        found, journal = self._do("GET"), self._do("GET", "/journal", params={"limit": 1000})
        entries = [
            (
                e["number"],
                e["timestamp"],
                e["api"],
                e["situation"],
                e["request"]["method"],
                e["response"]["status"],
                e["request"]["body"]["size"],
            )
            for e in journal["entries"]
        ]
        waiting = [(situation["situation"], situation["times"]) for situation in found["situations"]]
        return [found["seed"], found["quota"]["count"], found["clock"]["now"], entries, waiting]


def alone() -> Mock:
    return Mock(*APIS, clock=lambda: BEGIN)


class Neighbours(RuleBasedStateMachine):
    """Subclasses say what is shared."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.here = self.shared()
        self.nonces = 0

    def shared(self) -> Callable[[str], Corner]:
        """How to come to a corner of what is shared."""
        raise NotImplementedError

    def teardown(self) -> None:
        self.stack.close()

    def _pair(self, name: str = "") -> tuple[Corner, Corner]:
        return self.here(name), Inside(alone(), name)

    @initialize()
    def all_arrive(self) -> None:
        self.pairs = [self._pair(), self._pair(), self._pair(), self._pair(DEMO_SANDBOX)]
        self.times = [float(BEGIN)] * 4
        # how often each asked, and what each asked for beforehand
        self.asked, self.demanded = [0] * 4, [list[str]() for _ in range(4)]

    @rule(who=TESTERS, question=QUESTIONS)
    def ask(self, who: int, question: tuple[str, int, bool]) -> None:
        api, at, is_common = question
        self.nonces += 1
        self.asked[who] += 1
        nonce = "everybody's" if is_common else f"nonce-{self.nonces}"
        answers = [
            summarize_response(
                corner.ask(build_signed_request(api, corner.credentials[api], now=self.times[who], nonce=nonce, at=at))
            )
            for corner in self.pairs[who]
        ]
        assert answers[0] == answers[1]

    @rule(who=TESTERS, other=TESTERS)
    def ask_with_a_key_of_ones_own_and_a_secret_of_another(self, who: int, other: int) -> None:
        mine, theirs = (self.pairs[each][0].credentials["aliyun"] for each in (who, other))
        mixed = {**mine, "AccessKeySecret": theirs["AccessKeySecret"]}
        self.nonces += 1
        self.asked[who] += 1
        reply = self.pairs[who][0].ask(
            build_signed_request("aliyun", mixed, now=self.times[who], nonce=f"mixed-{self.nonces}")
        )
        twin = self.pairs[who][1].credentials["aliyun"]
        wrong = twin if mixed == mine else {**twin, "AccessKeySecret": "another's"}
        expected = self.pairs[who][1].ask(
            build_signed_request("aliyun", wrong, now=self.times[who], nonce=f"mixed-{self.nonces}")
        )
        assert reply.status == expected.status

    @rule(who=TESTERS, seed=st.integers(0, 3))
    def set_seed(self, who: int, seed: int) -> None:
        self._both(who, lambda corner: corner.change(seed=seed))

    @rule(who=TESTERS, count=st.integers(0, 3))
    def limit(self, who: int, count: int) -> None:
        self._both(who, lambda corner: corner.change(count=count))

    @rule(who=TESTERS, now=st.sampled_from([BEGIN - 10_000, BEGIN, BEGIN + 2000, MAX_TIMESTAMP]))
    def turn_the_clock(self, who: int, now: int) -> None:
        self.times[who] = float(now)
        self._both(who, lambda corner: corner.change(now=now))

    @rule(who=TESTERS, situation=SITUATIONS, times=st.sampled_from([None, 1, 2]))
    def demand(self, who: int, situation: str, times: int | None) -> None:
        self.demanded[who].append(situation)
        self._both(who, lambda corner: corner.demand(situation, times))

    @rule(who=TESTERS, what=st.sampled_from(["take_back", "clear", "reset"]))
    def forget(self, who: int, what: str) -> None:
        if what in ("clear", "reset"):
            self.asked[who] = 0
        if what in ("take_back", "reset"):
            self.demanded[who] = []
        self._both(who, lambda corner: getattr(corner, what)())

    @precondition(lambda self: hasattr(self, "pairs"))
    @rule(who=st.integers(0, DEMO - 1))
    def leave_and_come_again(self, who: int) -> None:
        gone = self.pairs[who][0]
        gone.delete()
        request = build_signed_request("tmapi", gone.credentials["tmapi"])
        # what is asked with the key of a sandbox that is gone stands in the journal of the demo accounts
        for corner in (gone, self.pairs[DEMO][1]):
            assert corner.ask(request).status == 410
        self.asked[DEMO] += 1
        self.pairs[who] = self._pair()
        self.times[who], self.asked[who], self.demanded[who] = float(BEGIN), 0, []

    def _both(self, who: int, act: Callable[[Corner], None]) -> None:
        for corner in self.pairs[who]:
            act(corner)

    @rule(who=TESTERS)
    def compare(self, who: int) -> None:
        here, twin = (corner.state() for corner in self.pairs[who])
        assert here == twin
        *_, entries, waiting = here
        assert len(entries) == self.asked[who]
        assert not Counter(situation for situation, _ in waiting) - Counter(self.demanded[who])


class InProcess(Neighbours):
    """One mock in this process."""

    def shared(self) -> Callable[[str], Corner]:
        mock = alone()
        return lambda name: Inside(mock, name)


class OverHttp(Neighbours):
    """One server, and its control API."""

    def shared(self) -> Callable[[str], Corner]:
        door = MockApp(alone())
        url = self.stack.enter_context(Server(door)).url
        headers = {"authorization": f"Bearer {door.control_token}"}
        control_client, vendor_client = (
            self.stack.enter_context(httpx.Client(base_url=base, headers=extra, trust_env=False, timeout=30))
            for base, extra in ((f"{url}/_lookalike/", headers), (url, {}))
        )
        return lambda name: Outside(control_client, vendor_client, name)


@pytest.mark.slow
@pytest.mark.parametrize(("machine", "examples"), [(InProcess, 40), (OverHttp, 12)])
def test_nothing_of_one_is_seen_in_another(machine: type[Neighbours], examples: int) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None))
