"""What `lookalike certify` finds in Alibaba Cloud's own SDKs, as docs/certify.md tells it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli

HERE = Path(__file__).parent
# each code that is found, and good, broken and refused answers in which nothing is
CASES = (
    "ok", "empty", "reset-inside", "html-502", "NoPermission", "Throttling.User.RetryAfter",
    "DeniedRequest", "PictureError", "SearchTimeout", "Throttling", "Throttling.User",
    "wire:slow-body", "wire:endless-body", "wire:redirect", "wire:unknown-ca",
)  # fmt: skip


def find_accusations(*options: str) -> dict[str, list[str]]:
    """Return case -> the checks that find something in it; a case without a finding is not there."""
    wanted = [word for case in CASES for word in ("--only", f"aliyun/{case}")]
    result = CliRunner().invoke(cli, ["certify", "aliyun", *options, *wanted, "--json"])
    cases = json.loads(result.stdout)["cases"]
    assert len(cases) == len(CASES)
    return {case["id"]: [finding["check"] for finding in case["findings"]] for case in cases if case["findings"]}


@pytest.mark.slow
def test_the_python_sdk_knows_a_limit_by_one_header_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    assert find_accusations("--client", "certified_sdk:search") == {
        "aliyun/DeniedRequest": ["failure/kind"],
        "aliyun/PictureError": ["failure/kind"],
        "aliyun/SearchTimeout": ["failure/kind"],
        "aliyun/Throttling": ["failure/kind"],
        "aliyun/Throttling.User": ["failure/kind"],
        "aliyun/wire:slow-body": ["wire/deadline"],
        "aliyun/wire:endless-body": ["wire/bounded"],
    }
    assert "certified_sdk" not in sys.modules


@pytest.mark.slow
@pytest.mark.node
def test_the_node_sdk_knows_a_limit_by_the_name_of_its_code(npm: Callable[[Path], Path]) -> None:
    npm(HERE / "node")
    assert find_accusations("--driver", f"node {HERE / 'node' / 'certified.mjs'}") == {
        "aliyun/DeniedRequest": ["failure/kind"],
        "aliyun/PictureError": ["failure/kind"],
        "aliyun/SearchTimeout": ["failure/kind"],
        "aliyun/wire:endless-body": ["wire/bounded"],
    }
