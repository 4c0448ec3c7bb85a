"""A clock that is set goes on from there, or stands still; another one does not notice."""

from lookalike_mocks.sandbox.state import SettableClock


def test_it_goes_as_its_source_does() -> None:
    now = [100.0]
    watch = SettableClock(lambda: now[0])
    assert (watch(), watch.is_running) == (100.0, True)
    now[0] += 5
    assert watch() == 105.0


def test_one_that_was_set_goes_on_from_there() -> None:
    now = [100.0]
    watch, other = SettableClock(lambda: now[0]), SettableClock(lambda: now[0])
    watch.set(5000.0)
    assert (watch(), watch.is_running) == (5000.0, True)
    now[0] += 7
    assert (watch(), other()) == (5007.0, 107.0)


def test_one_that_stands_still_does_so_until_it_is_set_again() -> None:
    now = [100.0]
    watch = SettableClock(lambda: now[0])
    watch.set(50.0, runs=False)
    now[0] += 7
    assert (watch(), watch.is_running) == (50.0, False)
    watch.set(60.0)
    now[0] += 1
    assert (watch(), watch.is_running) == (61.0, True)


def test_one_that_was_set_back_shows_the_real_time() -> None:
    now = [100.0]
    watch = SettableClock(lambda: now[0])
    for runs in (True, False):
        watch.set(1.0, runs=runs)
        watch.reset()
        assert (watch(), watch.is_running) == (100.0, True)
