"""What an answer says of itself."""

import json
from typing import Any

import pytest

from lookalike_specs.messages import JSON_MEDIA_TYPE, Response

from .subjects import OPERATIONS, create_context

XML = "text/xml;charset=utf-8"
SAYS: list[tuple[str, tuple[int, bytes, str], bool, bool]] = [
    ("tmapi/searchItemsByImageUrl", (200, b'{"code": 200}', JSON_MEDIA_TYPE), True, True),
    ("tmapi/searchItemsByImageUrl", (200, b'{"code": 422}', JSON_MEDIA_TYPE), False, False),
    ("tmapi/searchItemsByImageUrl", (300, b'{"code": 200}', JSON_MEDIA_TYPE), False, True),
    ("tmapi/searchItemsByImageUrl", (500, b'{"code": 200}', JSON_MEDIA_TYPE), False, True),
    ("tmapi/searchItemsByImageUrl", (200, b"{", JSON_MEDIA_TYPE), False, False),
    ("tmapi/searchItemsByImageUrl", (200, b"", JSON_MEDIA_TYPE), False, False),
    ("hiobuy/queryByImage", (200, b'{"ret": 1}', JSON_MEDIA_TYPE), True, True),
    ("hiobuy/queryByImage", (200, b'{"ret": 0}', JSON_MEDIA_TYPE), False, False),
    ("aliyun/SearchImageByPic", (200, b'{"Success": true, "Code": 0}', JSON_MEDIA_TYPE), True, True),
    ("aliyun/SearchImageByPic", (200, b'{"Success": false, "Code": 0}', JSON_MEDIA_TYPE), False, False),
    ("aliyun/SearchImageByPic", (200, b"<a><Success>true</Success><Code>0</Code></a>", XML), True, True),
    ("aliyun/SearchImageByPic", (200, b"<a><Success>false</Success><Code>400</Code></a>", XML), False, False),
    ("aliyun/PostObject", (204, b"", "application/xml"), True, False),
    ("aliyun/PostObject", (204, b"{}", JSON_MEDIA_TYPE), True, False),
    ("aliyun/PostObject", (300, b"", "application/xml"), False, False),
    ("aliyun/PostObject", (403, b"", "application/xml"), False, False),
]


@pytest.mark.parametrize(("at", "said", "good", "claims"), SAYS)
def test_an_answer_says_how_it_went(at: str, said: tuple[int, bytes, str], good: bool, claims: bool) -> None:
    (status, body, media_type), reader = said, create_context(at).classifier
    reply = Response(status=status, body=body, media_type=media_type)
    assert (reader.is_good(reply), reader.body_says_success(reply)) == (good, claims)


@pytest.mark.parametrize("at", OPERATIONS)
def test_the_plain_request_is_answered_well(at: str) -> None:
    one = create_context(at)
    reply = one.send_sample().response
    assert one.classifier.is_good(reply)
    assert one.classifier.find_exact_errors(reply) == ()


@pytest.mark.parametrize(
    ("status", "body", "near"),
    [
        (422, {"code": 422, "msg": "Parameter errors", "data": None}, "422"),
        # the words say more than the status
        (422, {"code": 4390, "msg": "Subscription expired or insufficient balance.", "data": None}, "439"),
        # the code says more than all the rest; of the two errors that have it, the words of one are ours
        (439, {"code": 422, "msg": "Subscription expired or insufficient balance.", "data": None}, "foreign-image"),
        (439, {"code": 439, "msg": "Parameter error", "data": None}, "439"),
    ],
)
def test_an_unknown_error_is_most_like_the_one_that_differs_least(status: int, body: Any, near: str) -> None:
    reader = create_context("tmapi/searchItemsByImageUrl").classifier
    form, differences = reader.find_closest_error(Response(status=status, body=json.dumps(body).encode()))
    assert (form.id, bool(differences)) == (near, True)
