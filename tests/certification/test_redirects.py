"""What a client may send to another host."""

from __future__ import annotations

from pathlib import Path

import pytest

from .saboteur import Saboteur, find_accusations


@pytest.mark.slow
def test_a_name_that_is_no_key_may_follow_a_redirect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # httpx leaves `Authorization` out at another host; the body has the name of the instance
    follows = "client.send(request, stream=True, follow_redirects=True)"
    client = Saboteur("", "aliyun/wire:redirect", "transport.py", "client.send(request, stream=True)", follows)
    assert "wire/redirect" not in find_accusations(client, tmp_path)
