"""`tmapi.edit_answers` in a test: for as long as the test lasts."""

from __future__ import annotations

import httpx

from lookalike.testing.api_fixture import MockApi
from lookalike_specs.answer_edits import AnswerEdit


def test_a_test_can_edit_the_answers_that_its_client_gets(tmapi: MockApi) -> None:
    tmapi.edit_answers([AnswerEdit("set", "/data/items", [])], operation="searchItemsByImageUrl")
    query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
    with httpx.Client(transport=tmapi.transport, base_url="http://api.tmapi.top") as client:
        body = client.get("/1688/global/search/image", params=query).json()
    assert body["data"]["items"] == []
