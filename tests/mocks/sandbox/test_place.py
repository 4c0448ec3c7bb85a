"""A sandbox that is not here: gone, and why; or elsewhere, and where."""

import pytest

from lookalike_mocks.sandbox import Place
from lookalike_mocks.sandbox.token import Name

URLS = ("http://127.0.0.1:1", "http://127.0.0.1:2")
HERE = Place(run=7, worker=1, generation=3, urls=URLS)


@pytest.mark.parametrize(
    ("place", "name", "status", "words"),
    [
        (HERE, Name(8, 1, 3, 1), 410, "another start"),
        (HERE, Name(8, 2, 1, 1), 410, "another start"),
        (HERE, Name(7, 2, 1, 1), 421, "lives at http://127.0.0.1:2"),
        (HERE, Name(7, 1, 2, 1), 410, "worker 1, where it lived, ended"),
        (HERE, Name(7, 1, 3, 1), 410, "deleted"),
        (Place(run=7), Name(7, 1, 1, 1), 410, "deleted"),
        (Place(run=7, generation=2), Name(7, 1, 1, 1), 410, "worker 1, where it lived, ended"),
    ],
)
def test_why_a_sandbox_is_not_here(place: Place, name: Name, status: int, words: str) -> None:
    found, told = place.absence(name)
    assert found == status
    assert words in f"{told['error']} {told.get('reason')}"
    assert told["sandbox"] == str(name)
    assert told.get("base_url") == (URLS[1] if status == 421 else None)


def test_one_that_serves_alone_has_no_url_of_its_own() -> None:
    assert Place().url == ""
    assert HERE.url == URLS[0]


def test_two_starts_are_told_apart() -> None:
    assert len({Place().run for _ in range(20)}) > 1
