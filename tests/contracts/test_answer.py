"""The judge sees what the documents do not allow."""

from typing import Any

import msgspec
import pytest

from lookalike_contracts import violations
from lookalike_mocks import Mock
from lookalike_specs import load
from lookalike_specs.wire import Reply, Request

TMAPI = load("tmapi")
PATH = TMAPI.operations[0].path
ASKED = Request(
    method="GET",
    path=PATH,
    query=b"apiToken=lookalike-demo-token&page_size=2&img_url=https://cbu01.alicdn.com/x.jpg",
)


def answered(change: dict[str, Any]) -> Reply:
    """The mock's answer with something changed in its first item."""
    reply = Mock("tmapi").answer(ASKED)
    body = msgspec.json.decode(reply.body)
    body["data"]["items"][0] |= change
    return Reply(status=reply.status, body=msgspec.json.encode(body), media_type=reply.media_type)


def test_an_honest_answer_conforms() -> None:
    assert violations("tmapi", ASKED, answered({})) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"item_id": "865835426638"}, "is not of type 'integer'"),
        ({"price": 19}, "'string'"),
        ({"title": None}, "'string'"),
    ],
)
def test_a_wrong_type_is_named(change: dict[str, Any], told: str) -> None:
    (line,) = violations("tmapi", ASKED, answered(change))
    assert told in line


def test_an_undocumented_status_is_named() -> None:
    (line,) = violations("tmapi", ASKED, Reply(status=418, body=b"{}"))
    assert "418" in line


def test_an_undocumented_media_type_is_named() -> None:
    (line,) = violations("tmapi", ASKED, Reply(status=200, body=b"<html>", media_type="text/html"))
    assert "text/html" in line


def test_what_is_not_json_is_named() -> None:
    assert len(violations("tmapi", ASKED, Reply(status=200, body=b"{"))) == 1
