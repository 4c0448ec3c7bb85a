"""Situations asked for ahead of the requests: how often they come, in which order, and how they are taken back."""

from threading import Thread

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.exceptions import UnknownSituation
from lookalike_mocks.faults import FAULTS, Delay
from lookalike_mocks.sandbox import Sandbox
from lookalike_mocks.sandbox.scheduled import MAX_SCHEDULED_SITUATIONS, ScheduledSituation, ScheduledSituations
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request

EMPTY, BUSY, LATE = "tmapi/empty", "tmapi/503", "tmapi/latency"


@pytest.fixture(scope="module")
def both() -> Mock:
    return Mock("tmapi", "hiobuy")


@pytest.fixture
def sandbox(both: Mock) -> Sandbox:
    return both.create_sandbox()


def waiting(*wanted: tuple[str, int | None]) -> ScheduledSituations:
    demands = ScheduledSituations()
    for situation, times in wanted:
        assert demands.add(ScheduledSituation(situation, times))
    return demands


def given(demands: ScheduledSituations, count: int, api: str = "tmapi") -> list[str]:
    return [found.situation if (found := demands.take_next(api)) else "" for _ in range(count)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((), ["", "", ""]),
        (((BUSY, 1),), [BUSY, "", ""]),
        (((BUSY, 2),), [BUSY, BUSY, ""]),
        (((BUSY, None),), [BUSY, BUSY, BUSY]),
        (((BUSY, 1), (EMPTY, 2)), [BUSY, EMPTY, EMPTY]),
        (((BUSY, 1), (BUSY, 1), (EMPTY, 1)), [BUSY, BUSY, EMPTY]),
        (((BUSY, None), (EMPTY, 1)), [BUSY, BUSY, BUSY]),
        ((("hiobuy/empty", None), (BUSY, 1)), [BUSY, "", ""]),
        ((("tmapi-2/503", None), (BUSY, 1)), [BUSY, "", ""]),
    ],
)
def test_they_come_one_after_the_other(wanted: tuple[tuple[str, int | None], ...], expected: list[str]) -> None:
    assert given(waiting(*wanted), 3) == expected


def test_each_api_has_its_own_line() -> None:
    demands = waiting((BUSY, 1), ("hiobuy/empty", 1))
    assert given(demands, 2, "hiobuy") == ["hiobuy/empty", ""]
    assert given(demands, 2) == [BUSY, ""]


@pytest.mark.parametrize(
    ("taken", "count", "left"),
    [("", 3, ["", ""]), (BUSY, 2, [EMPTY, EMPTY]), (EMPTY, 1, [BUSY, BUSY]), (LATE, 0, [BUSY, BUSY])],
)
def test_they_are_taken_back(taken: str, count: int, left: list[str]) -> None:
    demands = waiting((BUSY, 1), (BUSY, None), (EMPTY, None))
    assert demands.cancel(taken) == count
    assert given(demands, 2) == left


def test_one_is_forgotten_and_those_like_it_stay() -> None:
    demands, one = waiting((BUSY, 1)), ScheduledSituation(BUSY, 1)
    demands.add(one)
    demands.remove(one)
    assert given(demands, 2) == [BUSY, ""]


def test_what_waits_is_listed_with_what_is_left() -> None:
    demands = waiting((BUSY, 3), (EMPTY, None))
    demands.take_next("tmapi")
    assert demands.list_pending() == [ScheduledSituation(BUSY, 2), ScheduledSituation(EMPTY, None)]
    assert bool(demands)
    demands.cancel()
    assert (demands.list_pending(), bool(demands)) == ([], False)


def test_there_is_an_end_to_them() -> None:
    demands = waiting(*[(BUSY, 1)] * MAX_SCHEDULED_SITUATIONS)
    assert not demands.add(ScheduledSituation(EMPTY, 1))
    demands.take_next("tmapi")
    assert demands.add(ScheduledSituation(EMPTY, 1))


def test_they_may_be_asked_for_while_others_are_answered() -> None:
    demands, answered = ScheduledSituations(), []

    def answer() -> None:
        answered.extend(given(demands, 20_000))

    threads = [Thread(target=answer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(2000):
        demands.add(one := ScheduledSituation(BUSY, 2))
        demands.remove(one)
    for thread in threads:
        thread.join()
    assert demands.list_pending() == []
    assert set(answered) <= {"", BUSY}


def ask(mock: Mock, sandbox: Sandbox, api: str = "tmapi", prefer: str = "") -> int:
    """The status of an ordinary request with a sandbox's credentials."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if prefer:
        headers = ((b"prefer", prefer.encode()),)
    if api == "tmapi":
        query = f"apiToken={sandbox.credentials['tmapi']['apiToken']}&img_url=https://cbu01.alicdn.com/x.jpg"
        request = Request(method="GET", path="/1688/global/search/image", query=query.encode(), headers=headers)
    else:
        key = sandbox.credentials["hiobuy"]["X-Uuid"].encode()
        body = b'{"img":"https://example.com/x.jpg","platform":"1688"}'
        headers += ((b"x-uuid", key), (b"content-type", b"application/json"))
        path = "/api/client/third-purchase/image/query"
        request = Request(method="POST", path=path, headers=headers, body=body)
    return mock.respond(request).status


def test_a_situation_lasts_as_long_as_its_block(both: Mock, sandbox: Sandbox) -> None:
    with sandbox.situation(BUSY):
        assert [ask(both, sandbox) for _ in range(3)] == [503, 503, 503]
    assert ask(both, sandbox) == 200


def test_a_situation_comes_so_many_times(both: Mock, sandbox: Sandbox) -> None:
    with sandbox.situation(BUSY, times=2):
        assert [ask(both, sandbox) for _ in range(3)] == [503, 503, 200]


def test_a_block_inside_another_takes_only_its_own_back(both: Mock, sandbox: Sandbox) -> None:
    with sandbox.situation(BUSY):
        with sandbox.situation(BUSY):
            assert ask(both, sandbox) == 503
        assert ask(both, sandbox) == 503
    assert ask(both, sandbox) == 200


def test_a_block_that_fails_takes_its_situation_back(both: Mock, sandbox: Sandbox) -> None:
    with pytest.raises(ZeroDivisionError), sandbox.situation(BUSY):
        raise ZeroDivisionError
    assert ask(both, sandbox) == 200


def test_a_situation_is_for_one_api_and_one_sandbox(both: Mock, sandbox: Sandbox) -> None:
    other = both.create_sandbox()
    with sandbox.situation(BUSY, times=1):
        assert ask(both, sandbox, "hiobuy") == 200
        assert ask(both, other) == 200
        assert ask(both, sandbox) == 503


def test_a_request_that_names_its_situation_leaves_the_others_waiting(both: Mock, sandbox: Sandbox) -> None:
    with sandbox.situation(BUSY, times=1):
        assert ask(both, sandbox, prefer="code=439") == 439
        assert ask(both, sandbox, prefer="code=200") == 200
        assert ask(both, sandbox, prefer="return=minimal") == 503


def test_a_request_that_is_not_let_in_leaves_them_waiting(both: Mock, sandbox: Sandbox) -> None:
    path, host = "/1688/global/search/image", b"api.tmapi.top"
    with sandbox.situation(BUSY, times=1):
        assert both.respond(Request(method="GET", path=path, headers=((b"host", host),))).status == 401
        assert ask(both, sandbox) == 503


@pytest.mark.parametrize("unknown", ["tmapi/504", "tmapi", "", "aliyun/empty", "nobody/empty", "tmapi/Empty", "/empty"])
def test_an_unknown_situation_is_told_with_the_nearest(sandbox: Sandbox, unknown: str) -> None:
    with pytest.raises(UnknownSituation, match=r"nearest: (tmapi|hiobuy)/"):
        sandbox.schedule(ScheduledSituation(unknown))


@pytest.mark.parametrize(
    "wrong",
    [
        ScheduledSituation(BUSY, 0),
        ScheduledSituation(BUSY, -1),
        ScheduledSituation(BUSY, 10**7),
        ScheduledSituation(LATE, 1, Delay(seconds=-1.0)),
        ScheduledSituation(LATE, 1, Delay(seconds=61.0)),
        ScheduledSituation(LATE, 1, Delay("often")),  # type: ignore[arg-type]
        ScheduledSituation(7),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_what_makes_no_sense_is_refused(sandbox: Sandbox, wrong: ScheduledSituation) -> None:
    with pytest.raises(ValueError, match=r"\$\."):
        sandbox.schedule(wrong)
    assert not sandbox.state.scheduled_situations


def test_too_many_are_refused(sandbox: Sandbox) -> None:
    for _ in range(MAX_SCHEDULED_SITUATIONS):
        sandbox.schedule(ScheduledSituation(BUSY, 1))
    with pytest.raises(OverflowError, match="too many"):
        sandbox.schedule(ScheduledSituation(BUSY, 1))


def test_every_situation_that_is_listed_can_be_asked_for() -> None:
    sandbox = Mock().create_sandbox()
    known = list(sandbox.iter_situations())
    assert known == [
        f"{api}/{short}"
        for api in list_api_ids()
        for short in (*load_api(api).root.errors, *load_api(api).root.situations, *FAULTS)
    ]
    for situation in known:
        sandbox.schedule(ScheduledSituation(situation, 1))
