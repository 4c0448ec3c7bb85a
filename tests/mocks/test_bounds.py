"""What the mock remembers is bounded; what it says of itself depends on seed and request."""

from lookalike_mocks.context import derive_response_ids
from lookalike_mocks.memory.limits import MemoryLimits
from lookalike_mocks.memory.manager import SandboxMemory
from lookalike_mocks.sandbox.journal import Journal, JournalEntry, measure_exchange
from lookalike_mocks.sandbox.replay import Nonces
from lookalike_specs.messages import Request, Response


def exchange(size: int) -> JournalEntry:
    return JournalEntry(0.0, "tmapi", Request(method="GET", path="/"), Response(status=200, body=b"x" * size))


def open_journal(count: int = 1000, size: int = 10**6) -> Journal:
    """Return a journal of so many exchanges, or so many bytes of bodies besides what two empty exchanges take."""
    limits = MemoryLimits(journal_exchanges=count, journal_bytes=2 * measure_exchange(exchange(0)) + size)
    return Journal(SandboxMemory(limits))


def test_the_journal_keeps_the_newest_by_count() -> None:
    journal = open_journal(count=3)
    for number in range(5):
        journal.add(exchange(number))
    assert [len(reply.body) for _, reply in journal] == [2, 3, 4]


def test_the_journal_keeps_the_newest_by_bytes() -> None:
    journal = open_journal(size=100)
    for _ in range(10):
        journal.add(exchange(40))
    assert len(journal) == 2
    journal.add(exchange(10_000))
    assert len(journal) == 0
    journal.add(exchange(40))
    assert len(journal) == 1


def test_a_journal_that_was_cleared_has_all_its_room() -> None:
    journal = open_journal(size=100)
    journal.add(exchange(80))
    journal.add(exchange(10))
    journal.clear()
    journal.add(exchange(80))
    journal.add(exchange(10))
    assert [number for number, _ in journal.numbered_entries] == [3, 4]
    assert journal.dropped == 0


def test_a_nonce_is_used_once_by_each_owner() -> None:
    nonces = Nonces(window=10)
    assert nonces.use("a", "1", now=0)
    assert not nonces.use("a", "1", now=5)
    assert nonces.use("b", "1", now=5)
    assert nonces.use("a", "1", now=10)


def test_nonces_are_bounded() -> None:
    nonces = Nonces(window=1000, limit=3)
    assert all(nonces.use("a", str(number), now=number) for number in range(5))
    assert nonces.use("a", "0", now=6)
    assert not nonces.use("a", "4", now=7)


def test_marks_are_those_of_seed_and_request() -> None:
    one, other = Request(method="GET", path="/", query=b"a"), Request(method="GET", path="/", query=b"b")
    assert derive_response_ids(1, one) == derive_response_ids(1, one)
    assert len({derive_response_ids(seed, request).digest for seed in (1, 2) for request in (one, other)}) == 4
