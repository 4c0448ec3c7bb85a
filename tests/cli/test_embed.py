"""A server inside a Python program: its sandboxes, its control token."""

import httpx

import lookalike

PATH = "/1688/global/search/image"


def search(stage: lookalike.RunningMock, sandbox: lookalike.Sandbox) -> int:
    query = {"apiToken": sandbox.credentials["tmapi"]["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
    return httpx.get(stage.url + PATH, params=query).status_code


def test_a_sandbox_is_that_of_the_control_api() -> None:
    with lookalike.serve("tmapi") as stage:
        sandbox = stage.create_sandbox(seed=3, size=50, quota=lookalike.Quota(count=3))
        with sandbox.situation("tmapi/503", times=1):
            assert [search(stage, sandbox) for _ in range(5)] == [503, 200, 200, 439, 439]
        headers = {"authorization": f"Bearer {stage.control_token}"}
        payload = httpx.get(f"{stage.url}/_lookalike/sandboxes/{sandbox.name}", headers=headers).json()
        assert (payload["seed"], payload["size"], payload["quota"]["count"]) == (3, 50, 3)
        assert payload["apis"]["tmapi"]["credentials"] == sandbox.credentials["tmapi"]
        assert payload["journal"]["entries"] == len(sandbox.journal) == 5


def test_the_token_is_not_in_what_is_printed_of_it() -> None:
    with lookalike.serve("tmapi") as stage:
        assert len(stage.control_token) >= 40
        assert stage.control_token not in repr(stage)
