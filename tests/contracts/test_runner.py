"""The judge: what it makes of servers that refuse, falter, come late or lie, and that a seed repeats a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st

from lookalike_contracts.checks import select_checks
from lookalike_contracts.context import CheckContext
from lookalike_contracts.events import CheckFinished, Event, EventListener, ExchangeRecorded
from lookalike_contracts.exceptions import CouldNotCheck
from lookalike_contracts.finding import Exchange, Failure
from lookalike_contracts.registry import Check
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_contracts.runner import PRECONDITION_CHECK, RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request, Response

Answer = Callable[[Request], Response]
TMAPI = load_api("tmapi")
SEARCH = f"tmapi/{TMAPI.operations[0].id}"


@dataclass
class Server:
    """Answers in the process, and remembers what it was asked."""

    answer: Answer
    url: str = "http://127.0.0.1:8765"
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answer(request)


@pytest.fixture(scope="module")
def honest() -> Answer:
    return Mock("tmapi").respond


def create_config(answer: Answer, *checks: Check, **options: Any) -> RunConfig:
    settings = {"selected_operations": frozenset({SEARCH}), "max_cases": 5, **options}
    return RunConfig((TMAPI,), checks, {"tmapi": Server(answer)}, {"tmapi": TMAPI.account}, **settings)


def create_active_check(function: Callable[[CheckContext], Iterator[Failure]], check_id: str = "a/probe") -> Check:
    return Check(check_id, "s", "w", "h", "o", active_function=function)


def create_passive_check(
    function: Callable[[CheckContext, Exchange], Iterator[Failure]], check_id: str = "a/look"
) -> Check:
    return Check(check_id, "s", "w", "h", "o", passive_function=function)


def find_nothing(_: CheckContext, __: Exchange) -> Iterator[Failure]:
    yield from ()


def send_once(context: CheckContext) -> Iterator[Failure]:
    context.send_sample()
    yield from ()


def list_statuses(results: list[CheckResult]) -> list[tuple[str, str]]:
    return [(result.check, result.status) for result in results]


def test_an_honest_server_passes(honest: Answer) -> None:
    results = list(
        execute_checks(create_config(honest, create_active_check(send_once), create_passive_check(find_nothing)))
    )
    assert list_statuses(results) == [("a/probe", "passed"), ("a/look", "passed")]
    assert [result.request_count for result in results] == [2, 7]


def refuses(_: Request) -> Response:
    return Response(status=401, body=b'{"code":401,"msg":"no","data":null}')


def test_nothing_passes_at_a_server_that_refuses_the_good_request() -> None:
    results = list(
        execute_checks(
            create_config(
                refuses,
                *select_checks((PRECONDITION_CHECK,)),
                create_active_check(send_once),
                create_passive_check(find_nothing),
            )
        )
    )
    assert list_statuses(results) == [
        (PRECONDITION_CHECK, "failed"),
        ("a/probe", "could not check"),
        ("a/look", "could not check"),
    ]
    assert all("HTTP 401" in result.reason for result in results[1:])


def test_what_does_not_apply_is_said_to_be_so(honest: Answer) -> None:
    checks = [
        replace(check, applies=lambda _: False)
        for check in (create_active_check(send_once), create_passive_check(find_nothing))
    ]
    for answer in (honest, refuses):
        assert list_statuses(list(execute_checks(create_config(answer, *checks)))) == [
            ("a/probe", "does not apply"),
            ("a/look", "does not apply"),
        ]


def test_a_server_that_breaks_off_could_not_be_checked(honest: Answer) -> None:
    calls: list[int] = []

    def falters(request: Request) -> Response:
        calls.append(1)
        if len(calls) > 1:
            raise CouldNotCheck("it broke off")
        return honest(request)

    results = list(
        execute_checks(create_config(falters, create_active_check(send_once), create_passive_check(find_nothing)))
    )
    assert [(result.status, result.reason) for result in results] == [("could not check", "it broke off")] * 2


def test_what_was_found_before_it_broke_off_counts(honest: Answer) -> None:
    def half(context: CheckContext) -> Iterator[Failure]:
        yield Failure("wrong", exchanges=(context.send_sample(),))
        raise CouldNotCheck("it broke off")

    (result,) = execute_checks(create_config(honest, create_active_check(half)))
    assert (result.status, result.reason, len(result.findings)) == ("failed", "", 1)


def test_no_more_is_asked_when_the_time_is_up(honest: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    config = create_config(
        honest,
        create_active_check(send_four_times),
        create_active_check(send_once, "b/probe"),
        create_passive_check(find_nothing),
        max_seconds=5.0,
    )
    server = config.targets["tmapi"]
    assert isinstance(server, Server)
    # each answer takes two seconds
    clock = Clock(lambda: 2.0 * len(server.asked))
    monkeypatch.setattr("lookalike_contracts.runner.time", clock)
    monkeypatch.setattr("lookalike_contracts.deadline.time", clock)
    results = list(execute_checks(config))
    assert {result.status for result in results} == {"could not check"}
    assert {result.reason for result in results} == {"the 5 s that --max-time gives are used up"}
    assert len(server.asked) == 3


@dataclass
class Clock:
    monotonic: Callable[[], float]


def send_four_times(context: CheckContext) -> Iterator[Failure]:
    for _ in range(4):
        context.send_sample()
    yield from ()


def test_a_server_that_cannot_make_up_its_mind_is_not_accused(honest: Answer) -> None:
    calls: list[int] = []

    def flaky(request: Request) -> Response:
        calls.append(1)
        # only the first of the drawn requests: whoever asks again sees nothing
        return Response(status=500, body=b"") if len(calls) == 3 else honest(request)

    def holds(context: CheckContext) -> Iterator[Failure]:
        def rule(page: int) -> Failure | None:
            exchange = context.send_sample(page=page)
            return None if exchange.response.status == 200 else Failure("bad", exchanges=(exchange,))

        if failure := context.falsify(st.integers(1, 3), rule):
            yield failure

    (result,) = execute_checks(create_config(flaky, create_active_check(holds)))
    assert result.status == "could not check"
    assert "well one time and badly the next" in result.reason


def test_a_check_that_breaks_down_is_no_pass_and_no_end(honest: Answer) -> None:
    failures: dict[str, list[Failure]] = {}

    def breaks(context: CheckContext) -> Iterator[Failure]:
        context.send_sample()
        yield from failures["a secret word"]

    def looks(_: CheckContext, __: Exchange) -> Iterator[Failure]:
        yield from failures["a secret word"]

    results = list(
        execute_checks(
            create_config(
                honest,
                create_active_check(breaks),
                create_passive_check(looks),
                create_passive_check(find_nothing, "b/look"),
            )
        )
    )
    assert list_statuses(results) == [
        ("a/probe", "could not check"),
        ("a/look", "could not check"),
        ("b/look", "passed"),
    ]
    assert all(
        result.reason.startswith("the check itself broke down: KeyError at test_runner.py:") for result in results[:2]
    )
    assert "secret" not in repr(results)


def test_an_interrupt_keeps_what_was_seen(honest: Answer) -> None:
    def stops(_: CheckContext) -> Iterator[Failure]:
        raise KeyboardInterrupt

    def finds(_: CheckContext, exchange: Exchange) -> Iterator[Failure]:
        yield Failure("seen", exchanges=(exchange,))

    results: list[CheckResult] = []

    def record(event: Event) -> None:
        if isinstance(event, CheckFinished):
            results.append(event.result)

    with pytest.raises(KeyboardInterrupt):
        execute_checks(
            create_config(
                honest,
                create_active_check(stops),
                create_passive_check(finds),
                create_passive_check(find_nothing, "b/look"),
            ),
            record,
        )
    assert list_statuses(results) == [("a/look", "failed"), ("b/look", "could not check")]


def record_exchanges(exchanges: list[Exchange]) -> EventListener:
    def listen(event: Event) -> None:
        if isinstance(event, ExchangeRecorded):
            exchanges.append(event.exchange)

    return listen


def test_everybody_who_watches_is_told_of_every_exchange(honest: Answer) -> None:
    seen: list[Exchange] = []
    config = create_config(honest, create_active_check(send_once), create_passive_check(find_nothing))
    execute_checks(config, record_exchanges(seen))
    server = config.targets["tmapi"]
    assert isinstance(server, Server)
    assert [exchange.request for exchange in seen] == server.asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("api", "parts"),
    [
        ("tmapi", ("method", "path", "query", "headers", "body")),
        ("hiobuy", ("method", "path", "query", "headers", "body")),
        ("daji-1688", ("method", "path", "query", "headers", "body")),
        # its signatures hold a time and a nonce, and stand in headers and in the query
        ("aliyun", ("method", "path", "body")),
    ],
)
def test_the_same_seed_asks_the_same(api: str, parts: tuple[str, ...]) -> None:
    loaded = load_api(api)
    only = frozenset({f"{api}/{loaded.operations[0].id}"})
    checks = select_checks(("answer", "limits", PRECONDITION_CHECK))

    def list_requests(seed: int) -> list[list[object]]:
        server = Server(Mock(api).respond)
        list(
            execute_checks(
                RunConfig((loaded,), checks, {api: server}, {api: loaded.account}, seed=seed, selected_operations=only)
            )
        )
        return [[getattr(request, part) for part in parts] for request in server.asked]

    first = list_requests(5)
    assert first == list_requests(5)
    assert first != list_requests(6)


def test_a_seed_does_not_depend_on_which_other_checks_run(honest: Answer) -> None:
    def list_requests(*checks: str) -> list[Request]:
        config = create_config(honest, *select_checks(checks))
        exchanges: list[Exchange] = []
        execute_checks(config, record_exchanges(exchanges))
        return [exchange.request for exchange in exchanges]

    alone, together = list_requests("answer/status"), list_requests(PRECONDITION_CHECK, "answer/status")
    assert alone[-5:] == together[-5:]


def test_fingerprints_are_the_same_whatever_the_seed() -> None:
    def list_fingerprints(seed: int) -> set[str]:
        config = create_config(renamed(Mock("tmapi", seed=seed).respond), *select_checks(("answer",)), seed=seed)
        return {finding.fingerprint for result in execute_checks(config) for finding in result.findings}

    assert list_fingerprints(1) == list_fingerprints(2) != set()


def renamed(honest: Answer) -> Answer:
    """Honest, but for a field in every item."""

    def answer(request: Request) -> Response:
        reply = honest(request)
        return Response(
            status=reply.status, body=reply.body.replace(b'"item_id":', b'"itemId":'), media_type=reply.media_type
        )

    return answer


def test_the_simplest_exchange_is_kept() -> None:
    """One finding for each place, not one for each answer."""
    (result,) = execute_checks(create_config(renamed(Mock("tmapi").respond), *select_checks(("answer/schema",))))
    assert (result.status, len({finding.fingerprint for finding in result.findings})) == (
        "failed",
        len(result.findings),
    )
    assert len(result.findings) < 4
    assert result.findings[0].url == "http://127.0.0.1:8765"


ODD: tuple[Any, ...] = (
    None,
    True,
    [],
    {},
    [[[]]],
    "",
    "\ud800",
    "\x00",
    -1,
    2**70,
    1e308,
    "9" * 400,
    {"code": []},
    "NaN",
)


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_no_answer_however_odd_breaks_a_check_down(api: str) -> None:
    """Good answers with odd values in them: all checks, and none of them gives up."""
    loaded, mock, chance = load_api(api), Mock(api), Random(7)  # noqa: S311 - a seed, so that it is the same each time

    def odd(request: Request) -> Response:
        reply = mock.respond(request)
        if reply.status != 200 or not reply.media_type.startswith("application/json"):
            return reply
        body = json.loads(reply.body)
        keep = set(loaded.operations[0].extension.invariants.success)
        return Response(status=200, body=json.dumps(changed(body, chance, keep)).encode(), media_type=reply.media_type)

    only = frozenset({f"{api}/{loaded.operations[0].id}"})
    config = RunConfig(
        (loaded,), select_checks(), {api: Server(odd)}, {api: loaded.account}, max_cases=2, selected_operations=only
    )
    broken = [result for result in execute_checks(config) if "broke down" in result.reason]
    assert not broken, [(result.check, result.reason) for result in broken]


def changed(value: Any, chance: Random, keep: set[str], pointer: str = "") -> Any:
    """Here and there another value."""
    if pointer and pointer not in keep and chance.random() < 0.03:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: changed(inner, chance, keep, f"{pointer}/{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [changed(inner, chance, keep, f"{pointer}/{place}") for place, inner in enumerate(value)]
    return value


BODIES = {
    "nothing": b"", "text": b"hello", "not UTF-8": b"\xff\xfe", "deep": b"[" * 100_000, "null": b"null",
    "NaN": b'{"code": NaN}', "long number": b'{"code": %b}' % (b"9" * 5000), "surrogate": b'{"code": "\\ud800"}',
    "twice": b'{"code": 200, "code": 1}', "xml": b"<a>" * 9999, "huge": b'"' + b"x" * 200_000 + b'"',
}  # fmt: skip
TYPES = (
    "application/json",
    "application/json; charset",
    "application/json;charset=nobody",
    "text/xml",
    "",
    ";",
    "\xe9",
)


def answer_always(response: Response) -> Answer:
    return lambda _: response


@pytest.mark.slow
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("api", ["tmapi", "aliyun"])
def test_no_body_and_no_media_type_breaks_the_judge(api: str, body: bytes) -> None:
    loaded = load_api(api)
    only = frozenset({f"{api}/{loaded.operations[0].id}"})
    for media_type in TYPES:
        for status in (200, 400, 999):
            reply = Response(status=status, body=body, media_type=media_type, headers=((b"x", b"\xff"), (b"x", b"")))
            config = RunConfig(
                (loaded,),
                select_checks(("answer", PRECONDITION_CHECK)),
                {api: Server(answer_always(reply))},
                {api: loaded.account},
                selected_operations=only,
            )
            results = list(execute_checks(config))
            assert {result.status for result in results} <= {"failed", "could not check", "does not apply"}
            assert not [result for result in results if "broke down" in result.reason]
            assert RunResult("x", 0, tuple(results), 0.0).findings
