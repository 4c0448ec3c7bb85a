"""How often something was done within the last second."""

from lookalike_mocks.sandbox.replay import RateLimiter


def test_no_more_than_so_many_a_second() -> None:
    rates = RateLimiter()
    allowed = [rates.try_acquire("a", 2, now) for now in (0.0, 0.5, 0.9, 1.0, 1.4, 1.5)]
    assert allowed == [True, True, False, True, False, True]


def test_a_refused_use_does_not_count() -> None:
    rates = RateLimiter()
    assert [rates.try_acquire("a", 1, now) for now in (0.0, 0.9, 1.0)] == [True, False, True]


def test_each_name_for_itself() -> None:
    rates = RateLimiter()
    assert rates.try_acquire("a", 1, 0.0)
    assert rates.try_acquire("b", 1, 0.0)


def test_a_clock_that_is_set_back() -> None:
    rates = RateLimiter()
    assert [rates.try_acquire("a", 1, now) for now in (1000.0, 10.0, 10.5)] == [True, True, False]


def test_names_are_bounded() -> None:
    rates = RateLimiter(limit=2)
    refused = [name for name in "abbcba" if not rates.try_acquire(name, 1, 0.0)]
    assert refused == ["b", "b"]


def test_the_name_that_was_used_longest_ago_goes_first() -> None:
    rates = RateLimiter(limit=2)
    refused = [name for name in "abaca" if not rates.try_acquire(name, 1, 0.0)]
    assert refused == ["a", "a"]
