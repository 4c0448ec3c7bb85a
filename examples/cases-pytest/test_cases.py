"""`lookalike cases tmapi --out cases`, then `pytest`: nothing is served."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from client import SearchError, read_response

FOLDER = Path(os.environ.get("CASES", "cases"), "tmapi")
CASES: list[dict[str, Any]] = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]
# what nobody has documented or measured is no reason to fail a client
TRUSTED = ("documented", "measured")


def read_body(response: dict[str, Any]) -> bytes:
    if "body" in response:
        return str(response["body"]).encode()
    return b64decode(response["body_base64"])


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", [case for case in CASES if "items" in case["expected"]], ids=lambda case: case["id"])
def test_a_good_answer_is_read(case: dict[str, Any]) -> None:
    response = case["response"]
    result = read_response(response["status"], read_body(response))
    expected = case["expected"]
    assert len(result.ids) == len(expected["items"])
    for item_id, item in zip(result.ids, expected["items"], strict=True):
        assert item_id in item["ids"]
    assert result.total == expected.get("total", result.total)


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case["expected"]], ids=lambda case: case["id"])
def test_an_error_is_told_and_of_the_right_kind(case: dict[str, Any]) -> None:
    response = case["response"]
    error = case["expected"]["error"]
    with pytest.raises(SearchError) as error_info:
        read_response(response["status"], read_body(response))
    if error["kind"] != "unknown" and error["provenance"]["kind"]["kind"] in TRUSTED:
        assert error_info.value.kind == error["kind"]
