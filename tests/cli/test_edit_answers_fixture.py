"""`tmapi.edit_answers` and `tmapi.set_weather` in a test: for as long as the test lasts."""

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


def test_a_test_can_have_weather(tmapi: MockApi) -> None:
    query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
    with httpx.Client(transport=tmapi.transport, base_url="http://api.tmapi.top") as client:
        calm = client.get("/1688/global/search/image", params=query)
        tmapi.set_weather("mild", seed=1)
        bodies = {client.get("/1688/global/search/image", params=query).content for _ in range(10)}
    assert len(bodies | {calm.content}) > 1
    assert {entry.why.origin for entry in tmapi.journal if entry.why is not None} == {"weather"}
