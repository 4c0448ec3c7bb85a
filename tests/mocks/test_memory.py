"""What requests leave behind: every byte counts against a bound, and is given back."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.bounded_cache import BoundedCache
from lookalike_mocks.catalogue.image import identify_by_url
from lookalike_mocks.memory import caches
from lookalike_mocks.memory.limits import SANDBOX_BYTES, SITUATION_BYTES, MemoryLimits
from lookalike_mocks.memory.manager import MemoryManager, SandboxMemory
from lookalike_mocks.memory.sizes import measure_value
from lookalike_mocks.sandbox.replay import NONCE_BYTES, RATE_NAME_BYTES, RATE_TIME_BYTES, Nonces, RateLimiter
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.sandbox.state import SandboxState
from lookalike_specs.messages import RawHeaders, Request

SEARCH = "/1688/global/search/image"
MEBIBYTE = 1024 * 1024
# all that tracemalloc sees besides what is counted: frames, tables that grow by half
SPARE = 2 * MEBIBYTE


@contextmanager
def measure_growth() -> Iterator[list[int]]:
    """Yield a list that gets the bytes by which this process has grown when the block ends."""
    growth: list[int] = []
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield growth
        # no collection: what waits for it is left behind, too
        growth.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()


def build(path: str = SEARCH, query: str = "", headers: RawHeaders = ()) -> Request:
    return Request(method="GET", path=path, query=query.encode(), headers=((b"host", b"a"), *headers))


def build_many_headers(number: int) -> Request:
    return build("/tmapi/x", "", tuple((b"h%d" % place, b"%d" % number) for place in range(6000)))


LEAVERS = {
    "many headers": build_many_headers,
    "long header": lambda number: build("/tmapi/x", "", ((b"x", b"%d" % number + b"y" * 60_000),)),
    "long path": lambda number: build(f"/tmapi/{number}" + "y" * 60_000),
    "wide path": lambda number: build(f"/tmapi/{number}\N{GRINNING FACE}" + "y" * 60_000),
    "long query": lambda number: build(query=f"apiToken=lookalike-demo-token&x={number}" + "y" * 60_000),
    "wide value": lambda number: build(query=f"apiToken=lookalike-demo-token&page_size={number}😀" + "y" * 60_000),
    "wrong key": lambda number: build(query=f"apiToken={number}\N{GRINNING FACE}" + "y" * 60_000),
    "fields": lambda number: build(query="&".join(f"{number}-{place}=" for place in range(6000))),
    "preferences": lambda number: build("/tmapi/x", "", ((b"prefer", b"explain, code=%d" % number + b"0" * 60_000),)),
    "no API": lambda number: build(f"/{number}" + "y" * 60_000),
}


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("name", LEAVERS)
def test_no_request_leaves_more_than_the_journal_counts(name: str) -> None:
    limits = MemoryLimits(journal_bytes=MEBIBYTE)
    mock = Mock("tmapi", memory_limits=limits)
    # validators and tables that are made once
    mock.respond(LEAVERS[name](1000))
    with measure_growth() as growth:
        for number in range(60):
            mock.respond(LEAVERS[name](number))
    used = mock.demo_state.memory.used_by_kind["journal"]
    assert MEBIBYTE // 2 < used <= MEBIBYTE
    assert growth[0] < used + SPARE


def test_a_refused_request_leaves_no_circle() -> None:
    """One with all of the request in it would wait for the garbage collector."""
    mock = Mock("tmapi", memory_limits=MemoryLimits(journal_exchanges=1))
    refused = [build("/tmapi/x"), build(query="apiToken=lookalike-demo-token&page_size=99"), build("/nowhere")]
    refused += [build(query="apiToken=lk00000101000001" + "0" * 14), build(query="apiToken=situation-503")]
    for request in refused * 2:
        mock.respond(request)
    gc.collect()
    gc.disable()
    try:
        for request in refused:
            mock.respond(request)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_nonces_are_bounded_in_bytes_however_long_they_are() -> None:
    memory = SandboxMemory(MemoryLimits(nonce_bytes=10 * NONCE_BYTES))
    nonces = Nonces(memory=memory)
    with measure_growth() as growth:
        assert all(nonces.use("key", f"{number}" + "n" * 8000, now=number) for number in range(300))
    assert growth[0] < 10_000
    assert memory.used_by_kind["nonces"] == 10 * NONCE_BYTES
    assert not nonces.use("key", "299" + "n" * 8000, now=300)
    assert nonces.use("key", "1" + "n" * 8000, now=300)


def test_nonces_whose_time_has_passed_are_given_back() -> None:
    now = 1000.0
    mock = Mock("tmapi", clock=lambda: now)
    state = mock.demo_state
    state.nonces.use("key", "nonce", now)
    assert state.memory.used_by_kind["nonces"] == NONCE_BYTES
    now += 900
    state.forget_expired()
    assert state.memory.used_by_kind["nonces"] == 0


def test_rates_are_bounded_however_long_the_names_and_whatever_the_clock() -> None:
    size = 5 * RATE_NAME_BYTES
    memory = SandboxMemory(MemoryLimits(rate_bytes=size))
    rates = RateLimiter(memory=memory)
    for number in range(100):
        assert rates.try_acquire(f"{number}" + "n" * 8000, 10**9, now=5.0)
    # the newest name may be above it, as it is what was just asked for
    assert memory.used_by_kind["rates"] <= size + RATE_NAME_BYTES
    rates.clear()
    assert all(rates.try_acquire("one", 10**9, now=5.0) for _ in range(10_000))
    assert not rates.try_acquire("one", 10_000, now=5.0)
    assert memory.used_by_kind["rates"] == RATE_NAME_BYTES + RATE_TIME_BYTES


def test_a_stored_file_counts_with_its_name() -> None:
    state = SandboxState(memory=SandboxMemory(MemoryLimits(upload_bytes=50_000)))
    for number in range(5):
        key = f"{number}" + "k" * 20_000
        state.image_store.objects.put(key, b"x", measure_value((key, b"x")))
    assert len(state.image_store.objects) == 2
    assert 40_000 < state.memory.used_by_kind["uploads"] <= 50_000


def test_what_is_taken_away_is_given_back() -> None:
    state = SandboxState()
    state.journal.add_note("x" * 10_000, 0.0)
    state.image_store.objects.put("key", b"x", 1000)
    state.nonces.use("key", "nonce", 0.0)
    state.rate_limiter.try_acquire("name", 5, 0.0)
    for times in (1, 2, 3):
        state.scheduled_situations.add(ScheduledSituation("tmapi/503", times))
    assert state.memory.used_by_kind["situations"] == 3 * SITUATION_BYTES
    state.scheduled_situations.take_next("tmapi")
    assert state.memory.used_by_kind["situations"] == 2 * SITUATION_BYTES
    assert state.memory.used == sum(state.memory.used_by_kind.values()) > SANDBOX_BYTES
    state.reset()
    assert state.memory.used_by_kind == {
        "credentials": SANDBOX_BYTES, "images": 0, "journal": 0, "nonces": 0, "rates": 0, "situations": 0, "uploads": 0
    }  # fmt: skip


def test_a_note_is_cut_and_counts() -> None:
    state = SandboxState(memory=SandboxMemory(MemoryLimits(journal_notes=3)))
    for _ in range(10):
        state.journal.add_note("x" * 100_000, 0.0)
    assert [len(note.text) for note in state.journal.notes] == [501] * 3
    assert 3 * 501 < state.memory.used_by_kind["journal"] < 5000


def ask(mock: Mock, sandbox: Sandbox, query: str = "") -> None:
    token = sandbox.credentials["tmapi"]["apiToken"]
    assert mock.respond(build(query=f"apiToken={token}&page_size=99&{query}")).status == 422


def test_a_sandbox_that_is_gone_leaves_nothing() -> None:
    mock = Mock("tmapi")
    used = mock.memory.used
    gc.disable()
    try:
        sandbox = mock.create_sandbox()
        ask(mock, sandbox)
        journal = weakref.ref(sandbox.journal)
        mock.sandboxes.remove(sandbox.name)
        del sandbox
        assert journal() is None
    finally:
        gc.enable()
    assert mock.memory.used == used


def test_the_fullest_sandboxes_make_room_and_say_so() -> None:
    limit = 400_000
    mock = Mock("tmapi", memory_limits=MemoryLimits(sandboxes_bytes=limit))
    modest = mock.create_sandbox()
    ask(mock, modest)
    greedy = [mock.create_sandbox() for _ in range(3)]
    for number in range(60):
        for sandbox in greedy:
            ask(mock, sandbox, f"{number}" + "y" * 20_000)
        assert mock.memory.used <= limit
    assert (len(modest.journal), len(modest.journal.notes)) == (1, 0)
    for sandbox in greedy:
        assert 0 < len(sandbox.journal) < 60
        assert sandbox.journal.dropped == 60 - len(sandbox.journal)
        assert f"all sandboxes together held more than {limit}" in sandbox.journal.notes[0].text
    total = sum(sandbox.state.memory.used for sandbox in mock.sandboxes)
    assert total == mock.memory.used == sum(mock.memory.used_by_kind.values())


def test_the_journal_gives_before_what_decides_on_responses() -> None:
    state = SandboxState()
    mock = Mock("tmapi")
    state.journal.add(mock.exchange(build()))
    state.image_store.objects.put("old", b"x", 1000)
    state.image_store.objects.put("new", b"x", 1000)
    state.nonces.use("key", "nonce", 0.0)
    state.release_oldest(1)
    assert (len(state.journal), len(state.image_store.objects)) == (0, 2)
    state.release_oldest(1)
    assert state.image_store.objects.get("new") == b"x"
    assert state.image_store.objects.get("old") is None
    assert state.memory.used_by_kind["nonces"] == NONCE_BYTES


def test_sandboxes_that_can_give_nothing_are_left_alone() -> None:
    manager = MemoryManager(MemoryLimits(sandboxes_bytes=10))
    states = [SandboxState(memory=manager.create_sandbox_memory()) for _ in range(3)]
    for state in states:
        manager.add(state)
    assert manager.used == 3 * SANDBOX_BYTES


def test_caches_are_bounded_together_and_the_largest_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = caches.CachePool(100_000)
    monkeypatch.setattr(caches, "CACHES", pool)

    def repeat(text: str) -> str:
        return text * 10

    large = caches.FunctionCache(repeat, measure_value)
    small = caches.FunctionCache(repeat, measure_value)
    small.call("small")
    for number in range(300):
        assert large.call(f"{number:0100}") == f"{number:0100}" * 10
        assert pool.used <= 100_000
    assert small.call.cache_info().currsize == 1
    assert 0 < large.call.cache_info().currsize < 100
    assert sum(pool.used_by_kind.values()) == pool.used


def test_a_cache_that_is_gone_counts_no_longer() -> None:
    used = caches.CACHES.used
    cache: BoundedCache[int, str] = BoundedCache(10, 10_000)
    cache.put(1, "x", 5000)
    assert caches.CACHES.used == used + 5000
    del cache
    assert caches.CACHES.used == used


def test_a_long_address_is_not_cached() -> None:
    used = caches.CACHES.used
    assert identify_by_url("https://a/" + "y" * 5000) == identify_by_url("https://a/" + "y" * 5000)
    assert caches.CACHES.used == used


def test_goods_of_many_seeds_and_languages_do_not_fill_the_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches.CACHES, "limit", caches.CACHES.used + 2 * MEBIBYTE)
    mock = Mock("tmapi", "hiobuy")
    for seed in range(20):
        sandbox = mock.create_sandbox(seed=seed)
        token = sandbox.credentials["tmapi"]["apiToken"]
        for language in ("en", "ru", "vi"):
            query = f"apiToken={token}&language={language}&img_url=https://cbu01.alicdn.com/{seed}.jpg&page_size=20"
            response = mock.respond(build(query=query))
            assert response.status == 200
            assert response.body == mock.respond(build(query=query)).body
            assert caches.CACHES.used <= caches.CACHES.limit


def test_a_struct_is_measured_with_all_that_is_in_it() -> None:
    class Pair(msgspec.Struct):
        one: str
        other: tuple[bytes, ...]

    assert measure_value(Pair("x" * 1000, (b"y" * 1000, b"z" * 1000))) > 3000
    assert measure_value({"key": ["x" * 1000]}) > 1000
    assert measure_value("😀" + "x" * 1000) > 4000
