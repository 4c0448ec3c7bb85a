"""A tester changes the good answers of a sandbox, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.exceptions import UnknownOperation
from lookalike_specs import Operation
from lookalike_specs.answer_edits import AnswerEdit, apply_edits
from lookalike_specs.messages import Request, Response

BODY = b'{"a":{"b":[1,2,3],"c":null}}'
EDITS: list[tuple[list[AnswerEdit], bytes]] = [
    ([], BODY),
    ([AnswerEdit("set", "/a/b/1", "x")], b'{"a":{"b":[1,"x",3],"c":null}}'),
    ([AnswerEdit("set", "/a/d", 1)], b'{"a":{"b":[1,2,3],"c":null,"d":1}}'),
    ([AnswerEdit("set", "/x/d", 1)], BODY),
    ([AnswerEdit("set", "/a/b/9", 1)], BODY),
    ([AnswerEdit("remove", "/a/c"), AnswerEdit("remove", "/a/b/0")], b'{"a":{"b":[2,3]}}'),
    ([AnswerEdit("remove", "/a/nothing")], BODY),
    ([AnswerEdit("reverse", "/a")], b'{"a":{"c":null,"b":[1,2,3]}}'),
    ([AnswerEdit("cut", length=3), AnswerEdit("set", "/a", 1)], b'{"a'),
    ([AnswerEdit("set", "", [])], b"[]"),
]


@pytest.mark.parametrize(("edits", "expected"), EDITS)
def test_an_edit_changes_its_place_and_nothing_else(edits: list[AnswerEdit], expected: bytes) -> None:
    assert apply_edits(BODY, edits) == expected


def test_a_body_that_is_no_json_is_only_cut() -> None:
    assert apply_edits(b"<xml>", [AnswerEdit("set", "/a", 1), AnswerEdit("cut", length=2)]) == b"<x"


def _search(mock: Mock, token: str, situation: str = "") -> Response:
    headers: tuple[tuple[bytes, bytes], ...] = ((b"host", b"api.tmapi.top"),)
    if situation:
        headers += ((b"prefer", situation.encode()),)
    query = f"apiToken={token}&img_url=https://cbu01.alicdn.com/x.jpg"
    path = "/1688/global/search/image"
    return mock.respond(Request(method="GET", path=path, query=query.encode(), headers=headers))


def test_good_answers_of_one_sandbox_are_edited_until_it_is_reset() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    other = mock.create_sandbox()
    token = sandbox.credentials["tmapi"]["apiToken"]
    before = _search(mock, token).body
    sandbox.edit_answers([AnswerEdit("set", "/data/items/0/price", None)], operation="searchItemsByImageUrl")
    items: list[dict[str, Any]] = json.loads(_search(mock, token).body)["data"]["items"]
    assert items[0]["price"] is None
    assert items[1]["price"] is not None
    assert _search(mock, other.credentials["tmapi"]["apiToken"]).body == before
    sandbox.edit_answers([AnswerEdit("cut", length=5)], operation="convertImageUrl")
    assert _search(mock, token).body == before
    sandbox.edit_answers([AnswerEdit("cut", length=5)])
    assert len(_search(mock, token).body) == 5
    assert json.loads(_search(mock, token, "code=439").body)["code"] == 439
    sandbox.state.reset()
    assert _search(mock, token).body == before
    assert sandbox.state.memory.used_by_kind["situations"] == 0


def _nest(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([AnswerEdit("remove", "/a")] * 101, "<= 100"),
        ([AnswerEdit("set", "/a", "x" * 65_536)], "at most 65536"),
        ([AnswerEdit("set", "/a", "x" * 40_000)] * 2, "at most 65536"),
        ([AnswerEdit("set", "/a", _nest(51))], "deeper than 50 levels"),
        ([AnswerEdit("set", "a", 1)], "no JSON pointer"),
        ([AnswerEdit("cut", length=-1)], "how many bytes are left"),
    ],
)
def test_edits_that_are_too_many_or_too_large_are_refused(edits: list[AnswerEdit], words: str) -> None:
    sandbox = Mock("tmapi").create_sandbox()
    with pytest.raises(ValueError, match=words):
        sandbox.edit_answers(edits)
    assert not sandbox.state.answer_edits.edits


def test_an_operation_that_no_api_has_is_refused() -> None:
    with pytest.raises(UnknownOperation, match="nearest: searchItemsByImageUrl"):
        Mock("tmapi").create_sandbox().edit_answers([], operation="searchItems")


def test_each_answer_may_have_edits_of_its_own_that_depend_on_those_before() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    token = sandbox.credentials["tmapi"]["apiToken"]
    operations: list[str] = []

    def count_answers(operation: Operation, _: Response) -> list[AnswerEdit]:
        operations.append(operation.id)
        return [AnswerEdit("set", "/data/total_count", len(operations))]

    sandbox.edit_each_answer(count_answers)
    # an error is no good answer, and is not counted
    _search(mock, token, "example=tmapi/439")
    totals = [json.loads(_search(mock, token).body)["data"]["total_count"] for _ in range(3)]
    assert (totals, operations) == ([1, 2, 3], ["searchItemsByImageUrl"] * 3)
    sandbox.edit_each_answer(None)
    assert json.loads(_search(mock, token).body)["data"]["total_count"] > 3
