"""A sandbox that is not here: gone, and why; or elsewhere, and where."""

import pytest

from lookalike_mocks.sandbox import WorkerIdentity
from lookalike_mocks.sandbox.identity import SandboxName

URLS = ("http://127.0.0.1:1", "http://127.0.0.1:2")
HERE = WorkerIdentity(run_id=7, worker=1, generation=3, worker_urls=URLS)


@pytest.mark.parametrize(
    ("place", "name", "status", "words"),
    [
        (HERE, SandboxName(8, 1, 3, 1), 410, "another start"),
        (HERE, SandboxName(8, 2, 1, 1), 410, "another start"),
        (HERE, SandboxName(7, 2, 1, 1), 421, "lives at http://127.0.0.1:2"),
        (HERE, SandboxName(7, 1, 2, 1), 410, "worker 1, where it lived, ended"),
        (HERE, SandboxName(7, 1, 3, 1), 410, "deleted"),
        (WorkerIdentity(run_id=7), SandboxName(7, 1, 1, 1), 410, "deleted"),
        (WorkerIdentity(run_id=7, generation=2), SandboxName(7, 1, 1, 1), 410, "worker 1, where it lived, ended"),
    ],
)
def test_why_a_sandbox_is_not_here(place: WorkerIdentity, name: SandboxName, status: int, words: str) -> None:
    found, told = place.explain_missing(name)
    assert found == status
    assert words in f"{told['error']} {told.get('reason')}"
    assert told["sandbox"] == str(name)
    assert told.get("base_url") == (URLS[1] if status == 421 else None)


def test_one_that_serves_alone_has_no_url_of_its_own() -> None:
    assert WorkerIdentity().base_url == ""
    assert HERE.base_url == URLS[0]


def test_two_starts_are_told_apart() -> None:
    assert len({WorkerIdentity().run_id for _ in range(20)}) > 1
