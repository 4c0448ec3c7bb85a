"""Fifty testers at one server at once: one is throttled, one meets a fault, and the other forty-eight see nothing of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

import lookalike

TESTERS, SEARCHES = 50, 8
THROTTLED, FAULTED = 17, 33
PATH = "/1688/global/search/image"


def search(client: httpx.Client, key: str, page: int) -> tuple[int, Any]:
    """The status and the goods of a page; 0 where no answer came."""
    query: dict[str, str | int] = {
        "apiToken": key,
        "img_url": "https://cbu01.alicdn.com/x.jpg",
        "page": page,
        "page_size": 5,
    }
    try:
        answer = client.get(PATH, params=query)
    except httpx.TransportError:
        return 0, None
    return answer.status_code, answer.json()["data"]


def wish(number: int) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": number}
    if number == THROTTLED:
        found["quota"] = {"count": 3}
    if number == FAULTED:
        found["situations"] = [{"situation": "tmapi/reset-before"}]
    return found


@pytest.mark.slow
def test_nobody_sees_what_befalls_another() -> None:
    alone = {number: expected(number) for number in range(TESTERS)}
    with lookalike.serve("tmapi") as stage, ThreadPoolExecutor(TESTERS) as pool:
        together = Barrier(TESTERS, timeout=60)
        found = list(pool.map(lambda number: visit(stage, together, number), range(TESTERS)))
        assert len(list(stage.mock.sandboxes)) == TESTERS + 1
        assert len(stage.mock.demo_state.journal) == 0
    for number, (answers, journal) in enumerate(found):
        statuses = [status for status, _ in answers]
        if number == THROTTLED:
            assert statuses == [200] * 3 + [439] * (SEARCHES - 3)
        elif number == FAULTED:
            assert statuses == [0] * SEARCHES
        else:
            assert answers == alone[number]
        assert [entry["situation"] for entry in journal] == [
            {439: "439", 0: "reset-before"}.get(status, "") for status in statuses
        ]
        assert [f"&page={page}&" in entry["request"]["url"] for page, entry in enumerate(journal, start=1)] == [
            True
        ] * SEARCHES
    assert len({str(alone[number]) for number in range(TESTERS)}) == TESTERS


def expected(seed: int) -> list[tuple[int, Any]]:
    """What one who is alone finds."""
    with httpx.Client(transport=lookalike.transport("tmapi", seed=seed), base_url="http://api.tmapi.top") as client:
        return [search(client, "lookalike-demo-token", page) for page in range(1, SEARCHES + 1)]


def visit(
    stage: lookalike.RunningMock, together: Barrier, number: int
) -> tuple[list[tuple[int, Any]], list[dict[str, Any]]]:
    """Make a sandbox, search, read the journal."""
    headers = {"authorization": f"Bearer {stage.control_token}"}
    # a connection that is kept may be closed by the server while fifty threads wait for their turn
    once = httpx.Limits(max_keepalive_connections=0)
    with (
        httpx.Client(
            base_url=f"{stage.url}/_lookalike/", headers=headers, trust_env=False, timeout=60, limits=once
        ) as control_client,
        httpx.Client(base_url=stage.url, trust_env=False, timeout=60, limits=once) as client,
    ):
        sandbox = control_client.post("sandboxes", json=wish(number)).json()
        key = sandbox["apis"]["tmapi"]["credentials"]["apiToken"]
        together.wait()
        answers = [search(client, key, page) for page in range(1, SEARCHES + 1)]
        journal: list[dict[str, Any]] = control_client.get(f"sandboxes/{sandbox['id']}/journal").json()["entries"]
    return answers, journal
